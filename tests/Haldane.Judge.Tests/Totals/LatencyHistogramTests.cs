using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Totals;

/// <summary>Running sums over buckets, held against slices that are kept whole and counted anew for each answer.</summary>
public sealed class LatencyHistogramTests
{
    [Fact]
    public void Nothing_seen_has_no_range_and_no_quantile()
    {
        var histogram = new LatencyHistogram();

        histogram.Add(SparseCounts.Empty);

        Assert.Equal((LatencyBuckets.Count, -1, 0L), (histogram.First, histogram.Last, histogram.Total));
        Assert.Equal((0L, 0L), (histogram.UpTo(0), histogram.UpTo(LatencyBuckets.Count)));
        Assert.Null(histogram.LogQuantile(0.5));
        Assert.Equal(DesignEffect.None, histogram.Effect(700));
    }

    [Fact]
    public void Any_bucket_may_be_asked_for()
    {
        var histogram = Of([(700, 3), (702, 4)]);

        Assert.Equal((700, 702, 7L), (histogram.First, histogram.Last, histogram.Total));
        Assert.Equal([0L, 0, 3, 3, 7, 7, 7], ((int[])[-9, 699, 700, 701, 702, 703, 9_999]).Select(histogram.UpTo));
    }

    [Theory]
    [InlineData(64, 127, 63, 128)] // the last and the first of the steps that the range grows in
    [InlineData(0, 1, 1_546, 1_545)]
    [InlineData(1_546, 1_546, 0, 0)]
    [InlineData(700, 700, 701, 699)]
    [InlineData(640, 640, 640, 639)]
    public void The_range_grows_to_both_sides(int one, int other, int third, int fourth)
    {
        var seen = new Kept();
        var histogram = new LatencyHistogram();
        foreach (var (bucket, count) in new[] { (one, 5L), (other, 2), (third, 7), (fourth, 1), (one, 3), (other, 4) })
        {
            seen.Add(histogram, [(bucket, count)]);
            seen.Agrees(histogram);
        }
    }

    [Fact]
    public void Slices_in_any_order_add_up_to_what_they_hold()
    {
        var random = new Random(3);
        for (var trial = 0; trial < 60; trial++)
        {
            var (histogram, seen) = (new LatencyHistogram(), new Kept());
            var (center, width) = (random.Next(100, 1_400), random.Next(2, 140));
            for (var slice = 0; slice < 9; slice++)
            {
                seen.Add(histogram, [.. Enumerable.Range(0, random.Next(0, 9)).Select(_ => Math.Clamp(center + random.Next(-width, width), 0, LatencyBuckets.Count - 1))
                    .Distinct().Order().Select(bucket => (bucket, (long)random.Next(1, 40)))]);
                seen.Agrees(histogram);
            }
        }
    }

    [Fact]
    public void A_new_stage_starts_from_nothing()
    {
        var random = new Random(4);
        var histogram = Of([(100, 5), (900, 3)], [(90, 2)]);
        for (var stage = 0; stage < 5; stage++)
        {
            histogram.Clear();
            Assert.Equal((LatencyBuckets.Count, -1, 0L), (histogram.First, histogram.Last, histogram.Total));

            var seen = new Kept();
            for (var slice = 0; slice < 6; slice++)
            {
                var first = random.Next(50, 1_000);
                seen.Add(histogram, [(first, 3), (first + 1 + random.Next(100), 6)]);
                seen.Agrees(histogram);
            }
        }
    }

    [Theory]
    [InlineData(640, 60)]
    [InlineData(640, 1_200)]
    [InlineData(950, 90)]
    public void After_a_wide_stage_a_narrow_one_may_grow_beyond_it(int first, int second)
    {
        var histogram = Of([(100, 5), (1_000, 3)]);
        histogram.Clear();

        var seen = new Kept();
        seen.Add(histogram, [(first, 4)]);
        seen.Add(histogram, [(second, 2)]);

        seen.Agrees(histogram);
    }

    [Fact]
    public void A_quantile_is_interpolated_inside_its_bucket()
    {
        var histogram = Of([(700, 10), (704, 30)]);

        static double At(double edge) => Math.Log(1e-6) + edge * Math.Log(1.1) / 8;
        Assert.Equal(At(699), histogram.LogQuantile(0)!.Value, 12);
        Assert.Equal(At(699.5), histogram.LogQuantile(0.125)!.Value, 12);
        Assert.Equal(At(700), histogram.LogQuantile(0.25)!.Value, 12);
        Assert.Equal(At(703.5), histogram.LogQuantile(0.625)!.Value, 12);
        Assert.Equal(At(704), histogram.LogQuantile(1)!.Value, 12);
        Assert.Equal((At(699), At(704)), (histogram.LogQuantile(-0.1)!.Value, histogram.LogQuantile(1.1)!.Value)); // held to what was seen
    }

    [Fact]
    public void A_quantile_lies_in_the_first_bucket_that_reaches_its_rank()
    {
        var histogram = Of([(700, 10), (704, 10), (705, 20), (760, 40)]);

        Assert.Equal(
            [700, 700, 704, 704, 705, 705, 760, 760],
            ((double[])[0.001, 0.125, 0.126, 0.25, 0.251, 0.5, 0.501, 0.999]).Select(histogram.QuantileBucket));
    }

    [Fact]
    public void Memory_grows_with_the_range_in_steps_and_not_with_what_is_added()
    {
        var histogram = Of([(512, 1)]);
        SparseCounts inside = Counts((512, 3), (575, 2)), outside = Counts((511, 1), (576, 1)), below = Counts((447, 1)), wide = Counts((448, 1), (639, 2));
        Of([(512, 1)]).Add(inside); // whatever is made on the first call
        Of([(512, 1)]).Add(outside);

        Assert.InRange(Allocated(() => histogram.Add(inside)), 0, 500);
        Assert.InRange(Allocated(() => histogram.Add(outside)), 3 * 3 * 64 * 8, 3 * 3 * 64 * 8 + 500);
        Assert.InRange(Allocated(() => histogram.Add(wide)), 0, 500);
        Assert.InRange(Allocated(() => histogram.Add(below)), 3 * 4 * 64 * 8, 3 * 4 * 64 * 8 + 500);

        histogram.Clear();
        Assert.InRange(Allocated(() => histogram.Add(wide)), 0, 500);

        static long Allocated(Action add)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            add();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static LatencyHistogram Of(params (int Bucket, long Count)[][] slices)
    {
        var histogram = new LatencyHistogram();
        foreach (var slice in slices)
        {
            histogram.Add(Counts(slice));
        }

        return histogram;
    }

    private static SparseCounts Counts(params (int Bucket, long Count)[] counts) => new(counts.Select(c => c.Bucket).ToValueList(), counts.Select(c => c.Count).ToValueList());

    /// <summary>All slices as they came.</summary>
    private sealed class Kept
    {
        private readonly List<(int Bucket, long Count)[]> _slices = [];

        public void Add(LatencyHistogram histogram, (int Bucket, long Count)[] slice)
        {
            histogram.Add(Counts(slice));
            if (slice.Length > 0)
            {
                _slices.Add(slice);
            }
        }

        public void Agrees(LatencyHistogram histogram)
        {
            if (_slices.Count == 0)
            {
                return;
            }

            var all = _slices.SelectMany(s => s).ToList();
            int first = all.Min(c => c.Bucket), last = all.Max(c => c.Bucket);
            Assert.Equal((first, last, all.Sum(c => c.Count)), (histogram.First, histogram.Last, histogram.Total));
            for (var bucket = first - 2; bucket <= last + 2; bucket++)
            {
                Assert.Equal(all.Where(c => c.Bucket <= bucket).Sum(c => c.Count), histogram.UpTo(bucket));
                Assert.Equal(Bursts(bucket, all.Sum(c => c.Count)), histogram.Effect(bucket).Bursts, 6);
            }
        }

        // Kish's: the variance between slices of what lies above, over that of independent answers, less a standard error and a half.
        private double Bursts(int bucket, double total)
        {
            double[] sizes = [.. _slices.Select(s => (double)s.Sum(c => c.Count))], above = [.. _slices.Select(s => (double)s.Where(c => c.Bucket > bucket).Sum(c => c.Count))];
            double rate = above.Sum() / total, count = _slices.Count, independent = total * rate * (1 - rate);
            if (rate is 0 or 1)
            {
                return 1;
            }

            var between = above.Zip(sizes, (a, n) => Math.Pow(a - rate * n, 2)).Sum() * count / (count - 1);
            return count < 5 ? double.PositiveInfinity : Math.Max(1, between / independent - 1.5 * Math.Sqrt((2 + count / independent) / (count - 1)));
        }
    }
}

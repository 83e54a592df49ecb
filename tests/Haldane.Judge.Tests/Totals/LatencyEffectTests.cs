using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Totals;

/// <summary>How many latencies count as one: bursts by slices, and users by steps of five percent.</summary>
public sealed class LatencyEffectTests
{
    [Theory]
    [InlineData(4, double.PositiveInfinity)]
    [InlineData(5, 1)]
    public void Too_few_slices_do_not_tell_bursts_from_chance(int slices, double effect)
    {
        var histogram = Repeated(slices, (700, 10), (720, 10));
        histogram.Add(SparseCounts.Empty); // a slice without an answer says nothing

        Assert.Equal(effect, histogram.Effect(700).Bursts);
        Assert.Equal(effect, histogram.Effect(719).Bursts);
        Assert.Equal((1.0, 1.0), (histogram.Effect(699).Bursts, histogram.Effect(720).Bursts)); // all or nothing above is no matter of bursts
    }

    [Fact]
    public void Answers_that_are_slow_in_the_same_moment_count_as_few()
    {
        // Ten slices of 100, one of them slow: 90 and nine times 10 around the mean.
        var histogram = Repeated(9, (700, 100));
        histogram.Add(new([720], [100]));

        var seen = (90.0 * 90 + 9 * 10 * 10) * 10 / 9 / (1_000 * 0.1 * 0.9);
        Assert.Equal(seen - 1.5 * Math.Sqrt((2 + 10 / 90.0) / 9), histogram.Effect(700).Bursts, 9);
        Assert.Equal(1, histogram.Effect(700).Users);
    }

    [Theory]
    [InlineData(690, 45, 15, 40)] // at its own quantile
    [InlineData(700, 60, 40, 0)] // at the other's
    public void A_burst_of_the_faster_arm_at_either_arm_s_quantile_counts(int edge, long low, long middle, long high) =>
        OneEdgeCounts(edge, Pairs([(690, 60), (705, 40)], [(690, low), (695, middle), (705, high)]), Pairs([(690, 40), (700, 40), (705, 20)], [(690, 40), (700, 40), (705, 20)]), first: true);

    [Theory]
    [InlineData(690, 55, 25, 20)] // at the other's quantile
    [InlineData(700, 40, 10, 50)] // at its own
    public void A_burst_of_the_slower_arm_at_either_arm_s_quantile_counts(int edge, long low, long middle, long high) =>
        OneEdgeCounts(edge, Pairs([(690, 60), (705, 40)], [(690, 60), (705, 40)]), Pairs([(690, 40), (700, 40), (705, 20)], [(690, low), (700, middle), (705, high)]), first: false);

    [Fact]
    public void Users_count_by_the_edge_of_a_step_or_the_worse_of_the_two_around()
    {
        // Steps hold four buckets, the k-th up to 4 k + 3. Between users only step 175 | 176 is a matter of who asks: even groups are all above, odd ones below.
        var spread = Spread((175, group => group % 2 == 0 ? 0 : 80), (176, group => group % 2 == 0 ? 80 : 0), (174, _ => 10), (177, _ => 10));
        var histogram = new LatencyHistogram(new(spread, new(1), SegmentCells.Everyone));
        var worst = spread.Above(175);

        Assert.Equal(1, spread.Above(174));
        Assert.Equal(1, spread.Above(176));
        Assert.InRange(worst, 50, 100);
        Assert.Equal(
            [1, 1, worst, worst, worst, worst, worst, worst, worst, 1, 1],
            Enumerable.Range(698, 11).Select(bucket => histogram.Effect(bucket).Users));
    }

    [Fact]
    public void The_ends_of_the_range_have_one_edge_beside_them()
    {
        var first = Spread((0, group => group % 2 == 0 ? 0 : 80), (1, group => group % 2 == 0 ? 80 : 0));
        var last = Spread((LatencySteps.Count - 2, group => group % 2 == 0 ? 0 : 80), (LatencySteps.Count - 1, group => group % 2 == 0 ? 80 : 0));
        LatencyHistogram low = new(new(first, new(1), SegmentCells.Everyone)), high = new(new(last, new(1), SegmentCells.Everyone));

        double below = first.Above(0), above = last.Above(LatencySteps.Count - 2);
        Assert.True(below > 50 && above > 50);
        Assert.Equal([below, below, below, below, below, 1], ((int[])[-50, 0, 2, 3, 7 - 1, 7]).Select(bucket => low.Effect(bucket).Users));
        Assert.Equal([above, above, above], ((int[])[LatencyBuckets.Count - 4, LatencyBuckets.Count - 1, 9_999]).Select(bucket => high.Effect(bucket).Users));
        Assert.Equal(1, high.Effect(LatencySteps.Last(LatencySteps.Count - 3)).Users);
    }

    // One arm has bursts at one edge only, and that is what both count by.
    private static void OneEdgeCounts(int edge, LatencyHistogram faster, LatencyHistogram slower, bool first)
    {
        var bursts = (first ? faster : slower).Effect(edge);

        Assert.Equal((690, 700), (faster.QuantileBucket(0.5), slower.QuantileBucket(0.5)));
        Assert.True(bursts.Bursts > 1.3);
        Assert.Single(from arm in (LatencyHistogram[])[faster, slower] from at in (int[])[690, 700] where arm.Effect(at).Bursts > 1 select at);
        Assert.Equal(bursts, LatencyHistogram.EffectOf(faster, slower, 0.5));
        Assert.Equal(bursts, LatencyHistogram.EffectOf(slower, faster, 0.5));
    }

    // Ten slices of one kind and ten of another.
    private static LatencyHistogram Pairs((int Bucket, long Count)[] one, (int Bucket, long Count)[] other)
    {
        var histogram = Repeated(10, one);
        for (var slice = 0; slice < 10; slice++)
        {
            var held = other.Where(c => c.Count > 0).ToList();
            histogram.Add(new(held.Select(c => c.Bucket).ToValueList(), held.Select(c => c.Count).ToValueList()));
        }

        return histogram;
    }

    private static LatencyHistogram Repeated(int slices, params (int Bucket, long Count)[] counts)
    {
        var histogram = new LatencyHistogram();
        for (var slice = 0; slice < slices; slice++)
        {
            histogram.Add(new(counts.Select(c => c.Bucket).ToValueList(), counts.Select(c => c.Count).ToValueList()));
        }

        return histogram;
    }

    private static SubjectSpread Spread(params (int Step, Func<int, int> Count)[] steps)
    {
        var row = new long[LatencySteps.Count * SubjectGroups.Count];
        foreach (var (step, count) in steps)
        {
            for (var group = 0; group < SubjectGroups.Count; group++)
            {
                row[SubjectGroups.Key(step, group)] = count(group);
            }
        }

        var spread = new SubjectSpread(LatencySteps.Count);
        spread.Add(row.Sum(), SparseCounts.Of(row));
        return spread;
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Characteristics;
using Haldane.Judge.Tests.Worlds;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Statistics;

public sealed class InvarianceTests
{
    [Fact]
    public void A_profile_does_not_depend_on_how_events_of_one_share_are_cut_into_slices()
    {
        RateRatioProfile whole = new(), cut = new();

        whole.Add(RateRatioProfile.PerEvent(0.1), 7, 30);
        cut.Add(RateRatioProfile.PerEvent(0.1), 2, 30);
        cut.Add(RateRatioProfile.PerEvent(0.1), 5, 0);

        for (var i = 0; i < RateRatioProfile.Points; i++)
        {
            Assert.Equal(whole[i], cut[i], 9);
        }
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void The_mean_of_a_profile_s_factor_is_one_on_its_line_after_one_event(double share)
    {
        // Given that one event happened, its arm is a coin whose odds are the line's; weights that do not sum to 1 would show here.
        foreach (var line in new[] { 100, 107, 114 })
        {
            RateRatioProfile ofCanary = new(), ofBaseline = new();
            ofCanary.Add(RateRatioProfile.PerEvent(share), 1, 0);
            ofBaseline.Add(RateRatioProfile.PerEvent(share), 0, 1);
            var ratio = Math.Exp((line - 100) * 0.05);
            var canary = ratio * share / (ratio * share + 1 - share);

            Assert.Equal(1, canary * Math.Exp(ofCanary.LogE(line, Null.AtMost)) + (1 - canary) * Math.Exp(ofBaseline.LogE(line, Null.AtMost)), 9);
            Assert.Equal(1, canary * Math.Exp(ofCanary.LogE(line, Null.AtLeast)) + (1 - canary) * Math.Exp(ofBaseline.LogE(line, Null.AtLeast)), 9);
        }
    }

    [Fact]
    public void A_histogram_does_not_depend_on_how_it_was_cut_into_slices()
    {
        LatencyHistogram whole = new(), cut = new();

        whole.Add(new([500, 510, 600], [10, 20, 3]));
        cut.Add(new([510, 600], [20, 1]));
        cut.Add(new([500, 600], [10, 2]));

        Assert.Equal((whole.Total, whole.First, whole.Last, whole.LogQuantile(0.9)), (cut.Total, cut.First, cut.Last, cut.LogQuantile(0.9)));
        Assert.All(Enumerable.Range(490, 120), i => Assert.Equal(whole.UpTo(i), cut.UpTo(i)));
    }

    [Fact]
    public void Latency_verdicts_do_not_change_with_the_unit()
    {
        var guard = Slices.Guard(SignalKind.Latency, Scale.Ratio, 1.1, 0.95);
        RolloutJudge slow = new(Slices.Model(), Slices.Rollout([guard], 10)), fast = new(Slices.Model(), Slices.Rollout([guard], 10));
        var table = Latencies.LogNormal(0.02, 0.4);
        for (var n = 1; n <= 10; n++)
        {
            slow.Add(Slices.Slice(n, 0, 10, Streams.Latency(new(n), 900, table, 100), Streams.Latency(new(-n), 100, table, 103)));
            fast.Add(Slices.Slice(n, 0, 10, Streams.Latency(new(n), 900, table, -200), Streams.Latency(new(-n), 100, table, -197)));
        }

        var (a, b) = (slow.Evaluate().Verdicts[0], fast.Evaluate().Verdicts[0]);

        Assert.Equal(a.FailEvidence, b.FailEvidence, 9);
        Assert.Equal(a.PassEvidence, b.PassEvidence, 9);
        Assert.Equal(a.Estimate!.Value, b.Estimate!.Value, 9);
    }

    [Fact]
    public void Branch_and_bound_finds_the_smallest_value_of_a_full_scan()
    {
        var random = new Random(11);
        for (var trial = 0; trial < 200; trial++)
        {
            LatencyHistogram slow = Random(random), fast = Random(random);
            var (lane, shift) = (new QuantileShift(0.9), random.Next(2) == 0 ? EdgeShift.Ratio(random.Next(-20, 20) * LatencyBuckets.LogRatio, true) : EdgeShift.Difference(0.01 * (random.NextDouble() - 0.5)));
            var (below, above) = (TiltMixture.ForQuantile(0.9, Null.AtLeast), TiltMixture.ForQuantile(0.9, Null.AtMost));

            var scan = Enumerable.Range(-50, LatencyBuckets.Count + 100)
                .Min(i => below.LogE(slow.UpTo(i + 1), slow.Total) + above.LogE(fast.UpTo(shift.PartnerOf(i)), fast.Total));

            Assert.Equal(scan, lane.LogE(slow, fast, shift), 9);
        }
    }

    [Fact]
    public void The_least_value_of_a_quantile_ratio_is_that_of_a_fine_scan()
    {
        var random = new Random(12);
        var inside = 0;
        for (var trial = 0; trial < 60; trial++)
        {
            LatencyHistogram slow = Random(random), fast = Random(random);
            var shift = trial % 2 == 0 ? random.Next(-20, 20) : 40 * random.NextDouble() - 20;
            var lane = new QuantileRatio(0.9, 0.3);

            var scan = Enumerable.Range(0, 20 * 220).Min(i => lane.LogEAt(slow, fast, shift, 550 + i / 20.0));
            var found = lane.LogE(slow, fast, shift);

            // A twentieth of a bucket is not fine enough for equality; below the scan by no more than the tolerance and what lies between its points.
            Assert.InRange(found, scan < -11.5 ? double.NegativeInfinity : scan - 0.5, Math.Min(scan, 60) + 1e-9);
            inside += scan is > -11.5 and < 60 ? 1 : 0;
        }

        Assert.True(inside > 10, $"only {inside} values lay where the search must be exact");
    }

    [Fact]
    public void A_quantile_ratio_does_not_depend_on_the_unit()
    {
        var lane = new QuantileRatio(0.95, 0.1);
        static LatencyHistogram At(int shift, long more)
        {
            var histogram = new LatencyHistogram();
            histogram.Add(new([600 + shift, 610 + shift, 640 + shift], [500, 400, 20 + more]));
            return histogram;
        }

        Assert.Equal(lane.LogE(At(0, 40), At(0, 0), 4.3), lane.LogE(At(-300, 40), At(-300, 0), 4.3), 9);
    }

    [Fact]
    public void The_mean_of_a_difference_factor_is_at_most_one_on_its_null()
    {
        // One block of five against seven, with a past that predicts something; all outcomes, weighted by points of the null.
        foreach (var (side, line, far, near) in new[]
        {
            (Null.AtMost, RateLine.Difference(0.05), RateLine.Difference(0.3), RateLine.Difference(0.1)),
            (Null.AtLeast, RateLine.Difference(-0.05), RateLine.Difference(-0.3), RateLine.Difference(-0.1)),
            (Null.AtMost, RateLine.Ratio(1.2), RateLine.Ratio(3), RateLine.Ratio(1.5)),
            (Null.AtLeast, RateLine.Ratio(0.8), RateLine.Ratio(0.3), RateLine.Ratio(0.6)),
        })
        {
            for (var a = 0.02; a < 1; a += 0.049)
            {
                var c = line.Of(a);
                if (c is <= 0 or >= 1)
                {
                    continue;
                }

                var mean = 0.0;
                for (var x = 0; x <= 5; x++)
                {
                    for (var y = 0; y <= 7; y++)
                    {
                        var process = new TwoRates(line, side, far, near);
                        process.Add(20, 6, 0, 0);
                        process.Add(5, x, 7, y);
                        mean += Binomial(5, x, a) * Binomial(7, y, c) * Math.Exp(process.LogE);
                    }
                }

                Assert.True(mean <= 1 + 1e-9, $"{side} at {a:0.000}: {mean}");
            }
        }
    }

    [Fact]
    public void Stages_average_over_the_stage_to_start_in()
    {
        var staged = new StagedEvidence(3);
        staged.Update(Math.Log(0.5));
        var first = staged.LogE;
        staged.MoveTo(1);
        staged.Update(Math.Log(4));
        var second = staged.LogE;
        staged.MoveTo(2);
        staged.Update(Math.Log(10));

        Assert.Equal(Math.Log(0.5 / 3 + 2.0 / 3), first, 12);
        Assert.Equal(Math.Log((0.5 / 3 + 1.0 / 3) * 4 + 1.0 / 3), second, 12);
        Assert.Equal(Math.Log(((0.5 / 3 + 1.0 / 3) * 4 + 1.0 / 3) * 10), staged.LogE, 12);
    }

    [Theory]
    [InlineData(0, "0")]
    [InlineData(6912, "6,912")]
    [InlineData(44.06, "44.1")]
    [InlineData(0.000123456, "0.000123")]
    [InlineData(-2.345, "-2.35")]
    [InlineData(1234567, "1,234,567")]
    public void Numbers_are_short(double number, string said) => Assert.Equal(said, Say.Number(number));

    private static double Binomial(int n, int k, double p) =>
        Enumerable.Range(0, k).Aggregate(1.0, (b, i) => b * (n - i) / (i + 1)) * Math.Pow(p, k) * Math.Pow(1 - p, n - k);

    private static LatencyHistogram Random(Random random)
    {
        var histogram = new LatencyHistogram();
        var buckets = Enumerable.Range(0, random.Next(1, 60)).Select(_ => random.Next(600, 720)).Distinct().Order().ToValueList();
        histogram.Add(new(buckets, buckets.Select(_ => (long)random.Next(1, 50)).ToValueList()));
        return histogram;
    }
}

using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Measured;

/// <summary>A latency quantile of the canary against the baseline's: what both lanes prove.</summary>
public sealed class LatencyComparisonTests
{
    private const double Half = 0.5;

    // Eight buckets; the fine line is half of that.
    private static readonly GuardSpec Ratio = Slices.Guard(SignalKind.Latency, Scale.Ratio, 1.1, Half);
    private static readonly double Margin = Math.Log(1.1);

    // Around 14 ms.
    private static readonly GuardSpec Difference = Slices.Guard(SignalKind.Latency, Scale.Difference, 0.002, Half);

    [Theory]
    [InlineData(16, true, false)]
    [InlineData(8, true, false)]
    [InlineData(4, false, true)]
    [InlineData(0, false, true)]
    public void Both_lanes_are_averaged(int slower, bool harm, bool safety)
    {
        var slices = Timed.Alike(6, 0, 20, Timed.Flat(800, 20), Timed.Flat(800 + slower, 5));
        var asked = Asked.OfEveryone(Ratio).After(slices);

        var (canary, baseline) = Timed.Histograms(slices);
        foreach (var factor in new[] { 1, 3 })
        {
            var estimate = QuantileEstimate.Of(canary, baseline, Half, true, 1.0 / factor)!.Value;
            Assert.Equal(slower * LatencyBuckets.LogRatio, estimate.Value, 12);
            Assert.Equal(
                LogSpace.Average(harm ? new QuantileRatio(Half, 0.2).LogE(canary, baseline, 4, 1.0 / factor) : double.NegativeInfinity, NormalMixture.LogE(estimate.Above(Margin / 2), estimate.Error, Margin)),
                asked.Measurement.After(factor).Fail,
                9);
            Assert.Equal(
                LogSpace.Average(safety ? new QuantileRatio(Half, 0.8).LogE(baseline, canary, -8, 1.0 / factor) : double.NegativeInfinity, NormalMixture.LogE(-estimate.Above(Margin), estimate.Error, Margin)),
                asked.Measurement.After(factor).Pass,
                9);
        }

        Assert.Equal((harm, safety), (asked.Fail > 5, asked.Pass > 5));
    }

    [Theory]
    [InlineData(24, true, false)]
    [InlineData(6, false, true)]
    [InlineData(0, false, true)]
    public void Differences_are_in_seconds(int slower, bool harm, bool safety)
    {
        var slices = Timed.Alike(6, 0, 20, Timed.Flat(800, 30), Timed.Flat(800 + slower, 30));
        var asked = Asked.OfEveryone(Difference).After(slices);

        var (canary, baseline) = Timed.Histograms(slices);
        foreach (var factor in new[] { 1, 3 })
        {
            var estimate = QuantileEstimate.Of(canary, baseline, Half, false, 1.0 / factor)!.Value;
            var shift = new QuantileShift(Half);
            Assert.Equal(
                LogSpace.Average(
                    harm ? shift.LogE(canary, baseline, EdgeShift.Difference(0.001), 1.0 / factor) : double.NegativeInfinity, NormalMixture.LogE(estimate.Above(0.001), estimate.Error, 0.002)),
                asked.Measurement.After(factor).Fail,
                9);
            Assert.Equal(
                LogSpace.Average(
                    safety ? shift.LogE(baseline, canary, EdgeShift.Difference(-0.002), 1.0 / factor) : double.NegativeInfinity,
                    NormalMixture.LogE(-estimate.Above(0.002), estimate.Error, 0.002)),
                asked.Measurement.After(factor).Pass,
                9);
        }

        Assert.Equal((harm, safety), (asked.Fail > 5, asked.Pass > 5));
    }

    [Fact]
    public void Before_the_estimate_can_be_trusted_the_exact_lane_stands_alone()
    {
        var slice = Timed.Slice(0, 20, [(800, 59)], [(900, 59)]); // thirty on either side of a median are the least
        var asked = Asked.OfEveryone(Ratio).After(slice);

        var (canary, baseline) = Timed.Histograms(slice);
        Assert.Equal(LogSpace.Average(new QuantileRatio(Half, 0.2).LogE(canary, baseline, 4), 0), asked.Fail, 9);
        Assert.Equal(-Math.Log(2), asked.Pass, 9);
        Assert.Equal((null, null), (asked.Reading.Low, asked.Reading.High));
        Assert.True(asked.Fail > 5);

        Asked back = Asked.OfEveryone(Ratio).After(Timed.Slice(0, 20, [(900, 59)], [(800, 59)])), far = Asked.OfEveryone(Difference).After(slice);
        Assert.Equal(LogSpace.Average(new QuantileRatio(Half, 0.8).LogE(canary, baseline, -8), 0), back.Pass, 9);
        Assert.Equal(LogSpace.Average(new QuantileShift(Half).LogE(canary, baseline, EdgeShift.Difference(0.001)), 0), far.Fail, 9);
    }

    [Fact]
    public void Little_evidence_of_the_exact_lane_is_not_claimed()
    {
        // Beyond the line by a little: by itself less than a half, and not yet hopeless.
        var slices = Timed.Alike(5, 0, 20, Timed.Flat(800, 8), Timed.Flat(805, 2));
        var (canary, baseline) = Timed.Histograms(slices);
        QuantileEstimate estimate = QuantileEstimate.Of(canary, baseline, Half, true)!.Value, inSeconds = QuantileEstimate.Of(canary, baseline, Half, false)!.Value;

        Assert.InRange(new QuantileRatio(Half, 0.2).LogE(canary, baseline, 4), -11, 0.4);
        Assert.Equal(NormalMixture.LogE(estimate.Above(Margin / 2), estimate.Error, Margin) - Math.Log(2), Asked.OfEveryone(Ratio).After(slices).Fail, 9);
        Assert.InRange(new QuantileShift(Half).LogE(canary, baseline, EdgeShift.Difference(0.0005)), -11, 0.4);
        Assert.Equal(
            NormalMixture.LogE(inSeconds.Above(0.0005), inSeconds.Error, 0.001) - Math.Log(2), Asked.OfEveryone(Difference with { Bad = 0.001 }).After(slices).Fail, 9);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stages_multiply_but_those_of_users_with_habits_are_added(bool habits)
    {
        EvidenceSlice[] first = Timed.Alike(6, 0, 10, Timed.Flat(800, 20), Timed.Flat(806, 10)), second = Timed.Alike(6, 1, 50, Timed.Flat(800, 20), Timed.Flat(816, 20));
        second[0] = habits ? second[0].WithHabits(800, 815) : second[0];
        var asked = Asked.OfEveryone(Ratio, 10, 50).After(first.Concat(second));

        // In the second stage the lanes are tuned to its share, each half of the traffic.
        var alone = Asked.OfEveryone(Ratio, 10).After(first);
        var (canary, baseline) = Timed.Histograms(second);
        foreach (var factor in new[] { 1, 2 })
        {
            var many = LatencyHistogram.EffectOf(canary, baseline, Half).After(factor);
            var estimate = QuantileEstimate.Of(canary, baseline, Half, true, many)!.Value;
            StagedEvidence fail = new(2), pass = new(2);
            fail.Update(alone.Fail);
            pass.Update(alone.Pass);
            fail.MoveTo(1);
            pass.MoveTo(1);
            fail.Update(LogSpace.Average(new QuantileRatio(Half, 0.5).LogE(canary, baseline, 4, many), NormalMixture.LogE(estimate.Above(Margin / 2), estimate.Error, Margin)), habits);
            pass.Update(NormalMixture.LogE(-estimate.Above(Margin), estimate.Error, Margin) - Math.Log(2), habits);
            Assert.Equal(fail.LogE, asked.Measurement.After(factor).Fail, 9);
            Assert.Equal(pass.LogE, asked.Measurement.After(factor).Pass, 9);
        }

        Assert.Equal((asked.Fail, asked.Pass), (asked.Measurement.After(1).Fail, asked.Measurement.After(1).Pass));
        Assert.Equal(habits, asked.Says(VerdictKind.Undecided).Contains("count as one", StringComparison.Ordinal));
        Assert.True(Math.Min(alone.Fail, asked.Fail) > 1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Bounds_have_half_of_the_level_and_their_stage_s_part(int stages)
    {
        var slices = Timed.Alike(6, 0, 20, Timed.Flat(800, 20), Timed.Flat(803, 5));
        var (canary, baseline) = Timed.Histograms(slices);
        QuantileEstimate estimate = QuantileEstimate.Of(canary, baseline, Half, true)!.Value, inSeconds = QuantileEstimate.Of(canary, baseline, Half, false)!.Value;
        Reading ratio = Asked.OfEveryone(Ratio, [.. Enumerable.Repeat(20, stages)]).After(slices).Reading, seconds = Asked.OfEveryone(Difference, [.. Enumerable.Repeat(20, stages)]).After(slices).Reading;

        double failAt = Asked.FailAt + Math.Log(2 * stages), passAt = Asked.PassAt + Math.Log(2 * stages);
        Assert.Equal(Math.Pow(1.1, 3 / 8.0), ratio.Estimate!.Value, 12);
        Assert.Equal(Math.Exp(estimate.Low(NormalMixture.Margin(failAt, estimate.Error, Margin))!.Value), ratio.Low!.Value, 9);
        Assert.Equal(Math.Exp(estimate.High(NormalMixture.Margin(passAt, estimate.Error, Margin))!.Value), ratio.High!.Value, 9);
        Assert.Equal(inSeconds.Low(NormalMixture.Margin(failAt, inSeconds.Error, 0.002))!.Value, seconds.Low!.Value, 9);
        Assert.Equal(inSeconds.High(NormalMixture.Margin(passAt, inSeconds.Error, 0.002))!.Value, seconds.High!.Value, 9);

        // The median of twenty full buckets is the edge after ten of them.
        Assert.Equal(LatencyBuckets.Edge(809), ratio.BaselineValue!.Value, 12);
        Assert.Equal(LatencyBuckets.Edge(812), ratio.CanaryValue!.Value, 12);
        Assert.Equal((ratio.BaselineValue, ratio.CanaryValue), (seconds.BaselineValue, seconds.CanaryValue));
        Assert.Equal(LatencyBuckets.Edge(812) - LatencyBuckets.Edge(809), seconds.Estimate!.Value, 12);
        Assert.Equal((2_400L, 600L), (ratio.BaselineCount, ratio.CanaryCount));
    }

    // A margin of less than a bucket is one bucket to the lane, where less is asked than the baseline as much as where more is allowed.
    [Theory]
    [InlineData(1.001, 1.0)]
    [InlineData(0.9, 0.8)]
    [InlineData(1.0, 1.0)]
    public void A_margin_is_a_size_of_at_least_a_bucket(double bad, double fine)
    {
        var slices = Timed.Alike(6, 0, 20, Timed.Flat(800, 20), Timed.Flat(801, 5));
        var (canary, baseline) = Timed.Histograms(slices);
        var estimate = QuantileEstimate.Of(canary, baseline, Half, true)!.Value;
        var effect = Math.Max(LatencyBuckets.LogRatio, Math.Abs(Math.Log(bad)));

        var reading = Asked.OfEveryone(Ratio with { Bad = bad, Fine = fine }).After(slices).Reading;
        Assert.Equal(Math.Exp(estimate.High(NormalMixture.Margin(Asked.PassAt + Math.Log(2), estimate.Error, effect))!.Value), reading.High!.Value, 9);
    }

    [Fact]
    public void A_segment_can_only_fail()
    {
        var slices = Timed.Alike(6, 0, 20, Timed.Flat(800, 20), Timed.Flat(816, 5));

        foreach (var guard in new[] { Ratio, Difference })
        {
            Asked everyone = Asked.OfEveryone(guard).After(slices), asked = Asked.OfSegment(guard).After(slices);
            Assert.Equal((everyone.Fail, 0.0, 0.0), (asked.Fail, asked.Pass, asked.Measurement.After(9).Pass));
            Assert.NotEqual(0, everyone.Pass);
        }
    }

    [Fact]
    public void Nothing_of_one_arm_proves_nothing()
    {
        foreach (var slice in new[] { Timed.Slice(0, 20, Timed.Flat(800, 20), []), Timed.Slice(0, 20, [], Timed.Flat(800, 20)) })
        {
            var asked = Asked.OfEveryone(Ratio).After(slice);

            Assert.Equal((0.0, 0.0), (asked.Fail, asked.Pass));
            Assert.Equal(default, asked.Measurement.After(3));
            Assert.Equal((null, null, null), (asked.Reading.Estimate, asked.Reading.Low, asked.Reading.High));
            Assert.True(asked.Reading.BaselineValue is null ^ asked.Reading.CanaryValue is null);
        }
    }

    [Fact]
    public void Of_a_first_byte_only_times_to_the_first_byte_count()
    {
        var slices = Timed.Alike(6, 0, 20, Timed.Flat(800, 20), Timed.Flat(816, 5));
        EvidenceSlice Moved(EvidenceSlice slice) => slice with { Baseline = new() { Cells = [First(slice.Baseline)] }, Canary = new() { Cells = [First(slice.Canary)] } };
        CellEvidence First(ArmEvidence arm) => arm.Cells[0] with { FirstToken = arm.Cells[0].Latency, Latency = SparseCounts.Empty };

        var guard = Ratio with { Signal = new(SignalKind.FirstToken, Half) };
        Asked asked = Asked.OfEveryone(guard).After(slices.Select(Moved)), last = Asked.OfEveryone(Ratio).After(slices);

        Assert.Equal((last.Fail, last.Pass, last.Reading), (asked.Fail, asked.Pass, asked.Reading));
        Assert.Equal(0, Asked.OfEveryone(guard).After(slices).Fail);
        Assert.StartsWith("p50 of the time to the first byte in country=ID is ", Asked.OfSegment(guard).After(slices.Select(Moved)).Says(VerdictKind.Fail), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.5)]
    public void A_ratio_of_none_is_refused_but_a_difference_may_be_any(double fine)
    {
        Assert.Equal("question", Assert.Throws<ArgumentOutOfRangeException>(() => Asked.OfEveryone(Ratio with { Fine = fine })).ParamName);
        Assert.NotNull(Asked.OfEveryone(Difference with { Fine = fine }));
    }
}

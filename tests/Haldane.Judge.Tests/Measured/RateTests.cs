using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>Differences of rates, ratios of known rates, and a rate against a limit: of errors, labels and events.</summary>
public sealed class RateTests
{
    private static readonly GuardSpec Errors = Slices.Guard(SignalKind.ErrorRate, Scale.Difference, 0.02);
    private static readonly GuardSpec Accuracy = Slices.Guard(SignalKind.Accuracy, Scale.Difference, -0.04) with { Fine = -0.01 };
    private static readonly GuardSpec Relative = Slices.Guard(SignalKind.Accuracy, Scale.Ratio, 0.9);
    private static readonly GuardSpec ErrorLimit = Slices.Guard(SignalKind.ErrorRate, Scale.Value, 0.05) with { Fine = 0.03 };
    private static readonly GuardSpec AccuracyLimit = Slices.Guard(SignalKind.Accuracy, Scale.Value, 0.85) with { Fine = 0.9 };
    private static readonly GuardSpec Refused = Slices.Guard(SignalKind.EventRate, Scale.Value, 0.05, name: GatewayEvents.Refused);

    [Fact]
    public void Errors_are_compared_slice_by_slice()
    {
        var asked = Asked.OfEveryone(Errors).After(Failed(40, 30), Failed(35, 10));

        var lanes = RateComparison.OfDifferences(0.01, 0.02, 1);
        lanes.Add(0, new(40, 800), new(30, 200), withPass: true);
        lanes.Add(0, new(35, 800), new(10, 200), withPass: true);
        Assert.Equal((lanes.FailLogE, lanes.PassLogE), (asked.Fail, asked.Pass));
        Assert.Equal(lanes.Weigh(3), asked.Measurement.After(3));

        var (estimate, bounds) = lanes.Read(Asked.FailAt, Asked.PassAt);
        Assert.Equal(
            new() { Estimate = estimate, Low = bounds.Low, High = bounds.High, BaselineValue = 75 / 1_600.0, CanaryValue = 0.1, BaselineCount = 1_600, CanaryCount = 400 }, asked.Reading);
        Assert.StartsWith("10 % of 400 canary exchanges failed against 4.69 % of 1,600 of the baseline: 5.3 points higher; ", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_labels_the_wrong_ones_are_tested_and_the_right_ones_told()
    {
        var asked = Asked.OfEveryone(Accuracy, 20, 50).After(Labelled(0, 800, 80, 200, 30), Labelled(1, 300, 20, 300, 40));

        var lanes = RateComparison.OfDifferences(0.01, 0.04, 2);
        lanes.Add(0, new(80, 800), new(30, 200), withPass: true);
        lanes.Add(1, new(20, 300), new(40, 300), withPass: true);
        Assert.Equal((lanes.FailLogE, lanes.PassLogE), (asked.Fail, asked.Pass));

        var (estimate, bounds) = lanes.Read(Asked.FailAt, Asked.PassAt);
        Assert.Equal(
            new() { Estimate = -estimate, Low = -bounds.High, High = -bounds.Low, BaselineValue = 1_000 / 1_100.0, CanaryValue = 0.86, BaselineCount = 1_100, CanaryCount = 500 }, asked.Reading);
        Assert.StartsWith("accuracy is 86 % over 500 labelled canary answers against 90.9 % of 1,100 of the baseline: ", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.Equal("subjects", asked.Measurement.CountedBy);
        Assert.Equal("exchanges", Asked.OfEveryone(Errors).Measurement.CountedBy);
    }

    [Fact]
    public void Labels_of_earlier_stages_that_come_later_join_their_own_stage()
    {
        Asked late = Asked.OfEveryone(Accuracy, 20, 50).After(Asked.Quiet(), Labelled(1, 300, 20, 300, 40) with
        {
            Labels = [.. Labelled(0, 800, 80, 200, 30).Labels, .. Labelled(1, 300, 20, 300, 40).Labels, new(0, Arm.Canary, Asked.Segment, 50, 50)],
        });

        Assert.Equal(Asked.OfEveryone(Accuracy, 20, 50).After(Labelled(0, 800, 80, 200, 30), Labelled(1, 300, 20, 300, 40)).Fail, late.Fail);
    }

    [Fact]
    public void Labelled_pairs_of_shadow_traffic_multiply_what_split_traffic_shows()
    {
        var pairs = Asked.Quiet() with { Pairs = [new(0, 0, 0, 0, 0, 500, 30, 10), new(Asked.Segment, 0, 0, 0, 0, 500, 200, 0)] };
        var asked = Asked.OfEveryone(Accuracy).After(Labelled(0, 800, 80, 200, 30), pairs);

        PairedDifference fail = new(0.01, Null.AtMost, Math.Exp(-Asked.FailAt)), pass = new(0.04, Null.AtLeast, Math.Exp(-Asked.PassAt));
        fail.Add(500, 30, 10);
        pass.Add(500, 30, 10);
        var split = Asked.OfEveryone(Accuracy).After(Labelled(0, 800, 80, 200, 30));
        Assert.Equal(split.Fail + fail.LogE, asked.Fail, 9);
        Assert.Equal(split.Pass + pass.LogE, asked.Pass, 9);
        Assert.Equal(split.Measurement.After(3).Fail + fail.LogEAfter(3), asked.Measurement.After(3).Fail, 9);
        Assert.Equal(split.Measurement.After(3).Pass + pass.LogEAfter(3), asked.Measurement.After(3).Pass, 9);
        Assert.NotEqual(split.Fail, asked.Fail);

        // They say nothing of errors.
        Assert.Equal(Asked.OfEveryone(Errors).After(Asked.Quiet()).Fail, Asked.OfEveryone(Errors).After(pairs).Fail);
    }

    [Fact]
    public void A_segment_can_only_fail()
    {
        var pairs = Asked.Quiet() with { Pairs = [new(Asked.Segment, 0, 0, 0, 0, 500, 30, 10)], Labels = [new(0, Arm.Canary, Asked.Segment, 100, 5), new(0, Arm.Baseline, Asked.Segment, 100, 5)] };

        foreach (var guard in new[] { Accuracy, Errors, Relative, ErrorLimit, AccuracyLimit })
        {
            var asked = Asked.OfSegment(guard).After(pairs, pairs);

            Assert.NotEqual(0, asked.Fail);
            Assert.Equal(0, asked.Pass, 12);
            Assert.Equal(0, asked.Measurement.After(9).Pass, 12);
            Assert.Contains(" in country=ID", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_ratio_of_known_rates_is_that_of_right_answers()
    {
        var asked = Asked.OfEveryone(Relative, 20, 50).After(Labelled(0, 800, 80, 200, 40), Labelled(1, 300, 20, 300, 40));

        var lanes = RateComparison.OfRatios(Math.Sqrt(0.9), 0.9, true, 2);
        lanes.Add(0, new(720, 800), new(160, 200), withPass: true);
        lanes.Add(1, new(280, 300), new(260, 300), withPass: true);
        Assert.Equal((lanes.FailLogE, lanes.PassLogE), (asked.Fail, asked.Pass));
        Assert.Equal(lanes.Weigh(2), asked.Measurement.After(2));

        var (estimate, bounds) = lanes.ReadRatio(Asked.FailAt, Asked.PassAt, true);
        Assert.Equal(
            new() { Estimate = estimate, Low = bounds.Low, High = bounds.High, BaselineValue = 1_000 / 1_100.0, CanaryValue = 0.84, BaselineCount = 1_100, CanaryCount = 500 }, asked.Reading);
        Assert.EndsWith("; 0.9 times is asked", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.Equal("no stage has seen both arms yet; too early to bound it; 0.9 times is asked", Asked.OfEveryone(Relative).Says(VerdictKind.Undecided));
        Assert.Equal("no stage has seen both arms in country=ID yet; too early to bound it; 4 points is the margin", Asked.OfSegment(Accuracy).Says(VerdictKind.Undecided));
    }

    [Fact]
    public void A_limit_on_errors_is_held_against_the_canary_alone()
    {
        var asked = Asked.OfEveryone(ErrorLimit).After(Failed(40, 5), Failed(35, 4));

        TiltMixture fail = TiltMixture.ForRate(0.03, Null.AtMost), pass = TiltMixture.ForRate(0.05, Null.AtLeast);
        Assert.Equal(fail.LogE(9, 400), asked.Fail, 9);
        Assert.Equal(pass.LogE(9, 400), asked.Pass, 9);
        Assert.Equal(fail.LogE(36, 1_600), asked.Measurement.After(4).Fail, 9);
        Assert.Equal(pass.LogE(36, 1_600), asked.Measurement.After(4).Pass, 9);
        var bounds = TiltMixture.RateBounds(9, 400, Asked.FailAt, Asked.PassAt);
        Assert.Equal(
            new() { Estimate = 9 / 400.0, Low = bounds.Low, High = bounds.High, BaselineValue = 75 / 1_600.0, CanaryValue = 9 / 400.0, BaselineCount = 1_600, CanaryCount = 400 }, asked.Reading);
        Assert.EndsWith("; 5 % is the limit", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_on_accuracy_is_held_against_the_wrong_answers()
    {
        var asked = Asked.OfEveryone(AccuracyLimit).After(Labelled(0, 800, 80, 200, 30));

        Assert.Equal(TiltMixture.ForRate(1 - 0.9, Null.AtMost).LogE(30, 200), asked.Fail, 9);
        Assert.Equal(TiltMixture.ForRate(1 - 0.85, Null.AtLeast).LogE(30, 200), asked.Pass, 9);
        var bounds = TiltMixture.RateBounds(30, 200, Asked.FailAt, Asked.PassAt);
        Assert.Equal(
            new() { Estimate = 1 - 0.15, Low = 1 - bounds.High, High = 1 - bounds.Low, BaselineValue = 1 - 0.1, CanaryValue = 1 - 0.15, BaselineCount = 800, CanaryCount = 200 }, asked.Reading);
        Assert.Equal(default, Asked.OfEveryone(AccuracyLimit).After(Asked.Empty()).Reading);
        Assert.StartsWith("accuracy is 85 % over 200 labelled canary answers; ", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_gateway_sees_happen_is_a_part_of_the_exchanges_of_its_slice()
    {
        var asked = Asked.OfEveryone(Refused, 20, 50).After(
            Asked.Quiet() with { Events = [new(GatewayEvents.Refused, 0, Arm.Canary, 0, 12, 9), new(GatewayEvents.Refused, 0, Arm.Baseline, 0, 20, 15), new(GatewayEvents.Empty, 0, Arm.Canary, 0, 50, 50), new(GatewayEvents.Refused, 0, Arm.Canary, 1, 50, 50)] });

        Assert.Equal((12 / 200.0, 20 / 800.0), (asked.Reading.CanaryValue, asked.Reading.BaselineValue));
        Assert.Equal(("exchanges", 200L, 800L), (asked.Measurement.CountedBy, asked.Reading.CanaryCount, asked.Reading.BaselineCount));
        Assert.StartsWith("6 % of 200 canary exchanges were refused; ", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.StartsWith("none of 200 canary exchanges in country=ID were refused; ", Asked.OfSegment(Refused).After(Asked.Quiet()).Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_missing_is_ten_exchanges_twenty_labels_or_one_event()
    {
        static string? Missing(GuardSpec guard, EvidenceSlice slice) => Asked.OfSegment(guard).After(slice).Measurement.Missing();
        static EvidenceSlice Of(long exchanges) => Slices.Slice(1, 0, 20, Slices.Counts(100), Slices.Counts(exchanges));
        static EvidenceSlice Labels(long labels) => Of(100) with { Labels = [new(0, Arm.Canary, Asked.Segment, labels, 1)] };
        var conversion = Slices.Guard(SignalKind.EventRate, Scale.Ratio, 0.8, name: SignalSpec.Conversion) with { AtLeast = true };

        foreach (var guard in new[] { Errors, ErrorLimit, Refused })
        {
            Assert.Equal("9 canary exchanges in country=ID in this stage, 10 are the least", Missing(guard, Of(9)));
            Assert.Null(Missing(guard, Of(10)));
        }

        foreach (var guard in new[] { Accuracy, AccuracyLimit, Relative })
        {
            Assert.Equal("19 labels of canary answers so far, 20 are the least", Missing(guard, Labels(19)));
            Assert.Null(Missing(guard, Labels(20)));
        }

        Assert.Equal("no conversion in country=ID of canary exchanges so far", Missing(conversion, Of(100)));
        Assert.Equal("no conversion in country=ID of canary exchanges so far", Missing(conversion, Of(100) with { Events = [new(SignalSpec.Conversion, 0, Arm.Baseline, Asked.Segment, 3, 3)] }));
        Assert.Null(Missing(conversion, Of(100) with { Events = [new(SignalSpec.Conversion, 0, Arm.Canary, Asked.Segment, 1, 1)] }));
    }

    [Theory]
    [InlineData(0.02, false, "2 points is the margin")]
    [InlineData(-0.02, false, "2 points lower is asked")]
    [InlineData(0.02, true, "2 points higher is asked")]
    [InlineData(-0.02, true, "2 points is the margin")]
    [InlineData(0, true, "0 points is the margin")]
    [InlineData(0, false, "0 points is the margin")]
    public void The_margin_of_a_difference_says_in_which_direction_more_is_asked(double bad, bool atLeast, string said) =>
        Assert.EndsWith("; " + said, Asked.OfEveryone(Errors with { Bad = bad, Fine = bad, AtLeast = atLeast }).Says(VerdictKind.Undecided), StringComparison.Ordinal);

    [Fact]
    public void Differences_are_told_with_their_direction()
    {
        Asked worse = Asked.OfEveryone(Accuracy).After(Enumerable.Repeat(Labelled(0, 800, 80, 200, 60), 5)), same = Asked.OfEveryone(Accuracy).After(Enumerable.Repeat(Labelled(0, 800, 80, 200, 20), 5));

        var (low, high) = (worse.Reading.Low!.Value, worse.Reading.High!.Value);
        Assert.Contains($": 20 points lower (at least {Say.Points(high)} lower); 4 points is the margin", worse.Says(VerdictKind.Fail), StringComparison.Ordinal);
        Assert.Contains($": 20 points lower; may be between {Say.Signed(low)} and {Say.Signed(high)} points; ", worse.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.Contains($": the same (at most {Say.Points(same.Reading.Low!.Value)} lower); ", same.Says(VerdictKind.Pass), StringComparison.Ordinal);
    }

    [Fact]
    public void A_signal_that_is_no_rate_has_no_source() => Assert.Throws<ArgumentException>(() => RateSource.For(new(SignalKind.Latency, 0.9)));

    private static EvidenceSlice Failed(long baseline, long canary) => Slices.Slice(1, 0, 20, Slices.Counts(800, baseline), Slices.Counts(200, canary));

    private static EvidenceSlice Labelled(int stage, long baseline, long wrongBaseline, long canary, long wrongCanary) =>
        Asked.Quiet(stage) with { Labels = [new(stage, Arm.Baseline, 0, baseline, wrongBaseline), new(stage, Arm.Canary, 0, canary, wrongCanary)] };
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>The calibration error of the canary, alone and against the baseline's.</summary>
public sealed class CalibrationTests
{
    private const double Bad = 0.08;

    private static readonly GuardSpec Limit = Slices.Guard(SignalKind.Calibration, Scale.Value, Bad) with { Fine = 0.05 };
    private static readonly GuardSpec Difference = Slices.Guard(SignalKind.Calibration, Scale.Difference, Bad) with { Fine = 0.03 };

    [Fact]
    public void Harm_takes_the_bias_off_and_safety_leaves_it_on()
    {
        var asked = Asked.OfEveryone(Limit).After(Labels(Bin(0, Arm.Canary, 0, 18, 150, 120, 138), Bin(0, Arm.Canary, 0, 12, 100, 60, 63)));

        var error = CalibrationError.Of([150, 100], [120, 60], [138, 63], [150, 100]);
        Assert.True(error.Bias > 0.001);
        Assert.Equal(NormalMixture.LogE(error.Value - error.Bias - 0.05, error.Error, Bad), asked.Fail, 9);
        Assert.Equal(NormalMixture.LogE(Bad - error.Value, error.Error, Bad), asked.Pass, 9);
        Assert.Equal(error.Value - error.Bias, asked.Reading.Estimate!.Value, 12);
        Assert.Equal(error.Value - error.Bias, asked.Reading.CanaryValue!.Value, 12);
        Assert.Equal(error.Value + NormalMixture.Margin(Asked.PassAt, error.Error, Bad), asked.Reading.High!.Value, 9);
        Assert.Equal((0L, 250L, null), (asked.Reading.BaselineCount, asked.Reading.CanaryCount, asked.Reading.BaselineValue));
    }

    [Fact]
    public void More_of_the_same_has_a_smaller_error_and_a_smaller_bias()
    {
        var asked = Asked.OfEveryone(Limit).After(Labels(Bin(0, Arm.Canary, 0, 18, 250, 210, 230)));

        var error = CalibrationError.Of([250], [210], [230], [250]);
        Assert.Equal(NormalMixture.LogE(error.Value - error.Bias - 0.05, error.Error / 3, Bad), asked.Measurement.After(9).Fail, 9);
        Assert.Equal(NormalMixture.LogE(Bad - (error.Value - error.Bias + error.Bias / 9), error.Error / 3, Bad), asked.Measurement.After(9).Pass, 9);
    }

    [Fact]
    public void A_difference_takes_for_each_claim_the_bias_that_hurts_it()
    {
        var asked = Asked.OfEveryone(Difference).After(
            Labels(Bin(0, Arm.Canary, 0, 18, 250, 200, 230), Bin(0, Arm.Canary, 0, 3, 50, 12, 10), Bin(0, Arm.Baseline, 0, 18, 900, 800, 830), Bin(0, Arm.Baseline, 0, 3, 300, 50, 60)));

        CalibrationError canary = CalibrationError.Of([250, 50], [200, 12], [230, 10], [250, 50]), baseline = Weighed(new(900, 300), new(800, 50), new(830, 60), 300 / 1_200.0);
        double Error(double factor) => Math.Sqrt((canary.Error * canary.Error + baseline.Error * baseline.Error) / factor);
        double least = canary.Value - canary.Bias - baseline.Value, most = canary.Value - (baseline.Value - baseline.Bias);
        Assert.True(canary.Bias > 1e-4 && baseline.Bias > 1e-4);
        Assert.Equal(NormalMixture.LogE(least - 0.03, Error(1), Bad), asked.Fail, 9);
        Assert.Equal(NormalMixture.LogE(Bad - most, Error(1), Bad), asked.Pass, 9);
        Assert.Equal(canary.Value - canary.Bias - baseline.Value + baseline.Bias, asked.Reading.Estimate!.Value, 9);
        Assert.Equal(least - NormalMixture.Margin(Asked.FailAt, Error(1), Bad), asked.Reading.Low!.Value, 9);
        Assert.Equal(most + NormalMixture.Margin(Asked.PassAt, Error(1), Bad), asked.Reading.High!.Value, 9);
        Assert.Equal(baseline.Value - baseline.Bias, asked.Reading.BaselineValue!.Value, 9);
        Assert.Equal((1_200L, 300L), (asked.Reading.BaselineCount, asked.Reading.CanaryCount));

        // Four times as much: three quarters of the bias are gone.
        Assert.Equal(NormalMixture.LogE(canary.Value - canary.Bias - (baseline.Value - 0.75 * baseline.Bias) - 0.03, Error(4), Bad), asked.Measurement.After(4).Fail, 9);
        Assert.Equal(NormalMixture.LogE(Bad - (canary.Value - 0.75 * canary.Bias - (baseline.Value - baseline.Bias)), Error(4), Bad), asked.Measurement.After(4).Pass, 9);
    }

    [Fact]
    public void The_baseline_s_stages_weigh_as_the_canary_s_do()
    {
        // Half of the canary's labels are of each stage, of the baseline's nine tenths of the first.
        var asked = Asked.OfEveryone(Difference, 10, 50).After(
            Labels(Bin(0, Arm.Canary, 0, 18, 200, 180, 184), Bin(0, Arm.Baseline, 0, 18, 1_800, 1_500, 1_656)),
            Labels(Bin(1, Arm.Canary, 0, 18, 200, 180, 184), Bin(1, Arm.Baseline, 0, 18, 200, 180, 184)));

        // The first stage's 1,800 count a ninth each.
        var baseline = CalibrationError.Of([400], [1_500 / 9.0 + 180], [368], [1_800 / 81.0 + 200]);
        Assert.Equal(baseline.Value - baseline.Bias, asked.Reading.BaselineValue!.Value, 9);
    }

    [Fact]
    public void A_stage_that_the_rollout_does_not_have_and_other_cells_are_left_out()
    {
        var asked = Asked.OfEveryone(Limit).After(
            Labels(Bin(0, Arm.Canary, 0, 18, 250, 210, 230), Bin(1, Arm.Canary, 0, 18, 250, 0, 230), Bin(0, Arm.Canary, Asked.Segment, 18, 250, 0, 230)));

        Assert.Equal(250, asked.Reading.CanaryCount);
    }

    [Theory]
    [InlineData(199, 200, false)]
    [InlineData(200, 199, false)]
    [InlineData(200, 200, true)]
    public void Both_arms_of_a_difference_need_two_hundred_labels(long canary, long baseline, bool ready)
    {
        var asked = Asked.OfEveryone(Difference).After(
            Labels(Bin(0, Arm.Canary, 0, 18, canary, canary, 0.9 * canary), Bin(0, Arm.Baseline, 0, 18, baseline, baseline, 0.9 * baseline)));

        Assert.Equal(ready, asked.Fail != 0);
        Assert.Equal(ready, asked.Pass != 0);
        Assert.Equal((ready, ready, ready), (asked.Reading.Estimate is not null, asked.Reading.CanaryValue is not null, asked.Reading.High is not null));
        Assert.Equal(baseline >= 200, asked.Reading.BaselineValue is not null);
        Assert.Equal(
            !ready, asked.Says(VerdictKind.Undecided) == $"{canary} labels of canary answers with a confidence so far, 200 are the least; 8 points is the margin");
    }

    [Fact]
    public void A_limit_asks_nothing_of_the_baseline_and_a_segment_can_only_fail()
    {
        var slice = Labels(Bin(0, Arm.Canary, Asked.Segment, 18, 400, 360, 368));

        var asked = Asked.OfSegment(Limit).After(slice);

        Assert.True(asked.Fail < 0);
        Assert.Equal((0.0, 0.0), (asked.Pass, asked.Measurement.After(10).Pass));
        Assert.NotNull(asked.Reading.Estimate);
        Assert.Equal("0 labels in country=ID of canary answers with a confidence so far, 200 are the least; 8 % is the limit", Asked.OfSegment(Limit).Says(VerdictKind.Undecided));
    }

    [Fact]
    public void Fewer_than_twenty_labels_are_missing()
    {
        Assert.Equal("19 labels of canary answers so far, 20 are the least", Asked.OfEveryone(Limit).After(Labels(Bin(0, Arm.Canary, 0, 18, 19, 19, 17))).Measurement.Missing());
        Assert.Null(Asked.OfEveryone(Limit).After(Labels(Bin(0, Arm.Canary, 0, 18, 20, 19, 17))).Measurement.Missing());
        Assert.Equal("subjects", Asked.OfEveryone(Limit).Measurement.CountedBy);
    }

    [Fact]
    public void A_limit_tells_errors_and_a_difference_points()
    {
        Asked limit = Asked.OfEveryone(Limit).After(Labels(Bin(0, Arm.Canary, 0, 18, 4_000, 2_000, 3_680)));
        Asked difference = Asked.OfEveryone(Difference).After(Labels(Bin(0, Arm.Canary, 0, 18, 400, 352, 368), Bin(0, Arm.Baseline, 0, 18, 400, 368, 368)));

        Assert.Contains($"; may be between {Say.Percent(limit.Reading.Low!.Value)} and {Say.Percent(limit.Reading.High!.Value)}; ", limit.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.Contains(
            $"; may be between {Say.Signed(difference.Reading.Low!.Value)} and {Say.Signed(difference.Reading.High!.Value)} points; ", difference.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.True(difference.Reading.Low < 0);
        Assert.DoesNotContain("at least", difference.Says(VerdictKind.Fail), StringComparison.Ordinal); // its lower bound says no harm
        Assert.Contains("(at least ", limit.Says(VerdictKind.Fail), StringComparison.Ordinal);
    }

    [Fact]
    public void Bounds_beyond_what_an_error_can_be_are_none()
    {
        var sure = Asked.OfEveryone(Limit).After(Labels(Bin(0, Arm.Canary, 0, 18, 4_000, 2_000, 3_680))).Reading;
        var wrong = Asked.OfEveryone(Limit).After(Labels(Bin(0, Arm.Canary, 0, 19, 200, 4, 199))).Reading;
        var right = Asked.OfEveryone(Limit).After(Labels(Bin(0, Arm.Canary, 0, 18, 200, 184, 184))).Reading;

        var error = CalibrationError.Of([4_000], [2_000], [3_680], [4_000]);
        Assert.Equal(error.Value - error.Bias - NormalMixture.Margin(Asked.FailAt, error.Error, Bad), sure.Low!.Value, 9);
        Assert.InRange(sure.High!.Value, 0.42, 0.55);
        Assert.Null(wrong.High);
        Assert.NotNull(wrong.Low);
        Assert.Null(right.Low);
        Assert.NotNull(right.High);
    }

    // Labels that weigh so much each.
    private static CalibrationError Weighed((double First, double Second) labelled, (double First, double Second) right, (double First, double Second) confidence, double weight) => CalibrationError.Of(
        [weight * labelled.First, weight * labelled.Second],
        [weight * right.First, weight * right.Second],
        [weight * confidence.First, weight * confidence.Second],
        [weight * weight * labelled.First, weight * weight * labelled.Second]);

    private static CalibrationCounts Bin(int stage, Arm arm, int cell, int bin, long labelled, long right, double confidence) => new(stage, arm, cell, bin, labelled, right, confidence);

    private static EvidenceSlice Labels(params CalibrationCounts[] counts) => Asked.Quiet() with { Calibration = [.. counts] };
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>The canary's mean of a number against the baseline's, as a ratio and as a difference.</summary>
public sealed class MeanComparisonTests
{
    private static readonly GuardSpec Ratio = Slices.Guard(SignalKind.Mean, Scale.Ratio, 0.8, name: "revenue") with { AtLeast = true };
    private static readonly GuardSpec Difference = Slices.Guard(SignalKind.Mean, Scale.Difference, 2, name: "revenue");

    [Theory]
    [InlineData(0.8, true)]
    [InlineData(1.25, false)]
    public void A_ratio_is_tested_on_its_logarithm_with_the_spread_between_groups(double bad, bool atLeast)
    {
        Side baseline = new(8, 20, 1), canary = new(4, atLeast ? 17 : 23, -2);
        var asked = Asked.OfEveryone(Ratio with { Bad = bad, AtLeast = atLeast }).After(Values(0, baseline, canary));

        double theta = Math.Log(canary.Mean / baseline.Mean), error = Math.Sqrt(canary.Variance / Math.Pow(canary.Mean, 2) + baseline.Variance / Math.Pow(baseline.Mean, 2));
        double sign = atLeast ? -1 : 1, effect = Math.Abs(Math.Log(bad));
        foreach (var factor in new[] { 1, 4 })
        {
            double harm = sign * (theta - Math.Log(bad) / 2), good = sign * (Math.Log(bad) - theta);
            Assert.Equal(NormalMixture.LogE(harm, GroupedMean.ErrorFor(harm, error / Math.Sqrt(factor)), effect), asked.Measurement.After(factor).Fail, 9);
            Assert.Equal(NormalMixture.LogE(good, GroupedMean.ErrorFor(good, error / Math.Sqrt(factor)), effect), asked.Measurement.After(factor).Pass, 9);
        }

        double failMargin = NormalMixture.Margin(Asked.FailAt, error, effect), passMargin = NormalMixture.Margin(Asked.PassAt, error, effect);
        var reading = asked.Reading;
        Assert.Equal(canary.Mean / baseline.Mean, reading.Estimate!.Value, 12);
        Assert.Equal(Math.Exp(theta - (atLeast ? passMargin : failMargin)), reading.Low!.Value, 9);
        Assert.Equal(Math.Exp(theta + (atLeast ? failMargin : passMargin)), reading.High!.Value, 9);
        Assert.Equal((baseline.Mean, canary.Mean), (reading.BaselineValue!.Value, reading.CanaryValue!.Value));
        Assert.Equal((512L, 256L), (reading.BaselineCount, reading.CanaryCount));
        Assert.Equal((asked.Measurement.After(1).Fail, asked.Measurement.After(1).Pass), (asked.Fail, asked.Pass));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_difference_is_tested_in_its_own_unit(bool atLeast)
    {
        Side baseline = new(8, 20, 1), canary = new(4, 21.5, -2);
        var bad = atLeast ? -2 : 2;
        var asked = Asked.OfEveryone(Difference with { Bad = bad, AtLeast = atLeast }).After(Values(0, baseline, canary));

        double theta = canary.Mean - baseline.Mean, error = Math.Sqrt(canary.Variance + baseline.Variance), sign = atLeast ? -1 : 1;
        double harm = sign * (theta - bad / 2.0), good = sign * (bad - theta);
        Assert.Equal(NormalMixture.LogE(harm, GroupedMean.ErrorFor(harm, error), 2), asked.Fail, 9);
        Assert.Equal(NormalMixture.LogE(good, GroupedMean.ErrorFor(good, error), 2), asked.Pass, 9);
        double failMargin = NormalMixture.Margin(Asked.FailAt, error, 2), passMargin = NormalMixture.Margin(Asked.PassAt, error, 2);
        Assert.Equal(theta, asked.Reading.Estimate!.Value, 12);
        Assert.Equal(theta - (atLeast ? passMargin : failMargin), asked.Reading.Low!.Value, 9);
        Assert.Equal(theta + (atLeast ? failMargin : passMargin), asked.Reading.High!.Value, 9);
    }

    [Fact]
    public void Without_a_margin_it_is_tuned_to_a_twentieth_of_the_range()
    {
        // "level" is from -4 to 2.
        Side baseline = new(8, -1, 0.2), canary = new(4, -0.8, 0.3);
        var asked = Asked.OfEveryone(Slices.Guard(SignalKind.Mean, Scale.Difference, 0, name: "level")).After(Values(0, baseline, canary, name: "level"));

        double theta = canary.Mean - baseline.Mean, error = Math.Sqrt(canary.Variance + baseline.Variance);
        Assert.Equal(NormalMixture.LogE(theta, GroupedMean.ErrorFor(theta, error), 0.3), asked.Fail, 9);
        Assert.Equal(theta + NormalMixture.Margin(Asked.PassAt, error, 0.3), asked.Reading.High!.Value, 9);
    }

    // Stages are weighed by 1 / variance. What a group adds to both, by its subjects, is summed over stages before it is squared; at least as much as if each stage had subjects of its own.
    [Theory]
    [InlineData(Scale.Ratio, 1)]
    [InlineData(Scale.Ratio, -1)]
    [InlineData(Scale.Difference, 1)]
    [InlineData(Scale.Difference, -1)]
    public void Stages_are_joined_and_groups_that_come_again_are_not_taken_for_others(Scale scale, int again)
    {
        Side b0 = new(8, 20, 1), c0 = new(4, 19, -2), b1 = new(6, 10, again * 0.7), c1 = new(5, 9, again * -1.5);
        var asked = Asked.OfEveryone(scale == Scale.Ratio ? Ratio : Difference with { Bad = -2, AtLeast = true }, 10, 50).After(Values(0, b0, c0), Values(1, b1, c1));

        var (of0, of1) = (Stage(scale, b0, c0), Stage(scale, b1, c1));
        double weights = 1 / of0.Variance + 1 / of1.Variance, theta = (of0.Theta / of0.Variance + of1.Theta / of1.Variance) / weights;
        var shifts = of0.Shifts.Zip(of1.Shifts, (x, y) => (x / of0.Variance + y / of1.Variance) / weights);
        double between = shifts.Sum(s => s * s) * 64 / 63, apart = 1 / weights;
        Assert.Equal(again > 0, between > apart);
        var error = Math.Sqrt(Math.Max(between, apart));

        var (fine, bad) = scale == Scale.Ratio ? (Math.Log(0.8) / 2, Math.Log(0.8)) : (-1, -2);
        Assert.Equal(NormalMixture.LogE(fine - theta, GroupedMean.ErrorFor(fine - theta, error), -bad), asked.Fail, 9);
        Assert.Equal(NormalMixture.LogE(theta - bad, GroupedMean.ErrorFor(theta - bad, error / 3), -bad) > 0, asked.Measurement.After(9).Pass > 0);
        Assert.Equal(NormalMixture.LogE(theta - bad, GroupedMean.ErrorFor(theta - bad, error / 3), -bad), asked.Measurement.After(9).Pass, 9);
        Assert.Equal(scale == Scale.Ratio ? Math.Exp(theta) : theta, asked.Reading.Estimate!.Value, 9);
        Assert.Equal(((8 * 20 + 6 * 10) / 14.0, (4 * 19 + 5 * 9) / 9.0), (asked.Reading.BaselineValue!.Value, asked.Reading.CanaryValue!.Value));
    }

    [Theory]
    [InlineData(99, 200, false)]
    [InlineData(200, 99, false)]
    [InlineData(100, 200, true)]
    [InlineData(200, 100, true)]
    public void A_stage_counts_from_a_hundred_numbers_other_than_none_in_each_arm(long baseline, long canary, bool counts)
    {
        var asked = Asked.OfEveryone(Ratio).After(Values(0, new(8, 20, 1), new(4, 19, -2), baseline, canary));

        Assert.Equal((counts, counts), (asked.Fail != 0, asked.Pass != 0));
        Assert.Equal((counts, counts, counts), (asked.Reading.Estimate is not null, asked.Reading.Low is not null, asked.Reading.High is not null));
        Assert.Equal((20.0, 19.0), (asked.Reading.BaselineValue!.Value, asked.Reading.CanaryValue!.Value));
        Assert.NotEqual(0, asked.Measurement.After(1.02).Fail);
        Assert.Equal(default, asked.Measurement.After(0.98));
        Assert.Equal(!counts, asked.Says(VerdictKind.Undecided) == "no stage has 100 values of revenue other than 0 in each arm yet; 0.8 times is asked");
        Assert.NotEqual("no stage has 100 values of revenue other than 0 in each arm yet; 0.8 times is asked", asked.Says(VerdictKind.Pass));
    }

    [Fact]
    public void A_stage_with_too_few_numbers_is_left_out_and_the_others_count()
    {
        EvidenceSlice first = Values(0, new(8, 20, 1), new(4, 90, -2), 99), second = Values(1, new(8, 20, 1), new(4, 17, -2));
        Asked asked = Asked.OfEveryone(Ratio, 10, 50).After(first, second), alone = Asked.OfEveryone(Ratio, 10, 50).After(Asked.Quiet(), second);

        Assert.Equal((alone.Fail, alone.Pass, alone.Reading.Low), (asked.Fail, asked.Pass, asked.Reading.Low));
        Assert.NotEqual(0, asked.Fail);
        Assert.Equal((1_024L, 512L), (asked.Reading.BaselineCount, asked.Reading.CanaryCount));
    }

    // A logarithm needs means above 0; a difference does not.
    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 1)]
    [InlineData(1, -1)]
    [InlineData(1, 0)]
    [InlineData(-1, -1)]
    public void A_ratio_of_means_that_are_not_above_none_says_nothing(double baseline, double canary)
    {
        var slice = Values(0, new(8, baseline, 0.2), new(4, canary, 0.3), name: "level");

        var asked = Asked.OfEveryone(Ratio with { Signal = new(SignalKind.Mean, 0, "level") }).After(slice);
        Assert.Equal((0.0, 0.0, null), (asked.Fail, asked.Pass, asked.Reading.Estimate));
        Assert.Equal(canary - baseline, Asked.OfEveryone(Difference with { Signal = new(SignalKind.Mean, 0, "level") }).After(slice).Reading.Estimate!.Value, 12);
        Assert.Equal((baseline, canary), (asked.Reading.BaselineValue!.Value, asked.Reading.CanaryValue!.Value));
    }

    [Fact]
    public void Numbers_that_are_all_alike_show_no_spread_and_prove_nothing()
    {
        foreach (var guard in new[] { Ratio, Difference })
        {
            var asked = Asked.OfEveryone(guard).After(Values(0, new(8, 20, 0), new(4, 10, 0)));

            Assert.Equal((0.0, 0.0, null), (asked.Fail, asked.Pass, asked.Reading.Estimate));
            Assert.NotEqual(0, Asked.OfEveryone(guard).After(Values(0, new(8, 20, 1), new(4, 10, 0))).Fail);
        }
    }

    [Fact]
    public void A_segment_can_only_fail()
    {
        var asked = Asked.OfSegment(Ratio).After(Values(0, new(8, 20, 1), new(4, 17, -2), cell: Asked.Segment), Values(0, new(8, 20, 1), new(4, 90, -2)));
        var everyone = Asked.OfEveryone(Ratio).After(Values(0, new(8, 20, 1), new(4, 17, -2)));

        Assert.Equal((everyone.Fail, 0.0, 0.0), (asked.Fail, asked.Pass, asked.Measurement.After(9).Pass));
        Assert.StartsWith("the mean of revenue in country=ID is 17 over 256 canary values against 20 of 512 of the baseline: 0.85 times the baseline", asked.Says(VerdictKind.Fail), StringComparison.Ordinal);
        Assert.Equal("no stage has 100 values of revenue in country=ID other than 0 in each arm yet; 0.8 times is asked", Asked.OfSegment(Ratio).Says(VerdictKind.Undecided));
        Assert.Equal("no value of revenue in country=ID of both arms yet; 0.8 times is asked", Asked.OfSegment(Ratio).Says(VerdictKind.Pass));
    }

    [Fact]
    public void The_sentence_names_both_means_and_what_is_asked()
    {
        var asked = Asked.OfEveryone(Ratio).After(Values(0, new(8, 20, 1), new(4, 12, -1)));
        Assert.Equal(
            $"the mean of revenue is 12 over 256 canary values against 20 of 512 of the baseline: 0.6 times the baseline (at most {Say.Number(asked.Reading.High!.Value, 2)} times); 0.8 times is asked",
            asked.Says(VerdictKind.Fail));
        var same = Asked.OfEveryone(Ratio).After(Values(0, new(8, 20, 1), new(4, 20, -2)));
        Assert.DoesNotContain("at most", same.Says(VerdictKind.Fail), StringComparison.Ordinal); // a bound above 1 is no harm
        Assert.StartsWith("the mean of revenue is 20 over 256 canary values against 20 of 512 of the baseline: as the baseline", same.Says(VerdictKind.Fail), StringComparison.Ordinal);
        Assert.EndsWith("; 1.2 times is the margin", Asked.OfEveryone(Ratio with { Bad = 1.2, AtLeast = false }).Says(VerdictKind.Pass), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_a_difference_amounts_say_their_direction()
    {
        var higher = Asked.OfEveryone(Difference).After(Values(0, new(8, 20, 1), new(4, 25, -2)));
        Assert.Equal(
            $"the mean of revenue is 25 over 256 canary values against 20 of 512 of the baseline: 5 higher (at least {Say.Number(higher.Reading.Low!.Value)} higher); 2 higher is the margin", higher.Says(VerdictKind.Fail));
        var lower = Asked.OfEveryone(Difference with { Bad = -2, AtLeast = true }).After(Values(0, new(8, 20, 1), new(4, 15, -2)));
        Assert.Equal(
            $"the mean of revenue is 15 over 256 canary values against 20 of 512 of the baseline: 5 lower (at least {Say.Number(-lower.Reading.High!.Value)} lower); 2 lower is the margin", lower.Says(VerdictKind.Fail));
        var same = Asked.OfEveryone(Difference).After(Values(0, new(8, 20, 1), new(4, 20, -2)));
        Assert.DoesNotContain("at least", same.Says(VerdictKind.Fail), StringComparison.Ordinal); // a bound below 0 is no harm
        Assert.Contains(" (at least 0.5 higher); ", same.Measurement.Explain(VerdictKind.Fail, same.Reading with { Low = 0.5 }, worse: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_than_twenty_values_are_missing()
    {
        var few = Asked.Quiet() with { Values = [new("revenue", 0, Arm.Canary, 0, 3, 19, 19, 100, 900)] };

        Assert.Equal("19 values of revenue of canary exchanges so far, 20 are the least", Asked.OfEveryone(Ratio).After(few).Measurement.Missing());
        Assert.Null(Asked.OfEveryone(Ratio).After(few, few).Measurement.Missing());
        Assert.Equal("values", Asked.OfEveryone(Ratio).Measurement.CountedBy);
        Assert.Equal(default, Asked.OfEveryone(Ratio).Reading);
        var (canary, baseline) = (Asked.OfEveryone(Ratio).After(few).Reading, Asked.OfEveryone(Ratio).After(few with { Values = [few.Values[0] with { Arm = Arm.Baseline }] }).Reading);
        Assert.Equal((null, 100 / 19.0, 100 / 19.0, null), (canary.BaselineValue, canary.CanaryValue!.Value, baseline.BaselineValue!.Value, baseline.CanaryValue));
    }

    [Fact]
    public void A_value_that_the_model_does_not_have_is_refused()
    {
        var refused = Assert.Throws<ArgumentException>(() => Asked.OfEveryone(Ratio with { Signal = new(SignalKind.Mean, 0, "mood") }));

        Assert.StartsWith("Guard Mean-Ratio: the model has no value mood.", refused.Message, StringComparison.Ordinal);
        Assert.Equal("question", refused.ParamName);
    }

    private static (double Theta, double Variance, double[] Shifts) Stage(Scale scale, Side b, Side c)
    {
        var (perB, perC) = scale == Scale.Ratio ? (1 / b.Mean, 1 / c.Mean) : (1, 1);
        return (
            scale == Scale.Ratio ? Math.Log(c.Mean / b.Mean) : c.Mean - b.Mean,
            c.Variance * perC * perC + b.Variance * perB * perB,
            [.. Enumerable.Range(0, 64).Select(g => perC * c.Shift(g) - perB * b.Shift(g))]);
    }

    private static EvidenceSlice Values(int stage, Side baseline, Side canary, long? baselineNonZero = null, long? canaryNonZero = null, int cell = 0, string name = "revenue")
    {
        return Asked.Quiet(stage) with { Values = [.. Moments(Arm.Baseline, baseline, baselineNonZero), .. Moments(Arm.Canary, canary, canaryNonZero)] };

        // Where so many are other than 0 the first groups hold them.
        IEnumerable<ValueMoments> Moments(Arm arm, Side side, long? nonZero) => Enumerable.Range(0, 64).Select(g =>
            new ValueMoments(name, stage, arm, cell, g, side.Each, nonZero is { } some ? Math.Clamp(some - g * side.Each, 0, side.Each) : side.Each, side.Sum(g), 0));
    }

    // As many numbers in each group; half of the groups have a mean of so much more, half of so much less.
    private sealed record Side(long Each, double Mean, double Apart)
    {
        public double Variance => Enumerable.Range(0, 64).Sum(g => Shift(g) * Shift(g)) * 64 / 63;

        public double Sum(int group) => Each * (Mean + (group % 2 == 0 ? Apart : -Apart));

        public double Shift(int group) => (group % 2 == 0 ? Apart : -Apart) / 64;
    }
}

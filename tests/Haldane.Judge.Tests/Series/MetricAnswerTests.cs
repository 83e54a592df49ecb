using Haldane.Core.Judging;
using Haldane.Core.Series;
using Haldane.Judge.Series;

namespace Haldane.Judge.Tests.Series;

/// <summary>The answer on one metric: what decides it, its sentence and its numbers.</summary>
public sealed class MetricAnswerTests
{
    private static readonly double[] Calm = Samples.Repeat(60, 99, 101);
    private static readonly double[] AsCalm = Samples.Repeat(60, 99, 99, 101, 101);
    private static readonly double[] Higher = Samples.Repeat(60, 109, 109, 111, 111);

    private static readonly Dictionary<string, MetricSeries> Metrics = new()
    {
        ["level"] = Samples.Metric(Calm, Higher),
        ["level, to 20%"] = Samples.Metric(Calm, Higher) with { Bad = new(0.2, MarginScale.Relative) },
        ["lower"] = Samples.Metric(Higher, Calm),
        ["same"] = Samples.Metric(Calm, AsCalm),
        ["same, to 12%"] = Samples.Metric(Calm, AsCalm) with { Bad = new(0.12, MarginScale.Relative) },
        ["same, about 0"] = Samples.Metric(Samples.Repeat(60, -1, 1), Samples.Repeat(60, -1, -1, 1, 1)),
        ["above 0"] = Samples.Metric(Samples.Repeat(60, 0), Samples.Repeat(60, 3)),
        ["below 0"] = Samples.Metric(Samples.Repeat(60, 0), Samples.Repeat(60, -3)),
        ["spread"] = Samples.Metric(Calm, Samples.Repeat(60, 90, 90, 110, 110)),
        ["spread, to 20%"] = Samples.Metric(Calm, Samples.Repeat(60, 96.5, 96.5, 103.5, 103.5)) with { Bad = new(0.2, MarginScale.Relative) },
        ["spread of nothing"] = Samples.Metric(Samples.Repeat(60, 100), Samples.Repeat(60, 90, 90, 110, 110)),
        ["late spread"] = Samples.Metric(Calm, [.. AsCalm[..32], .. Samples.Repeat(28, 90, 90, 110, 110)]),
        ["unequal"] = Samples.Metric(Samples.Repeat(240, 99, 101), AsCalm),
        ["tail"] = Samples.Metric(Samples.Repeat(60, 98, 100, 102, 99, 101), [.. Samples.Repeat(60, 98, 98, 99, 99, 100, 100, 101, 101, 102, 102).Select((v, i) => i % 7 == 2 ? 160 : v)]),
        ["late"] = Samples.Metric(Calm, [.. AsCalm[..40], .. Higher[40..]]),
        ["late, to 20%"] = Samples.Metric(Calm, [.. AsCalm[..40], .. Higher[40..]]) with { Bad = new(0.2, MarginScale.Relative) },
        ["healed"] = Samples.Metric(Calm, [.. AsCalm.Select((v, i) => i < 15 ? v + 40 : v)]),
        ["healed, then tail"] = Samples.Metric(Calm, [.. AsCalm.Select((v, i) => i < 15 ? v + 40 : v + 0.75)]),
        ["healed, then level"] = Samples.Metric(Samples.Repeat(60, 124, 128), [.. Samples.Repeat(60, 136, 136, 140, 140).Select((v, i) => i >= 15 ? v : i % 2 == 0 ? v + 60 : v - 60)]),
        ["healed, then late"] = Samples.Metric(Calm, [.. AsCalm.Select((v, i) => i < 12 ? v + 150 : i >= 44 ? v + 10 : v)]),
    };

    [Theory]
    [InlineData("level", 0.0002, "Fail: 10 % higher (p 0.0002, n 60 and 60)")]
    [InlineData("level", 0.00002, "Fail: 10 % higher (p below 0.0001, n 60 and 60)")]
    [InlineData("level", 0.02, "Undecided: 10 % higher; neither harm nor its absence is proven (p 0.02, n 60 and 60)")]
    [InlineData("level, to 20%", 0.0002, "Pass: 10 % higher, within the margin of 20% (p 0.0002, n 60 and 60)")]
    [InlineData("level, to 20%", 0.02, "Pass: 10 % higher; nothing worse than 20% in level, spread or tail (n 60 and 60)")]
    [InlineData("lower", 0.0002, "Fail: 9.1 % lower (p 0.0002, n 60 and 60)")]
    [InlineData("same", 0.6, "Pass: the same; nothing worse than 5 % of the level in level, spread or tail (n 60 and 60)")]
    [InlineData("same, to 12%", 0.6, "Pass: the same; nothing worse than 12% in level, spread or tail (n 60 and 60)")]
    [InlineData("same, about 0", 0.6, "Pass: the same; nothing worse than 1.25 deviations of the noise in level, spread or tail (n 60 and 60)")]
    [InlineData("above 0", 0.0002, "Fail: higher than a baseline of 0 (p 0.0002, n 60 and 60)")]
    [InlineData("below 0", 0.0002, "Fail: lower than a baseline of 0 (p 0.0002, n 60 and 60)")]
    [InlineData("spread", 0.0002, "Fail: fluctuates 10 times as much as the baseline (p 0.0002, n 60 and 60)")]
    [InlineData("spread", 0.02, "Undecided: the same; neither harm nor its absence is proven (p 0.02, n 60 and 60)")]
    [InlineData("spread of nothing", 0.0002, "Fail: fluctuates more than the baseline (p 0.0002, n 60 and 60)")]
    [InlineData("unequal", 0.6, "Pass: the same; nothing worse than 5 % of the level in level, spread or tail (n 240 and 60)")]
    [InlineData("tail", 0.0002, "Fail: has more extreme points than the baseline (p 0.0002, n 60 and 60)")]
    [InlineData("late", 0.0002, "Fail: changed within the window: 10 % higher over its last 33.3 % (p 0.0002, n 60 and 60)")]
    [InlineData("late", 0.02, "Undecided: 1 % higher; neither harm nor its absence is proven (p 0.02, n 60 and 60)")]
    [InlineData("healed", 0.6, "Pass: the same; nothing worse than 5 % of the level in level, spread or tail (n 60 and 60); a disturbance in the first 25 % of the window has healed")]
    [InlineData("healed, then level", 0.0002, "Fail: 9.4 % higher (p 0.0002, n 60 and 60); a disturbance in the first 25 % of the window has healed")]
    [InlineData("healed, then tail", 0.0002, "Fail: has more extreme points than the baseline (p 0.0002, n 60 and 60); a disturbance in the first 25 % of the window has healed")]
    [InlineData("healed, then level", 0.02, "Undecided: 9.4 % higher; neither harm nor its absence is proven (p 0.02, n 60 and 60); a disturbance in the first 25 % of the window has healed")]
    [InlineData("healed, then late", 0.0002, "Fail: changed within the window: 10 % higher over its last 26.7 % (p 0.0002, n 60 and 60); a disturbance in the first 20 % of the window has healed")]
    public void The_sentence_says_what_was_seen(string metric, double p, string said)
    {
        var answer = MetricAnswer.Of(Measured(Metrics[metric]), p, 0.01, 0.05);

        Assert.Equal(said, $"{answer.Kind}: {answer.Reason}");
    }

    [Theory]
    [InlineData("level", SeriesAspect.Level)]
    [InlineData("spread", SeriesAspect.Spread)]
    [InlineData("tail", SeriesAspect.Tail)]
    [InlineData("late", SeriesAspect.LateChange)]
    public void The_answer_names_the_aspect_and_the_chances_it_rests_on(string metric, SeriesAspect aspect)
    {
        var evidence = Measured(Metrics[metric] with { Weight = 3 });
        var answer = MetricAnswer.Of(evidence, 0.003, 0.01, 0.05);

        Assert.Equal((aspect, 0.003, 0.01, evidence.PassPValue, 3, "m"), (answer.Aspect, answer.PValue, answer.FailAt, answer.PassPValue, answer.Weight, answer.Name));
    }

    [Theory]
    [InlineData(0.01, VerdictKind.Fail)]
    [InlineData(0.010001, VerdictKind.Undecided)]
    [InlineData(0.05, VerdictKind.Undecided)]
    [InlineData(0.050001, VerdictKind.Pass)]
    [InlineData(1, VerdictKind.Pass)]
    public void What_nearly_fails_is_not_waved_through(double p, VerdictKind kind) => Assert.Equal(kind, MetricAnswer.Of(Measured(Metrics["same"]), p, 0.01, 0.05).Kind);

    [Fact]
    public void A_metric_passes_at_the_budget_and_not_above()
    {
        var evidence = Measured(Samples.Of("plain", count: 40));

        Assert.InRange(evidence.PassPValue, 1e-9, 0.5);
        Assert.Equal(VerdictKind.Pass, MetricAnswer.Of(evidence, 0.5, 0.01, evidence.PassPValue).Kind);
        Assert.Equal(VerdictKind.Undecided, MetricAnswer.Of(evidence, 0.5, 0.01, evidence.PassPValue * 0.999).Kind);
    }

    [Theory]
    [InlineData("level, to 20%", 0.0002, VerdictKind.Pass)]
    [InlineData("level, to 20%", 0.02, VerdictKind.Pass)]
    [InlineData("level", 0.0002, VerdictKind.Fail)]
    [InlineData("late, to 20%", 0.0002, VerdictKind.Pass)]
    [InlineData("spread, to 20%", 0.0002, VerdictKind.Fail)]
    [InlineData("spread, to 20%", 0.02, VerdictKind.Pass)]
    public void A_margin_lets_a_proven_shift_pass_and_nothing_else(string metric, double p, VerdictKind kind) =>
        Assert.Equal(kind, MetricAnswer.Of(Measured(Metrics[metric]), p, 0.01, metric[0] == 's' ? 1 : 0.05).Kind);

    [Fact]
    public void The_numbers_are_in_the_metric_s_own_unit()
    {
        var answer = Answer(Metrics["level"] with { Weight = 2 });

        // A noise of 1.4826 deviations; every point of the canary lies above every one of the baseline.
        Assert.Equal(100, answer.BaselineMedian!.Value, 1e-6);
        Assert.Equal(110, answer.CanaryMedian!.Value, 1e-6);
        Assert.Equal(0.1, answer.Estimate!.Value, 1e-9);
        Assert.Equal(10, answer.Shift!.Value, 1e-6);
        Assert.Equal(10 / 1.482602218505602, answer.ShiftInNoise!.Value, 1e-6);
        Assert.Equal((1, 60, 60, 60, 0, 2), (answer.Superiority, answer.BaselineCount, answer.CanaryCount, answer.EffectiveCount, answer.Healed, answer.Weight));
        Assert.Equal(1, answer.SpreadRatio!.Value, 1e-6);
    }

    [Fact]
    public void Superiority_counts_ties_half()
    {
        // Of 4 pairs one is above, two are ties.
        Assert.Equal(0.5, Answer(Metrics["same"]).Superiority);
        Assert.Equal(0.875, Answer(Samples.Metric(Calm, Samples.Repeat(60, 101, 101, 103, 103))).Superiority);
    }

    [Fact]
    public void What_cannot_be_divided_is_left_out()
    {
        var (constant, zero, spread) = (Answer(Samples.Of("constant", shift: 1)), Answer(Metrics["above 0"]), Answer(Metrics["spread of nothing"]));

        Assert.Equal((0.2, null, null), (Math.Round(constant.Estimate!.Value, 9), constant.ShiftInNoise, constant.SpreadRatio));
        Assert.Equal((null, 3), (zero.Estimate, zero.Shift));
        Assert.Null(spread.SpreadRatio);
        Assert.Null(Answer(Samples.Metric(Samples.Repeat(60, 90, 90, 110, 110), Samples.Repeat(60, 100))).SpreadRatio);
    }

    [Fact]
    public void A_shift_that_is_no_number_in_its_unit_is_left_out()
    {
        var answer = Answer(Samples.Metric(Samples.Repeat(60, 1e308), Samples.Repeat(60, -1e308)));

        Assert.Equal((null, -2), (answer.Shift, answer.Estimate));
    }

    [Fact]
    public void The_shift_of_rare_counts_is_that_of_their_means()
    {
        // A quarter of 4 against an eighth of 4.
        var answer = Answer(Samples.Metric(Samples.Repeat(64, 0, 0, 0, 0, 0, 0, 0, 4), Samples.Repeat(64, 0, 4, 0, 0, 0, 4, 0, 0)));

        Assert.Equal(0.5, answer.Shift!.Value, 1e-9);
    }

    [Fact]
    public void The_shift_of_arms_that_do_not_is_the_median_of_all_differences()
    {
        var metric = Samples.Of("skewed", shift: 0.5);
        var all = metric.Canary.SelectMany(c => metric.Baseline.Select(b => c.Value - b.Value));

        Assert.Equal(Samples.Median(all), Answer(metric).Shift!.Value, 1e-6);
    }

    [Fact]
    public void The_shift_of_arms_that_move_together_is_the_median_of_the_differences_at_the_same_time()
    {
        double[] b = [.. Enumerable.Range(0, 60).Select(i => 100 + 30 * Math.Sin(i / 5.0))], c = [.. b.Select((v, i) => v + new[] { 1.0, 2, 2, 9, -5 }[i % 5])];

        Assert.Equal(2, Answer(Samples.Metric(b, c)).Shift!.Value, 1e-6);
        Assert.Equal(12, MetricAnswer.Of(Measured(Samples.Metric(b, [.. c.Select((v, i) => i < 40 ? v : v + 10)])), 0.0001, 0.01, 0.05).Shift!.Value, 1e-6);
    }

    [Fact]
    public void Only_a_proven_late_change_is_measured_over_the_end_of_the_window()
    {
        var evidence = Measured(Metrics["late"]);
        var (proven, not) = (MetricAnswer.Of(evidence, 0.001, 0.01, 0.05), MetricAnswer.Of(evidence, 0.2, 0.01, 0.05));

        Assert.Equal((110, 100), (Math.Round(proven.CanaryMedian!.Value, 6), Math.Round(proven.BaselineMedian!.Value, 6)));
        // Half of all differences are at most 0 and half at least 2.
        Assert.Equal((101, 0.01), (Math.Round(not.CanaryMedian!.Value, 6), Math.Round(not.Estimate!.Value, 6)));
    }

    [Fact]
    public void What_fluctuates_late_is_measured_over_the_whole_window()
    {
        var evidence = Measured(Metrics["late spread"]);

        // More than half of the canary's points lie as near to their median as the baseline's.
        Assert.Equal(30, evidence.Largest.From);
        Assert.Equal(1, MetricAnswer.Of(evidence, 0.0001, 0.01, 0.05).SpreadRatio!.Value, 1e-6);
    }

    [Fact]
    public void Resembling_neighbours_are_worth_fewer_points()
    {
        double[] Wave(double phase) => [.. Enumerable.Range(0, 90).Select(i => 100 + 10 * Math.Sin(i / 4.0 + phase) + (i % 2 == 0 ? 1 : -1))];
        var evidence = Measured(Samples.Metric(Wave(0), Wave(1.6)));
        var answer = MetricAnswer.Of(evidence, 0.3, 0.01, 0.05);

        Assert.True(evidence.LevelInflation > 1.5);
        Assert.Equal(Math.Round(90 / evidence.LevelInflation, 1), answer.EffectiveCount);
        Assert.Contains($"n 90 and 90, worth {Say.Number(answer.EffectiveCount!.Value, 2)} independent", answer.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_part_that_healed_is_told_and_does_not_count()
    {
        var answer = Answer(Metrics["healed"]);

        Assert.Equal((0.25, 45), (answer.Healed, answer.EffectiveCount));
    }

    [Fact]
    public void What_cannot_be_measured_says_why()
    {
        var few = Samples.Metric([1, 2, 3], [1, 2, 3, 4]) with { Weight = 2 };
        double[] stops = [.. Calm[..40], .. Samples.Repeat(20, double.NaN)];
        var (noData, ofCanary, ofBaseline) = (Unmeasured(few), Unmeasured(Samples.Metric(Calm, stops)), Unmeasured(Samples.Metric(stops, Calm)));

        Assert.Equal((VerdictKind.NoData, "3 of at least 10 points of time at which both arms have a value (baseline 3, canary 4)"), (noData.Kind, noData.Reason));
        Assert.Equal(("m", 0.01, 3, 4, 2), (noData.Name, noData.FailAt, noData.BaselineCount, noData.CanaryCount, noData.Weight));
        Assert.Equal((VerdictKind.Broken, "the canary has no points in the last quarter of the window, the other arm has"), (ofCanary.Kind, ofCanary.Reason));
        Assert.Equal((VerdictKind.Broken, "the baseline has no points in the last quarter of the window, the other arm has"), (ofBaseline.Kind, ofBaseline.Reason));
    }

    [Theory]
    [InlineData(1, "1")]
    [InlineData(0.01234, "0.012")]
    [InlineData(0.0001, "0.0001")]
    [InlineData(0.00009, "below 0.0001")]
    public void Chances_have_two_digits(double p, string said) => Assert.Equal(said, MetricAnswer.P(p));

    private static MetricVerdict Unmeasured(MetricSeries metric) => MetricAnswer.Unmeasured(metric, TimeCells.Of(metric), 0.01);

    private static MetricVerdict Answer(MetricSeries metric) => MetricAnswer.Of(Measured(metric), 0.5, 0.01, 0.05);

    private static MetricEvidence Measured(MetricSeries metric) => MetricEvidence.Of(metric, TimeCells.Of(metric))!;
}

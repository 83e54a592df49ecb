using Haldane.Core.Series;
using Haldane.Judge.Series;
using MathNet.Numerics.Distributions;

namespace Haldane.Judge.Tests.Series;

/// <summary>What is found out about one metric: its strongest sign of harm, how sure it is that nothing is bad, and what has healed.</summary>
public sealed class MetricEvidenceTests
{
    public static TheoryData<string, HarmDirection> Metrics
    {
        get
        {
            var data = new TheoryData<string, HarmDirection>();
            foreach (var kind in Samples.Kinds)
            {
                data.Add(kind, HarmDirection.Either);
                data.Add(kind, kind[0] % 2 == 0 ? HarmDirection.Increase : HarmDirection.Decrease);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void The_strongest_sign_of_harm_is_that_of_all_questions_named_by_the_first_that_is_nearly_as_strong(string kind, HarmDirection direction)
    {
        foreach (var metric in Variants(kind).Select(m => m with { Direction = direction }))
        {
            var evidence = Measured(metric);
            var statistics = Harm(evidence).SelectMany(Statistics).ToList();
            var most = statistics.Max(s => s.Value);
            var first = statistics.Where(s => s.Value >= (most > 0 ? 0.85 * most : most)).OrderBy(s => (s.Aspect, -s.Value)).First();

            Assert.Equal(Math.Max(0, most), evidence.Largest.Value, 1e-9);
            Assert.Equal((first.Aspect, first.From), (evidence.Largest.Aspect, evidence.Largest.From));
        }
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void The_chance_is_that_of_the_flips_of_all_questions(string kind, HarmDirection direction)
    {
        var evidence = Measured(Samples.Of(kind, shift: 1, count: 30) with { Direction = direction });

        Assert.Equal(SignFlips.PValue([.. Harm(evidence)], evidence.Largest.Value, 150, new(3), default), evidence.PValue(150, new(3), default));
    }

    [Theory]
    [MemberData(nameof(Metrics))]
    public void To_pass_bad_must_be_excluded_in_level_late_level_fluctuation_and_tail(string kind, HarmDirection direction)
    {
        foreach (var metric in Variants(kind).Select(m => m with { Direction = direction }))
        {
            var evidence = Measured(metric);

            Assert.Equal(Signs(metric).Max(sign => Chances(evidence, sign).Max()), evidence.PassPValue, 1e-9);
        }
    }

    [Fact]
    public void Each_aspect_alone_can_keep_a_metric_from_passing()
    {
        var decides = new HashSet<int>();
        foreach (var metric in Samples.Kinds.SelectMany(Variants))
        {
            var chances = Chances(Measured(metric), 1);
            decides.Add(chances.IndexOf(chances.Max()));
        }

        Assert.Superset(new HashSet<int> { 0, 1, 2, 3 }, decides);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(4, false)]
    [InlineData(5, true)]
    [InlineData(9, true)]
    public void Five_extreme_points_against_none_keep_a_metric_from_passing(int points, bool isKept)
    {
        var metric = Samples.Of("plain", count: 200);
        var spiked = Measured(metric with { Canary = [.. metric.Canary.Select((p, i) => p with { Value = p.Value + (i % 20 == 3 && i / 20 < points ? 60 : 0) })] });
        var turned = Measured(metric with { Baseline = [.. metric.Baseline.Select((p, i) => p with { Value = p.Value + (i % 20 == 3 && i / 20 < points ? 60 : 0) })] });

        Assert.Equal(isKept, spiked.PassPValue == 1);
        Assert.True(turned.PassPValue < 1e-4);
    }

    [Fact]
    public void Arms_without_any_difference_pass_for_certain()
    {
        Assert.True(Measured(Samples.Of("constant")).PassPValue < 1e-6);
        Assert.Equal(0, Measured(Samples.Of("constant")).Largest.Value);
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    public void Ten_cells_are_the_least(int count, bool isMeasured)
    {
        var metric = Samples.Of("plain", count: count);

        Assert.Equal(isMeasured, MetricEvidence.Of(metric, TimeCells.Of(metric)) is not null);
    }

    [Fact]
    public void Small_shifts_are_looked_for_beyond_half_of_fine_in_each_direction_that_is_harm()
    {
        var metric = Samples.Of("plain", shift: 2);
        var (either, increase, decrease) = (Measured(metric), Measured(metric with { Direction = HarmDirection.Increase }), Measured(metric with { Direction = HarmDirection.Decrease }));
        var (questions, half) = (new Questions(either.Residuals), UnitFree.OnGrid(either.Lines.Fine / 2));

        Assert.Equal((2, 1, 1), (either.Small.Length, increase.Small.Length, decrease.Small.Length));
        Assert.Equal(questions.Level(1, half), either.Small[0].Scores);
        Assert.Equal(questions.Level(-1, half), either.Small[1].Scores);
        Assert.Equal(either.Small[0].Scores, increase.Small[0].Scores);
        Assert.Equal(either.Small[1].Scores, decrease.Small[0].Scores);
        Assert.All(either.Small, s => Assert.Equal((SeriesAspect.Level, either.LevelInflation), (s.Aspect, s.Inflation)));
    }

    [Fact]
    public void A_disturbance_of_the_level_that_healed_is_left_out()
    {
        var metric = Samples.Of("plain");
        var healed = Measured(metric with { Canary = [.. metric.Canary.Select((p, i) => p with { Value = p.Value + (i < 15 ? 60 : 0) })] });

        Assert.Equal((15, 60, 45), (healed.Healed, healed.Window, healed.Cells));
        Assert.Equal(metric.Canary.Skip(15).Select(p => p.Value), healed.Residuals.Cells.Canary);
        Assert.Equal((0, 60, 60), (Measured(metric).Healed, Measured(metric).Window, Measured(metric).Cells));
    }

    [Fact]
    public void A_disturbance_of_the_fluctuation_that_healed_is_left_out_too()
    {
        var metric = Samples.Of("plain", count: 120);
        MetricSeries Wild(int until, double shift) => metric with
        {
            Canary = [.. metric.Canary.Select((p, i) => p with { Value = i < until ? 100 + 15 * (p.Value - 100) + (i < 20 ? shift : 0) : p.Value })],
        };

        Assert.InRange(Measured(Wild(40, 0)).Healed, 36, 44);
        Assert.InRange(Measured(Wild(50, 600)).Healed, 46, 54);
    }

    [Fact]
    public void Of_rare_counts_only_the_level_heals()
    {
        double[] canary = [.. Samples.Repeat(20, 3, 4), .. Samples.Repeat(60, 0, 0, 0, 0, 0, 0, 1)];

        Assert.Equal(20, Measured(Samples.Metric(Samples.Repeat(80, 0, 0, 0, 1, 0, 0, 0), canary)).Healed);
    }

    [Fact]
    public void Of_rare_counts_the_fluctuation_does_not_heal()
    {
        double[] canary = [.. Samples.Repeat(16, 5, -5), .. Samples.Repeat(64, 0)];

        Assert.Equal(0, Measured(Samples.Metric(Samples.Repeat(80, 0), canary)).Healed);
    }

    private static List<MetricSeries> Variants(string kind) =>
    [
        Samples.Of(kind), Samples.Of(kind, seed: 2, count: 45, shift: 3), Samples.Of(kind, seed: 3, count: 27, shift: -3), Samples.Of(kind, seed: 4, count: 80, spread: 3),
        Late(Samples.Of(kind, seed: 5, count: 72)), Spiked(Samples.Of(kind, seed: 6, count: 60)), Spiked(Samples.Of(kind, seed: 7, count: 12)), Samples.Of(kind, seed: 8, count: 400, shift: 0.5),
        Late(Samples.Of(kind, seed: 9, count: 30)), Ramp(Samples.Of(kind, seed: 10, count: 90)),
    ];

    private static MetricSeries Late(MetricSeries metric) =>
        metric with { Canary = [.. metric.Canary.Select((p, i) => p with { Value = p.Value + (i > metric.Canary.Count * 0.7 ? 12 : 0) })] };

    private static MetricSeries Ramp(MetricSeries metric) =>
        metric with { Canary = [.. metric.Canary.Select((p, i) => p with { Value = p.Value + 12.0 * i / metric.Canary.Count })] };

    private static MetricSeries Spiked(MetricSeries metric) =>
        metric with { Canary = [.. metric.Canary.Select((p, i) => p with { Value = p.Value + (i % 15 == 2 ? 70 : 0) })] };

    private static MetricEvidence Measured(MetricSeries metric) => MetricEvidence.Of(metric, TimeCells.Of(metric))!;

    private static int[] Signs(MetricSeries metric) => metric.Direction switch { HarmDirection.Increase => [1], HarmDirection.Decrease => [-1], _ => [1, -1] };

    private static (Questions Questions, double Spread) Inflations(MetricEvidence e)
    {
        var questions = new Questions(e.Residuals);
        Assert.Equal(Inflation.Of(questions.Level(1, 0), questions.BaselineScores(SeriesAspect.Level)), e.LevelInflation);
        return (questions, e.Residuals.IsSparse ? 1 : Inflation.Of(questions.Spread(1), questions.BaselineScores(SeriesAspect.Spread)));
    }

    private static IEnumerable<ScoreSeries> Harm(MetricEvidence e)
    {
        var (questions, spread) = Inflations(e);
        foreach (var sign in Signs(e.Metric))
        {
            var fence = questions.Fence(sign, e.Lines.Fine);
            yield return new(SeriesAspect.Level, questions.Level(sign, e.Lines.Fine), e.LevelInflation);
            yield return new(SeriesAspect.Tail, fence, Inflation.Of(fence, questions.BaselineScores(SeriesAspect.Spread)));
            if (!e.Residuals.IsSparse)
            {
                yield return new(SeriesAspect.Tail, questions.Top(sign, e.Lines.Fine, e.Lines.SpreadFine), Math.Max(e.LevelInflation, spread));
            }
        }

        if (!e.Residuals.IsSparse)
        {
            yield return new(SeriesAspect.Spread, questions.Spread(e.Lines.SpreadFine), spread);
        }
    }

    // A window of the level that is not the whole is a late change, and so is the ramp, from its middle window on.
    private static IEnumerable<(double Value, SeriesAspect Aspect, int From)> Statistics(ScoreSeries series)
    {
        var observed = series.Observed();
        for (var w = 0; w < observed.Length; w++)
        {
            var from = w == series.Starts.Length ? series.Starts[series.Starts.Length / 2] : series.Starts[w];
            yield return (observed[w], series.Aspect == SeriesAspect.Level && w > 0 ? SeriesAspect.LateChange : series.Aspect, from);
        }
    }

    // Of the level, of the level in the last third, of the fluctuation and of the tail.
    private static List<double> Chances(MetricEvidence e, int sign)
    {
        var (questions, spread) = Inflations(e);
        var late = questions.Level(sign, UnitFree.OnGrid(e.Lines.Bad * Math.Sqrt(3))).Skip(e.Cells * 2 / 3).ToArray();
        var fence = questions.Fence(sign, e.Lines.Fine);
        return
        [
            Chance(questions.Level(sign, e.Lines.Bad), e.LevelInflation),
            late.Length < 10 ? 0 : Chance(late, e.LevelInflation),
            e.Residuals.IsSparse ? 0 : Chance(questions.Spread(e.Lines.SpreadBad), spread),
            TailChance(fence.Where(f => f > 0).Sum(), -fence.Where(f => f < 0).Sum(), e.Cells + 2, spread),
        ];
    }

    private static double Chance(double[] scores, double inflation) =>
        scores.All(s => s == 0) ? 0 : Normal.CDF(0, 1, new ScoreSeries(SeriesAspect.Spread, scores, inflation).Whole());

    // Agresti and Caffo, The American Statistician 54 (2000).
    private static double TailChance(double canary, double baseline, double count, double inflation)
    {
        if (canary > baseline && canary - baseline >= 2.2 * Math.Sqrt(canary + baseline))
        {
            return 1;
        }

        var (c, b) = ((canary + 1) / count, (baseline + 1) / count);
        return Normal.CDF(0, 1, (c - b - 0.15) / Math.Sqrt(inflation * (c * (1 - c) + b * (1 - b)) / count));
    }
}

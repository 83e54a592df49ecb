using Haldane.Core.Series;
using Haldane.Judge.Series;

namespace Haldane.Judge.Tests.Series;

/// <summary>Small shifts of several metrics that agree.</summary>
public sealed class JointShiftTests
{
    [Fact]
    public void One_metric_alone_cannot_agree()
    {
        Assert.Null(P([]));
        Assert.Null(P([Measured(Samples.Of("plain"))]));
        Assert.NotNull(P([Measured(Samples.Of("plain")), Measured(Samples.Of("skewed"))]));
    }

    [Theory]
    [InlineData(HarmDirection.Either)]
    [InlineData(HarmDirection.Increase)]
    public void Small_shifts_that_agree_are_noticed_and_none_are_not(HarmDirection direction)
    {
        Assert.InRange(P(Many(direction, 2))!.Value, 0, 0.01);
        Assert.InRange(P(Many(direction, 0))!.Value, 0.05, 1);
    }

    [Fact]
    public void Shifts_for_the_better_are_no_harm_where_only_one_direction_is()
    {
        Assert.InRange(P(Many(HarmDirection.Increase, -2))!.Value, 0.3, 1);
        Assert.InRange(P(Many(HarmDirection.Decrease, -2))!.Value, 0, 0.01);
        Assert.InRange(P(Many(HarmDirection.Either, -2))!.Value, 0, 0.01);
    }

    [Fact]
    public void Shifts_in_both_directions_do_not_cancel()
    {
        MetricEvidence[] both = [.. Enumerable.Range(1, 8).Select(seed => Measured(Samples.Of("plain", seed, shift: seed % 2 == 0 ? 3 : -3)))];

        Assert.InRange(P(both)!.Value, 0, 0.01);
    }

    [Fact]
    public void Metrics_that_move_together_count_for_less()
    {
        var one = Measured(Samples.Of("plain", 3, shift: 1.5));
        MetricEvidence[] copies = [one, one, one, one, one, one], different = Many(HarmDirection.Either, 1.5);

        Assert.True(P(copies) > 4 * P(different));
    }

    [Fact]
    public void What_no_flip_reaches_has_a_chance_of_one_in_the_flips_and_one_more() => Assert.Equal(1 / 101.0, P(Many(HarmDirection.Either, 10), 100));

    [Theory]
    [InlineData(HarmDirection.Either, 20)]
    [InlineData(HarmDirection.Either, 100)]
    [InlineData(HarmDirection.Increase, 100)]
    public void Where_nothing_differs_nothing_agrees(HarmDirection direction, int most)
    {
        var constant = Measured(Samples.Of("constant") with { Direction = direction });

        Assert.Equal(1, P([constant, constant], most));
    }

    [Fact]
    public void Who_gives_up_is_heard()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();

        Assert.Throws<OperationCanceledException>(() => JointShift.PValue(Many(HarmDirection.Either, 0), 100, new(1), cancel.Token));
    }

    [Fact]
    public void It_is_the_larger_of_both_sums_against_those_of_the_flips()
    {
        foreach (var direction in Enum.GetValues<HarmDirection>())
        {
            for (var seed = 1; seed <= 3; seed++)
            {
                MetricEvidence[] metrics =
                [
                    .. Samples.Kinds.Skip(2 * seed).Take(2 + seed).Select((kind, i) => Measured(Samples.Of(kind, seed + i, i % 2 == 0 ? 40 : 25, shift: seed / 5.0) with { Direction = i % 2 == 0 ? direction : HarmDirection.Either })),
                ];

                Assert.Equal(Plain(metrics, 120, seed), P(metrics, 120, seed)!.Value, 1e-12);
            }
        }
    }

    [Fact]
    public void Cells_are_swapped_by_their_time_in_the_window_of_all_metrics()
    {
        MetricEvidence[] metrics =
        [
            Measured(Timed(0, 10, 60)), Measured(Timed(200, 10, 25)), Measured(Timed(-100, 35, 20)), Measured(Timed(0, 7, 80)),
        ];

        for (var seed = 1; seed <= 4; seed++)
        {
            Assert.Equal(Plain(metrics, 200, seed), P(metrics, 200, seed)!.Value, 1e-12);
        }
    }

    // Stouffer's sum and the cube root of the sum of squares, each in the standard deviations that 400 flips show; directed shifts count up to their sign.
    private static double Plain(MetricEvidence[] metrics, int most, long seed)
    {
        var random = new SeededRandom(seed);
        var times = metrics.SelectMany(m => m.Residuals.Cells.Times).ToList();
        var (bins, start, length) = (2 * metrics.Max(m => m.Cells), times.Min(), times.Max() - times.Min());
        var bin = metrics.Distinct().ToDictionary(m => m, m => m.Residuals.Cells.Times.Select(t => Math.Min(bins - 1, (int)Math.Floor((t - start) / length * bins))).ToArray());
        double Flipped(MetricEvidence m, ScoreSeries s, double[] signs) =>
            s.Scores.Sum(v => v * v) is > 0 and var squares ? s.Scores.Select((v, k) => v * signs[bin[m][k]]).Sum() / Math.Sqrt(squares) : 0;
        (double, double) Sums(Func<MetricEvidence, ScoreSeries, double> shift)
        {
            var shifts = metrics.Select(m => (IsDirected: m.Small.Length == 1, Value: Outward([.. m.Small.Select(s => shift(m, s))]))).ToList();
            var directed = shifts.Where(s => s.IsDirected).Sum(s => s.Value);
            return (directed + Math.Abs(shifts.Where(s => !s.IsDirected).Sum(s => s.Value)), Math.Cbrt(shifts.Sum(s => s.IsDirected && s.Value < 0 ? 0 : s.Value * s.Value)));
        }

        (double Sum, double Root) Flip()
        {
            var signs = new double[bins];
            SignFlips.Draw(signs, random);
            return Sums((m, s) => Flipped(m, s, signs));
        }

        var scouts = Enumerable.Range(0, 400).Select(_ => Flip()).ToList();
        var (sum, root) = (Moments(scouts.Select(s => s.Sum)), Moments(scouts.Select(s => s.Root)));
        double Larger((double Sum, double Root) s) => Math.Max((s.Sum - sum.Mean) / sum.Deviation, (s.Root - root.Mean) / root.Deviation);
        var seen = Larger(Sums((_, s) => s.Whole()));
        var exceeding = 0;
        for (var flip = 1; flip <= most; flip++)
        {
            exceeding += Larger(Flip()) >= seen ? 1 : 0;
            if (exceeding == 20)
            {
                return 20.0 / flip;
            }
        }

        return (exceeding + 1.0) / (most + 1);
    }

    // Of a shift up and one down, the one that is there, with its sign.
    private static double Outward(double[] shifts) =>
        shifts.Length == 1 ? shifts[0] : shifts.Max() <= 0 ? 0 : shifts[0] >= shifts[1] ? shifts[0] : -shifts[1];

    private static (double Mean, double Deviation) Moments(IEnumerable<double> values) =>
        values.ToList() is var all && all.Average() is var mean ? (mean, Math.Max(1e-9, Math.Sqrt(all.Average(v => Math.Pow(v - mean, 2))))) : default;

    private static MetricEvidence[] Many(HarmDirection direction, double shift) =>
        [.. Enumerable.Range(1, 6).Select(seed => Measured(Samples.Of("plain", seed, shift: shift) with { Direction = direction }))];

    private static MetricSeries Timed(double start, double step, int count)
    {
        var metric = Samples.Of("plain", count, count, shift: 1);
        SeriesPoint[] At(IEnumerable<SeriesPoint> points) => [.. points.Select((p, i) => p with { Time = start + step * i })];
        return metric with { Baseline = At(metric.Baseline), Canary = At(metric.Canary) };
    }

    private static double? P(IReadOnlyList<MetricEvidence> metrics, int most = 2_000, long seed = 1) => JointShift.PValue(metrics, most, new(seed), default);

    private static MetricEvidence Measured(MetricSeries metric) => MetricEvidence.Of(metric, TimeCells.Of(metric))!;
}

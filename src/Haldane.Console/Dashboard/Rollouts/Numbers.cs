using System.Text.Json.Serialization;
using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Reports;

namespace Haldane.Console.Dashboard.Rollouts;

/// <summary>The curves of a rollout in columns: short, and as a chart takes them.</summary>
/// <param name="Run">The run.</param>
/// <param name="Whole">All of it.</param>
/// <param name="Recent">The last minutes, a point each second.</param>
/// <param name="Guards">What the judge said, over all of it, by guard.</param>
/// <param name="Shape">How latencies are distributed in this stage.</param>
/// <param name="Marks">Sudden changes inside the canary.</param>
internal sealed record Numbers(int Run, Columns Whole, Columns Recent, IReadOnlyDictionary<string, BandColumns> Guards, ShapeColumns? Shape, MarkColumns Marks)
{
    // What a stream tells of the past, so that a word that was missed does no harm.
    private const int Tail = 10;

    /// <summary>Everything.</summary>
    public static Numbers Of(RolloutView view, RunCourse? course) => Of(view, course, 0, 0);

    /// <summary>The last points only.</summary>
    public static Numbers TailOf(RolloutView view, RunCourse? course) => Of(view, course, Math.Max(0, (course?.Curves.Count ?? 0) - 2), Math.Max(0, view.Series.Count - Tail));

    private static Numbers Of(RolloutView view, RunCourse? course, int from, int recentFrom)
    {
        CurvePoint[] whole = [.. course?.Curves.Skip(from) ?? []];
        LivePoint[] recent = [.. view.Series.Skip(recentFrom)];
        return new(
            view.Rollout.Run,
            Columns.Of(course?.SlicesPerPoint ?? 1, from, whole),
            Columns.Of(recentFrom, recent),
            course is null || course.Curves.Count == 0 ? new Dictionary<string, BandColumns>() : course.Bands.ToDictionary(b => b.Guard, b => BandColumns.Of(b.Points, from)),
            ShapeColumns.Of(course?.Latency),
            MarkColumns.Of(course?.Marks ?? []));
    }

    internal static double Seconds(DateTimeOffset at) => at.ToUnixTimeMilliseconds() / 1000.0;

    // Four digits: more than a chart shows, and a third of what a double takes to write.
    internal static double? Round(double? value) => value is not { } v || v == 0 || !double.IsFinite(v) ? value : Math.Round(v, Math.Clamp(3 - (int)Math.Floor(Math.Log10(Math.Abs(v))), 0, 15));
}

/// <summary>Both arms over time.</summary>
/// <param name="Step">How many slices a point is of: when it changes, all before is of another step.</param>
/// <param name="From">Index of the first point.</param>
/// <param name="T">Seconds since 1970.</param>
/// <param name="Share">The canary's share, basis points.</param>
/// <param name="B">The baseline.</param>
/// <param name="C">The canary.</param>
internal sealed record Columns(int Step, int From, double[] T, int[] Share, ArmColumns B, ArmColumns C)
{
    public static Columns Of(int step, int from, CurvePoint[] points) => new(
        step, from, [.. points.Select(p => Numbers.Seconds(p.To))], [.. points.Select(p => p.Share.BasisPoints)], ArmColumns.Of(points, p => p.Baseline), ArmColumns.Of(points, p => p.Canary));

    public static Columns Of(int from, LivePoint[] points) => new(
        1, from, [.. points.Select(p => Numbers.Seconds(p.At))], [.. points.Select(p => p.Share.BasisPoints)], ArmColumns.Of(points, p => Curve(p.Baseline)), ArmColumns.Of(points, p => Curve(p.Canary)));

    private static ArmCurve Curve(ArmPoint point) => new(point.PerSecond, point.ErrorRate, point.P50, point.P99) { P95 = point.P95, FirstToken = point.FirstToken };
}

/// <summary>An arm over time.</summary>
/// <param name="Ps">Exchanges a second.</param>
/// <param name="Err">Errors of exchanges, a fraction.</param>
/// <param name="P50">Median latency, seconds.</param>
/// <param name="P95">95th percentile, seconds.</param>
/// <param name="P99">99th percentile, seconds.</param>
/// <param name="Ft">95th percentile of the time to the first byte, seconds.</param>
internal sealed record ArmColumns(double?[] Ps, double?[] Err, double?[] P50, double?[] P95, double?[] P99, double?[] Ft)
{
    public static ArmColumns Of<T>(T[] points, Func<T, ArmCurve> arm)
    {
        ArmCurve[] curves = [.. points.Select(arm)];
        return new(Column(c => c.PerSecond), Column(c => c.ErrorRate), Column(c => c.P50), Column(c => c.P95), Column(c => c.P99), Column(c => c.FirstToken));

        double?[] Column(Func<ArmCurve, double?> value) => [.. curves.Select(c => Numbers.Round(value(c)))];
    }
}

/// <summary>A guard over time.</summary>
/// <param name="E">The estimate, on the guard's scale.</param>
/// <param name="L">The lower end of the interval.</param>
/// <param name="H">The upper end.</param>
/// <param name="K">The verdicts, a letter each: Pass, Undecided, No data, Fail, Broken.</param>
/// <param name="P">How far the proof of Pass has come, 1 where it decides; null where there is a difference to draw, as in the evidence pack.</param>
/// <param name="F">The same of Fail.</param>
internal sealed record BandColumns(double?[] E, double?[] L, double?[] H, string K, double?[]? P, double?[]? F)
{
    /// <summary>The columns of a guard.</summary>
    /// <param name="points">All of the run: whether there is a difference is asked of all of it.</param>
    /// <param name="from">The first that is told of.</param>
    public static BandColumns Of(ValueList<BandPoint> points, int from)
    {
        var isBlind = points.All(p => p.Estimate is null);
        BandPoint[] told = [.. points.Skip(from)];
        return new(Column(p => p.Estimate), Column(p => p.Low), Column(p => p.High), string.Concat(told.Select(p => Letter(p.Kind))), isBlind ? Column(p => p.TowardPass) : null, isBlind ? Column(p => p.TowardFail) : null);

        double?[] Column(Func<BandPoint, double?> value) => [.. told.Select(p => Numbers.Round(value(p)))];
    }

    private static char Letter(VerdictKind kind) => kind.ToString()[0];
}

/// <summary>How latencies are distributed.</summary>
/// <param name="X">The upper edges of buckets, seconds.</param>
/// <param name="B">The part of the baseline's answers in each.</param>
/// <param name="C">The part of the canary's.</param>
/// <param name="Bq">Median, 95th and 99th percentile of the baseline.</param>
/// <param name="Cq">The same of the canary.</param>
internal sealed record ShapeColumns(double?[] X, double?[] B, double?[] C, double?[] Bq, double?[] Cq)
{
    public static ShapeColumns? Of(LatencyShape? shape) => shape is null ? null : new(
        [.. shape.UpTo.Select(x => Numbers.Round(x))], Parts(shape.Baseline), Parts(shape.Canary), [.. shape.BaselineQuantiles.Select(q => Numbers.Round(q))], [.. shape.CanaryQuantiles.Select(q => Numbers.Round(q))]);

    private static double?[] Parts(ValueList<long> counts)
    {
        double all = Math.Max(1, counts.Sum());
        return [.. counts.Select(c => Numbers.Round(c / all))];
    }
}

/// <summary>Sudden changes inside the canary.</summary>
/// <param name="T">Seconds since 1970.</param>
/// <param name="S">What changed.</param>
internal sealed record MarkColumns(double[] T, string[] S)
{
    public static MarkColumns Of(ValueList<CourseMark> marks) => new([.. marks.Select(m => Numbers.Seconds(m.At))], [.. marks.Select(m => m.Signal)]);
}

/// <summary>Writes numbers for charts.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(Numbers))]
internal sealed partial class NumbersJson : JsonSerializerContext;

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Reports;
using Haldane.Core.Specification;

namespace Haldane.Control.Courses;

/// <summary>Estimates how many exchanges of the canary were harmed, by kind of harm. Pure.</summary>
internal static class HarmEstimates
{
    // Of fewer answers a 99th percentile says nothing.
    private const long FewestAnswers = 100;

    private const double TailQuantile = 0.99;

    // The standard normal quantile of BlastRadius.Confidence, two-sided.
    private const double UsualZ = 2.5758293035489;

    /// <summary>One kind of harm in one stage, counted in each arm.</summary>
    internal readonly record struct Cell(long BaselineOf, long BaselineSeen, long CanaryOf, long CanarySeen);

    /// <summary>All kinds of harm that the evidence can show.</summary>
    /// <param name="stages">Stages in which the canary served callers, and the way back.</param>
    /// <param name="guards">The guards: they say which events of the model's own are harm.</param>
    public static ValueList<HarmEstimate> Of(IReadOnlyList<StageTally> stages, ValueList<GuardSpec> guards)
    {
        List<HarmEstimate?> found =
        [
            Of("failed", stages.Select(s => new Cell(s.Baseline.Sum.Exchanges, s.Baseline.Sum.Errors, s.Canary.Sum.Exchanges, s.Canary.Sum.Errors))),
            Of("slower than 99 % of the baseline's answers", stages.Select(Slow)),
        ];
        foreach (var name in stages.SelectMany(s => s.Events.Keys).Distinct().Order(StringComparer.Ordinal))
        {
            var guard = guards.FirstOrDefault(g => g.Signal.Kind == SignalKind.EventRate && g.Signal.Name == name);
            if (GatewayEvents.All.Contains(name) || guard is { AtLeast: false })
            {
                found.Add(Of(name, stages.Select(s => Event(s, name, isMissing: false))));
            }
            else if (guard is { AtLeast: true })
            {
                found.Add(Of($"without {name}", stages.Select(s => Event(s, name, isMissing: true))));
            }
        }

        found.Add(Of("wrong, of those that were labelled", stages.Select(s => new Cell(s.Labelled.Baseline, s.Wrong.Baseline, s.Labelled.Canary, s.Wrong.Canary))));
        return found.OfType<HarmEstimate>().ToValueList();
    }

    /// <summary>The estimate of one kind of harm; null when no stage can be compared.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="cells">By stage.</param>
    /// <param name="z">How sure the interval is: a quantile of the standard normal distribution.</param>
    internal static HarmEstimate? Of(string what, IEnumerable<Cell> cells, double z = UsualZ)
    {
        var (of, seen, expected, below, above) = (0L, 0L, 0.0, 0.0, 0.0);
        foreach (var cell in cells.Where(c => c is { BaselineOf: > 0, CanaryOf: > 0 }))
        {
            var (n, b, c) = (cell.CanaryOf, Part(cell.BaselineSeen, cell.BaselineOf), Part(cell.CanarySeen, cell.CanaryOf));
            var (baseline, canary) = (Wilson(b, cell.BaselineOf, z), Wilson(c, cell.CanaryOf, z));
            of += n;
            seen += cell.CanarySeen;
            expected += n * b;
            below += Square(n * (c - canary.Low)) + Square(n * (baseline.High - b));
            above += Square(n * (canary.High - c)) + Square(n * (b - baseline.Low));
        }

        var excess = seen - expected;
        return of == 0 ? null : new(what, of, seen, expected, excess, excess - Math.Sqrt(below), excess + Math.Sqrt(above));
    }

    // The step's edge is the same for both arms, so what lies beyond it is counted exactly in each.
    private static Cell Slow(StageTally stage)
    {
        var (baseline, canary) = (stage.Baseline.Latency, stage.Canary.Latency);
        return baseline.Total >= FewestAnswers && baseline.StepOf(TailQuantile) is { } edge ? new(baseline.Total, baseline.Above(edge), canary.Total, canary.Above(edge)) : default;
    }

    private static Cell Event(StageTally stage, string name, bool isMissing)
    {
        var (baseline, canary) = stage.Events.TryGetValue(name, out var counted) ? (counted.Baseline, counted.Canary) : (0, 0);
        return isMissing
            ? new(stage.Baseline.Sum.Exchanges, stage.Baseline.Sum.Exchanges - baseline, stage.Canary.Sum.Exchanges, stage.Canary.Sum.Exchanges - canary)
            : new(stage.Baseline.Sum.Exchanges, baseline, stage.Canary.Sum.Exchanges, canary);
    }

    // Wilson (1927), Journal of the American Statistical Association 22:209-212.
    private static (double Low, double High) Wilson(double part, long count, double z)
    {
        var (middle, half) = (part + z * z / (2 * count), z * Math.Sqrt(part * (1 - part) / count + z * z / (4.0 * count * count)));
        var scale = 1 + z * z / count;
        return ((middle - half) / scale, (middle + half) / scale);
    }

    // Feedback may tell of an event twice.
    private static double Part(long seen, long of) => Math.Min(1, (double)seen / of);

    private static double Square(double value) => value * value;
}

using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Runs;

/// <summary>A canary of a certain kind and size.</summary>
/// <param name="Guard">The guard whose signal it is worse in; null: it is as the baseline.</param>
/// <param name="Size">How bad, in words, e.g. <c>at the bad line</c>.</param>
/// <param name="Margins">How bad, in margins: 0 as the baseline, 1 at the bad line.</param>
/// <param name="Level">How bad, on the guard's scale; null when it is as the baseline.</param>
/// <param name="Kind">What it should come to.</param>
/// <param name="Segment">The only segment that is harmed; null: everyone.</param>
/// <param name="World">The world in which it is on trial.</param>
/// <param name="HarmPerExchange">See <see cref="Harm.PerExchange"/>, over all its exchanges.</param>
public sealed record CanaryCase(
    string? Guard, string Size, double Margins, double? Level, CaseKind Kind, string? Segment, World World, double HarmPerExchange);

/// <summary>The canaries that a plan is tried on: as the baseline, and for each guard's signal from fine to three margins.</summary>
public static class CanaryCases
{
    private const double SegmentMargins = 3;

    private static readonly (double Margins, string Size)[] Beyond = [(1.5, "1.5 margins"), (2, "2 margins"), (3, "3 margins")];

    /// <summary>The canaries, the one that is as the baseline first.</summary>
    public static IReadOnlyList<CanaryCase> For(TrafficModel traffic, RolloutSpec rollout)
    {
        List<CanaryCase> cases = [new(null, "as the baseline", 0, null, CaseKind.Fine, null, World.AsBaseline(traffic), 0)];
        foreach (var guard in rollout.Guards)
        {
            cases.AddRange(Of(guard, traffic));
        }

        return cases;
    }

    /// <summary>Guards whose signal the traffic says nothing about.</summary>
    public static IEnumerable<GuardSpec> Unknown(TrafficModel traffic, RolloutSpec rollout) => rollout.Guards.Where(g => Harm.OfBaseline(g, traffic) is null);

    private static IEnumerable<CanaryCase> Of(GuardSpec guard, TrafficModel traffic)
    {
        if (Harm.OfBaseline(guard, traffic) is not { } none || !guard.IsBetter(none, guard.Bad))
        {
            yield break;
        }

        var (fine, bad) = (guard.FineLine, guard.Bad);
        if (fine != bad && guard.IsBetter(none, fine))
        {
            if (Make(fine, "at the fine line", CaseKind.Fine) is { } atFine)
            {
                yield return atFine;
            }

            if (Make(guard.Scale == Scale.Ratio ? Math.Sqrt(fine * bad) : (fine + bad) / 2, "half-way", CaseKind.Between) is { } halfWay)
            {
                yield return halfWay;
            }
        }

        if (Make(bad, "at the bad line", CaseKind.Bad) is { } atBad)
        {
            yield return atBad;
        }

        foreach (var (margins, size) in Beyond)
        {
            if (Make(none + (bad - none) * margins, size, CaseKind.Bad) is { } beyond)
            {
                yield return beyond;
            }
        }

        if (Largest(guard, traffic) is { } cell && Make(none + (bad - none) * SegmentMargins, $"{SegmentMargins:0} margins", CaseKind.Bad, cell) is { } inSegment)
        {
            yield return inSegment;
        }

        CanaryCase? Make(double level, string size, CaseKind kind, int? cell = null)
        {
            if (Harm.At(guard, traffic, level) is not { } canary)
            {
                return null;
            }

            // Below its floor a rate is never bad, whatever the ratio.
            if (guard.Floor > 0 && guard.Signal.Kind == SignalKind.ErrorRate && canary.Errors < guard.Floor)
            {
                kind = CaseKind.Fine;
            }

            var part = cell is { } only ? traffic.CellParts[only] : 1;
            var segment = cell is { } named ? new SegmentCells(traffic.Model.Segments).Names[named] : null;
            return new(
                guard.Name, size, (level - none) / (bad - none), level, kind, segment, new() { Traffic = traffic, Canary = canary, OnlyIn = cell },
                part * Math.Max(0, Harm.PerExchange(guard, traffic.Baseline, canary)));
        }
    }

    // The largest listed value of the segments that the guard scans.
    private static int? Largest(GuardSpec guard, TrafficModel traffic)
    {
        var layout = new SegmentCells(traffic.Model.Segments);
        int? largest = null;
        for (var cell = 1; cell < layout.Count; cell++)
        {
            var segment = traffic.Model.Segments[layout.Owners[cell]];
            var isOther = cell == layout.FirstCell[layout.Owners[cell]] + segment.Values.Count;
            if (!isOther && guard.Segments.Covers(segment.Name) && traffic.CellParts[cell] > 0 && (largest is not { } best || traffic.CellParts[cell] > traffic.CellParts[best]))
            {
                largest = cell;
            }
        }

        return largest;
    }
}

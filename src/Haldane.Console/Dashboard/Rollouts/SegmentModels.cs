using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Reports;
using Haldane.Core.Specification;

namespace Haldane.Console.Dashboard.Rollouts;

/// <summary>The segments of a rollout, the one with most evidence of harm first.</summary>
/// <param name="Guards">The guards that scan segments.</param>
/// <param name="Rows">The segments that callers came from.</param>
/// <param name="Silent">The others.</param>
public sealed record SegmentsModel(ValueList<SegmentGuardModel> Guards, ValueList<SegmentRow> Rows, ValueList<string> Silent);

/// <summary>A guard above its column.</summary>
/// <param name="Guard">Its name.</param>
/// <param name="Axis">Its lines on the scale that all pictures below have in common; null where there is none.</param>
public sealed record SegmentGuardModel(string Guard, BandPicture? Axis);

/// <summary>A segment.</summary>
/// <param name="Segment">Its name.</param>
/// <param name="Canary">What the canary did.</param>
/// <param name="Baseline">What the baseline did.</param>
/// <param name="Percent">How far the proof of harm has come, as a logarithm.</param>
/// <param name="Cells">A cell for each of the guards; null where it does not scan this segment.</param>
public sealed record SegmentRow(string Segment, SegmentArm Canary, SegmentArm Baseline, int Percent, ValueList<SegmentCell?> Cells);

/// <summary>A guard in a segment.</summary>
/// <param name="Picture">The difference; null before there is one.</param>
/// <param name="Text">The same in words.</param>
/// <param name="Counted">How many of the canary were counted.</param>
/// <param name="IsProven">Whether harm is proven.</param>
public sealed record SegmentCell(BandPicture? Picture, string Text, long Counted, bool IsProven);

/// <summary>Makes a table of segments. Pure.</summary>
public static class SegmentModels
{
    /// <summary>The table of the callers' segments.</summary>
    public static SegmentsModel Of(RolloutSpec spec, IReadOnlyList<SegmentState> segments) => Table(spec, [.. segments.Where(s => !s.IsOfStart)]);

    /// <summary>The table of the canary's start and the time after.</summary>
    public static SegmentsModel OfStart(RolloutSpec spec, IReadOnlyList<SegmentState> segments) => Table(spec, [.. segments.Where(s => s.IsOfStart)]);

    private static SegmentsModel Table(RolloutSpec spec, SegmentState[] all)
    {
        SegmentState[] segments = [.. all.Where(IsHeard)];
        GuardSpec[] guards = [.. spec.Guards.Where(g => segments.Any(s => s.Guards.Any(x => x.Guard == g.Name)))];
        BandScale[] scales = [.. guards.Select(g => Scale(g, segments))];
        return new(
            guards.Select((g, i) => new SegmentGuardModel(g.Name, DifferenceBands.Of(scales[i], null, null, null))).ToValueList(),
            segments.OrderByDescending(s => s.Harm).Select(s => new SegmentRow(
                s.Segment, s.Canary, s.Baseline, (int)Math.Clamp(100 * s.Harm, 0, 100), guards.Select((g, i) => Cell(g, scales[i], s.Guards.FirstOrDefault(x => x.Guard == g.Name))).ToValueList())).ToValueList(),
            all.Where(s => !IsHeard(s)).Select(s => s.Segment).ToValueList());
    }

    private static bool IsHeard(SegmentState segment) => segment.Canary.Exchanges + segment.Baseline.Exchanges > 0;

    // One scale for all, so that what lies side by side can be compared.
    private static BandScale Scale(GuardSpec guard, SegmentState[] segments) => BandScale.Of(
        GuardWords.UnitOf(guard), guard.FineLine, guard.Bad, guard.AtLeast, segments.SelectMany(s => s.Guards).Where(x => x.Guard == guard.Name).SelectMany(x => new[] { x.Estimate, x.Low, x.High }));

    private static SegmentCell? Cell(GuardSpec guard, BandScale scale, SegmentGuard? seen)
    {
        if (seen is null)
        {
            return null;
        }

        var unit = GuardWords.UnitOf(guard);
        var picture = seen.Estimate is null ? null : DifferenceBands.Of(scale, seen.Estimate, seen.Low, seen.High);
        return new(picture, seen.Estimate is { } estimate ? $"{Figures.Of(estimate, unit)}, {PackWords.Range(seen.Low, seen.High, unit)}" : "no estimate yet", seen.CanaryCount, seen.Harm >= 1);
    }
}

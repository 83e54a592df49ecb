using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Reports;
using Haldane.Core.Specification;

namespace Haldane.Console.Dashboard.Rollouts;

/// <summary>The segments of a rollout, the one with most evidence of harm first.</summary>
/// <param name="Guards">The guards that scan segments.</param>
/// <param name="Rows">The segments.</param>
public sealed record SegmentsModel(ValueList<string> Guards, ValueList<SegmentRow> Rows);

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
    /// <summary>The table.</summary>
    public static SegmentsModel Of(RolloutSpec spec, IReadOnlyList<SegmentState> segments)
    {
        GuardSpec[] guards = [.. spec.Guards.Where(g => segments.Any(s => s.Guards.Any(x => x.Guard == g.Name)))];
        return new(
            [.. guards.Select(g => g.Name)],
            segments.OrderByDescending(s => s.Harm).Select(s => new SegmentRow(
                s.Segment, s.Canary, s.Baseline, (int)Math.Clamp(100 * s.Harm, 0, 100), guards.Select(g => Cell(g, s.Guards.FirstOrDefault(x => x.Guard == g.Name))).ToValueList())).ToValueList());
    }

    private static SegmentCell? Cell(GuardSpec guard, SegmentGuard? seen)
    {
        if (seen is null)
        {
            return null;
        }

        var unit = GuardWords.UnitOf(guard);
        var picture = seen.Estimate is null ? null : DifferenceBands.Of(unit, guard.FineLine, guard.Bad, guard.AtLeast, seen.Estimate, seen.Low, seen.High);
        return new(picture, seen.Estimate is { } estimate ? $"{Figures.Of(estimate, unit)}, {PackWords.Range(seen.Low, seen.High, unit)}" : "none yet", seen.CanaryCount, seen.Harm >= 1);
    }
}

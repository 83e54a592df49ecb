using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Recorded;

/// <summary>Divides the baseline's recorded evidence at random into a pretended canary and a pretended baseline: A/A on real traffic, without exposure.</summary>
/// <remarks>
/// <para>Each exchange goes to the canary with the stage's share. Of counts, that is a draw without putting back: buckets, classes, events and segments keep their
/// sums. Subjects with errors are divided as subjects, by their hashes, and each counts once; everything else is divided by exchange, because evidence does not say
/// whose it was. So what subjects have in common beside errors is lost, and what a real split would lose by it is not seen here.</para>
/// <para>Labels, events and values join the stage in which they arrive. Named numbers are divided by their moments: a group's sum is drawn as normal around its part.</para>
/// <para>For one thread.</para>
/// </remarks>
/// <param name="layout">The model's segments.</param>
/// <param name="seed">Of the division.</param>
public sealed class Thinning(SegmentCells layout, ulong seed)
{
    private readonly Dice _dice = new(seed);
    private readonly HashSet<uint> _failed = [];
    private long _number;

    /// <summary>Divides a slice.</summary>
    /// <param name="recorded">As it was recorded, under any share and in any stage.</param>
    /// <param name="stage">The stage of the pretended rollout.</param>
    /// <param name="share">Its share.</param>
    public EvidenceSlice Divide(EvidenceSlice recorded, int stage, Share share)
    {
        var (baseline, canary) = Divide(recorded.Baseline, share);
        return new()
        {
            Number = ++_number,
            Stage = stage,
            Share = share,
            From = recorded.From,
            Length = recorded.Length,
            Fresh = recorded.Fresh,
            Baseline = baseline,
            Canary = canary,
            Labels = ThinnedFeedback.Labels(_dice, layout, recorded.Labels, stage, share.Fraction),
            Calibration = ThinnedFeedback.Calibration(_dice, recorded.Calibration, stage, share.Fraction),
            Events = ThinnedFeedback.Events(_dice, recorded.Events, stage, share.Fraction),
            Values = ThinnedFeedback.Values(_dice, recorded.Values, stage, share.Fraction),
        };
    }

    private (ArmEvidence Baseline, ArmEvidence Canary) Divide(ArmEvidence arm, Share share)
    {
        var firsts = Firsts(arm, share);
        var cells = new (CellEvidence Baseline, CellEvidence Canary)[arm.Cells.Count];
        cells[SegmentCells.Everyone] = DividedCell.Everyone(_dice, arm.Cells[SegmentCells.Everyone], share.Fraction, firsts);
        for (var s = 0; s < layout.Segments.Count; s++)
        {
            var own = layout.CellsOf(s);
            DividedCell.Values(_dice, arm.Cells.AsSpan()[own], cells[SegmentCells.Everyone].Canary, cells.AsSpan(own));
        }

        var fresh = _dice.Binomial(arm.NewSubjects, share.Fraction);
        var groups = arm.AnswersByGroup.Select(n => _dice.Binomial(n, share.Fraction)).ToArray();
        return (
            new()
            {
                Cells = cells.Select(c => c.Baseline).ToValueList(),
                NewSubjects = arm.NewSubjects - fresh,
                AnswersByGroup = arm.AnswersByGroup.Select((n, g) => n - groups[g]).ToValueList(),
            },
            new() { Cells = cells.Select(c => c.Canary).ToValueList(), NewSubjects = fresh, AnswersByGroup = groups.ToValueList() });
    }

    // First errors on either arm: by subject where their hashes were recorded, else by chance.
    private (long Baseline, long Canary) Firsts(ArmEvidence arm, Share share)
    {
        long baseline = 0, canary = 0;
        foreach (var subject in arm.ErrorSubjects.AsSpan())
        {
            if (_failed.Add(subject))
            {
                var toCanary = Dice.SeedOf(seed, subject) % Share.Whole < (ulong)share.BasisPoints;
                (baseline, canary) = toCanary ? (baseline, canary + 1) : (baseline + 1, canary);
            }
        }

        // A model without a subject, or more subjects than are listed.
        var unlisted = arm.Cells[SegmentCells.Everyone].ErrorSubjects - arm.ErrorSubjects.Count;
        if (unlisted > 0)
        {
            var drawn = _dice.Binomial(unlisted, share.Fraction);
            (baseline, canary) = (baseline + unlisted - drawn, canary + drawn);
        }

        return (baseline, canary);
    }
}

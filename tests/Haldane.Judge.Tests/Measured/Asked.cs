using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Tests.Worlds;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Measured;

/// <summary>One measurement of one cell with the totals that it reads, as the judge would run it: 5 proves Fail, 3 proves Pass.</summary>
internal sealed class Asked
{
    public const double FailAt = 5, PassAt = 3;

    /// <summary>The cell of a segment, beside that of everyone.</summary>
    public const int Segment = 1;

    private readonly StageTotals _totals = new(2, new(2, ConfidenceBins.Count, 3));
    private int _stage;

    private Asked(GuardSpec guard, int cell, bool bySubject, int[] shares) => Measurement = Measurements.For(new()
    {
        Guard = guard,
        Cell = cell,
        Where = cell == 0 ? "" : " in country=ID",
        Stages = Slices.Rollout([guard], shares).Stages,
        BySubject = bySubject,
        Signals = Slices.Model().Signals with { Values = [.. Slices.Model().Signals.Values, new("level", -4, 2)] },
        Classes = ["class-1", "other"],
        FailAt = FailAt,
        PassAt = PassAt,
        Totals = _totals,
        Shares = new(),
    });

    public Measurement Measurement { get; }

    public double Fail => Measurement.FailLogE;

    public double Pass => Measurement.PassLogE;

    public Reading Reading => Measurement.Read();

    /// <summary>Asks of everyone, in stages of the given shares in percent; one of 20 % unless said otherwise.</summary>
    public static Asked OfEveryone(GuardSpec guard, params int[] shares) => new(guard, 0, true, shares.Length == 0 ? [20] : shares);

    /// <summary>Asks of the segment.</summary>
    public static Asked OfSegment(GuardSpec guard, params int[] shares) => new(guard, Segment, true, shares.Length == 0 ? [20] : shares);

    /// <summary>Asks of everyone where each request stands for itself.</summary>
    public static Asked WithoutSubjects(GuardSpec guard, params int[] shares) => new(guard, 0, false, shares.Length == 0 ? [20] : shares);

    /// <summary>The same of the segment.</summary>
    public static Asked OfSegmentWithoutSubjects(GuardSpec guard) => new(guard, Segment, false, [20]);

    /// <summary>The sentence for a verdict.</summary>
    public string Says(Core.Judging.VerdictKind kind, bool worse = false) => Measurement.Explain(kind, Reading, worse);

    /// <summary>Takes slices into account; a slice of one cell speaks of everyone and of the segment alike.</summary>
    public Asked After(params IEnumerable<EvidenceSlice> slices)
    {
        foreach (var slice in slices)
        {
            var both = slice with { Baseline = Both(slice.Baseline), Canary = Both(slice.Canary) };
            if (slice.Stage != _stage)
            {
                _totals.Clear();
                _stage = slice.Stage;
            }

            _totals.Add(both);
            Measurement.Add(both);
        }

        return this;
    }

    /// <summary>A slice of 800 good exchanges of the baseline and 200 of the canary.</summary>
    public static EvidenceSlice Quiet(int stage = 0) => Slices.Slice(1, stage, 20, Slices.Counts(800), Slices.Counts(200));

    /// <summary>A slice in which nothing ended.</summary>
    public static EvidenceSlice Empty(int stage = 0) => Slices.Slice(1, stage, 20, CellEvidence.Empty, CellEvidence.Empty);

    private static ArmEvidence Both(ArmEvidence arm) => arm.Cells.Count == 2 ? arm : arm with { Cells = [arm.Cells[0], arm.Cells[0]] };
}

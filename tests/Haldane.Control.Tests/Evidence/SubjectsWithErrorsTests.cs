using Haldane.Control.Evidence;
using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;

namespace Haldane.Control.Tests.Evidence;

public sealed class SubjectsWithErrorsTests
{
    private static readonly SegmentCells Cells = new(Make.Model().Segments);

    private readonly SubjectsWithErrors _subjects = new();

    [Fact]
    public void A_subject_counts_once_for_everyone_and_for_its_segment()
    {
        var (baseline, canary) = Count(0, new(1, Arm.Canary, 1), new(1, Arm.Canary, 1), new(2, Arm.Canary, 0), new(3, Arm.Baseline, 2));

        Assert.Equal([2, 1, 1, 0], canary.Cells.Select(c => c.ErrorSubjects));
        Assert.Equal([1, 0, 0, 1], baseline.Cells.Select(c => c.ErrorSubjects));
        Assert.Equal([1u, 2u], canary.ErrorSubjects);
        Assert.Equal([3u], baseline.ErrorSubjects);
    }

    [Fact]
    public void A_subject_does_not_count_again_in_the_stage()
    {
        Count(0, new ObservedFailure(1, Arm.Canary, 0));

        var (_, canary) = Count(0, new(1, Arm.Canary, 0), new(2, Arm.Canary, 0));

        Assert.Equal([2u], canary.ErrorSubjects);
    }

    [Fact]
    public void A_new_stage_counts_everyone_anew()
    {
        Count(0, new ObservedFailure(1, Arm.Baseline, 0));

        Assert.Equal([1u], Count(1, new ObservedFailure(1, Arm.Canary, 0)).Canary.ErrorSubjects);
    }

    [Fact]
    public void A_stored_slice_is_taken_over()
    {
        var (baseline, canary) = Count(1, new(1, Arm.Canary, 0), new(2, Arm.Baseline, 0));
        var restored = new SubjectsWithErrors();
        restored.Restore(new() { Number = 1, Stage = 1, Share = new(10), From = default, Length = default, Baseline = baseline, Canary = canary });

        var again = restored.Count(Observed(1, new(1, Arm.Canary, 0), new(2, Arm.Baseline, 0), new(3, Arm.Canary, 0)), Cells);

        Assert.Empty(again.Baseline.ErrorSubjects);
        Assert.Equal([3u], again.Canary.ErrorSubjects);
    }

    [Fact]
    public void Past_the_limit_subjects_are_left_out_whatever_their_arm()
    {
        Count(0, [.. Enumerable.Range(0, 1 << 20).Select(i => new ObservedFailure((uint)i, Arm.Canary, 0))]);

        var (baseline, canary) = Count(0, new(uint.MaxValue, Arm.Canary, 0), new(uint.MaxValue - 1, Arm.Baseline, 0));

        Assert.Empty(baseline.ErrorSubjects);
        Assert.Empty(canary.ErrorSubjects);
    }

    private static ObservedTraffic Observed(int stage, params ObservedFailure[] failures) =>
        new(stage, new(1_000), ArmEvidence.Empty(Make.Cells), ArmEvidence.Empty(Make.Cells), failures);

    private (ArmEvidence Baseline, ArmEvidence Canary) Count(int stage, params ObservedFailure[] failures) =>
        _subjects.Count(Observed(stage, failures), Cells);
}

using Haldane.Control.Evidence;
using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;

namespace Haldane.Control.Tests.Evidence;

public sealed class FirstOccurrencesTests
{
    private static readonly SegmentCells Cells = new(Make.Model().Segments);

    private readonly FirstOccurrences _firsts = new();

    [Fact]
    public void A_subject_counts_once_for_everyone_and_for_its_segment()
    {
        var (baseline, canary, events) = Count(0, Error(1, Arm.Canary, 1), Error(1, Arm.Canary, 1), Error(2, Arm.Canary, 0), Error(3, Arm.Baseline, 2));

        Assert.Equal([2, 1, 1, 0], canary.Cells.Select(c => c.ErrorSubjects));
        Assert.Equal([1, 0, 0, 1], baseline.Cells.Select(c => c.ErrorSubjects));
        Assert.Equal([1u, 2u], canary.ErrorSubjects);
        Assert.Equal([3u], baseline.ErrorSubjects);
        Assert.Empty(events);
    }

    [Fact]
    public void A_subject_does_not_count_again_in_the_stage()
    {
        Count(0, Error(1, Arm.Canary));

        Assert.Equal([2u], Count(0, Error(1, Arm.Canary), Error(2, Arm.Canary)).Canary.ErrorSubjects);
    }

    [Fact]
    public void Who_has_counted_in_one_stage_is_no_new_proof_in_the_next()
    {
        Count(0, Error(1, Arm.Baseline), new(Occurrence.Refused, 2, Arm.Baseline, 0));

        var (_, canary, events) = Count(1, Error(1, Arm.Canary), new(Occurrence.Refused, 2, Arm.Canary, 0));

        Assert.Empty(canary.ErrorSubjects);
        Assert.Empty(events);
    }

    [Fact]
    public void Where_both_arms_get_the_same_requests_a_subject_counts_once_on_each()
    {
        var observed = Observed(0, Error(1, Arm.Baseline), Error(1, Arm.Canary), Error(1, Arm.Canary), Error(2, Arm.Canary));

        var (baseline, canary, _) = _firsts.Count(observed, Cells, paired: true);

        Assert.Equal(([1u], [1u, 2u]), (baseline.ErrorSubjects, canary.ErrorSubjects));
        Assert.Empty(Count(1, Error(1, Arm.Canary), Error(2, Arm.Baseline)).Baseline.ErrorSubjects);
    }

    [Fact]
    public void Each_kind_of_event_has_its_own_subjects()
    {
        var observed = Observed(
            2,
            Error(1, Arm.Canary),
            new(Occurrence.Refused, 1, Arm.Canary, 0),
            new(Occurrence.Refused, 1, Arm.Canary, 0),
            new(Occurrence.Refused, 2, Arm.Baseline, 1),
            new(Occurrence.Empty, 1, Arm.Canary, 0)) with
        {
            Events =
            [
                new(GatewayEvents.Refused, 2, Arm.Canary, 0, 2, 0),
                new(GatewayEvents.Refused, 2, Arm.Canary, 1, 2, 0),
                new(GatewayEvents.Empty, 2, Arm.Canary, 0, 1, 0),
                new(GatewayEvents.Empty, 2, Arm.Canary, 1, 1, 0),
            ],
        };

        var (baseline, canary, events) = _firsts.Count(observed, Cells);

        Assert.Equal(
            [
                new(GatewayEvents.Empty, 2, Arm.Canary, 0, 1, 1),
                new(GatewayEvents.Empty, 2, Arm.Canary, 1, 1, 1),
                new(GatewayEvents.Refused, 2, Arm.Baseline, 0, 0, 1), // its exchange was counted in the slice before
                new(GatewayEvents.Refused, 2, Arm.Baseline, 2, 0, 1),
                new(GatewayEvents.Refused, 2, Arm.Canary, 0, 2, 1),
                new(GatewayEvents.Refused, 2, Arm.Canary, 1, 2, 1),
            ],
            events);
        Assert.Equal([new(GatewayEvents.Refused, [1u]), new(GatewayEvents.Empty, [1u])], canary.EventSubjects);
        Assert.Equal([new(GatewayEvents.Refused, [2u])], baseline.EventSubjects);
        Assert.Equal((1, 0), (canary.ErrorSubjects.Count, baseline.ErrorSubjects.Count));
    }

    [Fact]
    public void A_stored_slice_is_taken_over()
    {
        Occurrence[] first = [Error(1, Arm.Canary), Error(2, Arm.Baseline), new(Occurrence.Refused, 1, Arm.Canary, 0), new(Occurrence.Empty, 2, Arm.Baseline, 0)];
        var (baseline, canary, events) = Count(1, first);
        var restored = new FirstOccurrences();
        restored.Restore(new()
        {
            Number = 1,
            Stage = 1,
            Share = new(10),
            From = default,
            Length = default,
            Baseline = baseline,
            Canary = canary with { EventSubjects = [.. canary.EventSubjects, new("of a later program", [3u])] },
            Events = events,
        });

        var again = restored.Count(Observed(1, [.. first, Error(3, Arm.Canary), new(Occurrence.Refused, 2, Arm.Baseline, 0)]), Cells);

        Assert.Empty(again.Baseline.ErrorSubjects);
        Assert.Equal([3u], again.Canary.ErrorSubjects);
        Assert.Equal([new(GatewayEvents.Refused, 1, Arm.Baseline, 0, 0, 1), new(GatewayEvents.Refused, 1, Arm.Baseline, 1, 0, 1)], again.Events);
    }

    [Fact]
    public void Past_the_limit_subjects_are_left_out_whatever_their_arm()
    {
        Count(0, [.. Enumerable.Range(0, 1 << 20).Select(i => Error((uint)i, Arm.Canary))]);

        var (baseline, canary, _) = Count(0, Error(uint.MaxValue, Arm.Canary), Error(uint.MaxValue - 1, Arm.Baseline));

        Assert.Empty(baseline.ErrorSubjects);
        Assert.Empty(canary.ErrorSubjects);
    }

    private static Occurrence Error(uint subject, Arm arm, int segmentCode = 0) => new(Occurrence.Failure, subject, arm, segmentCode);

    private static ObservedTraffic Observed(int stage, params Occurrence[] occurrences) =>
        new(stage, new(1_000), ArmEvidence.Empty(Make.Cells), ArmEvidence.Empty(Make.Cells), occurrences);

    private (ArmEvidence Baseline, ArmEvidence Canary, ValueList<EventCounts> Events) Count(int stage, params Occurrence[] occurrences) =>
        _firsts.Count(Observed(stage, occurrences), Cells);
}

using Haldane.Control.Feedback;
using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;
using Haldane.Core.Ports;

namespace Haldane.Control.Tests.Feedback;

public sealed class FeedbackCollectorTests
{
    private const int MostSubjects = 1 << 20;

    private static readonly Dictionary<string, double> Nothing = [];

    private readonly FeedbackCollector _collector = New();

    [Fact]
    public void Taking_begins_anew()
    {
        _collector.Add(Full(1, subject: 1));
        _collector.Take();

        Assert.Equal(new([], [], [], [], 1), _collector.Take());
    }

    [Fact]
    public void What_an_earlier_slice_holds_is_remembered_and_not_counted()
    {
        _collector.Remember(Full(5, 1));
        _collector.Add(Full(6, 1));

        var taken = _collector.Take();

        Assert.Empty(taken.Labels);
        Assert.Empty(taken.Calibration);
        Assert.Equal([(1, 0), (1, 0)], taken.Events.Select(e => ((int)e.Count, (int)e.Subjects)));
        Assert.Equal([1, 1], taken.Values.Select(v => v.Count));
        Assert.Equal(6, taken.UpTo);
    }

    [Fact]
    public void A_stage_that_is_full_leaves_room_for_the_next()
    {
        var collector = new FeedbackCollector(new([]), Make.Model().Signals);
        for (var i = 0; i <= MostSubjects; i++)
        {
            collector.Add(Row(i + 1, 0, (uint)i));
        }

        collector.Add(Row(MostSubjects + 2, 1, 7));

        Assert.Equal([new(0, Arm.Canary, 0, MostSubjects, 0), new(1, Arm.Canary, 0, 1, 0)], collector.Take().Labels);
    }

    [Fact]
    public void Labels_are_counted_by_confidence_too_where_it_is_known()
    {
        _collector.Add(Label(1, subject: 1, wrong: false, 0.93));
        _collector.Add(Label(2, subject: 2, wrong: true, 0.91));
        _collector.Add(Label(3, subject: 3, wrong: true, 1.0));
        _collector.Add(Label(4, subject: 4, wrong: true, null));
        _collector.Add(Label(5, subject: 1, wrong: true, 0.1)); // a subject's second label

        var taken = _collector.Take();

        var everyone = taken.Calibration.Where(c => c.Cell == 0).ToList();
        Assert.Equal([(18, 2, 1, 1.84), (19, 1, 0, 1.0)], everyone.Select(c => (c.Bin, (int)c.Labelled, (int)c.Right, Math.Round(c.Confidence, 9))));
        Assert.Equal(new LabelCounts(0, Arm.Canary, 0, 4, 3), taken.Labels[0]);
        Assert.Equal(everyone.Select(c => c with { Cell = 3 }), taken.Calibration.Where(c => c.Cell == 3));
        Assert.Equal(4, taken.Calibration.Count);
    }

    [Fact]
    public void Events_count_each_time_and_their_subjects_once_a_run()
    {
        foreach (var (position, subject, stage) in new[] { (1, 1u, 0), (2, 1u, 0), (3, 2u, 0), (4, 1u, 1) })
        {
            _collector.Add(Row(position, stage, subject, "conversion", "refund"));
        }

        _collector.Add(Row(5, 0, 9, "conversion") with { Feedback = Row(5, 0, 9, "conversion").Feedback with { SegmentCode = SegmentCells.UnknownCode } });

        Assert.Equal(
            [
                new("conversion", 0, Arm.Canary, 0, 4, 3),
                new("conversion", 0, Arm.Canary, 3, 3, 2),
                new("conversion", 1, Arm.Canary, 0, 1, 0),
                new("conversion", 1, Arm.Canary, 3, 1, 0),
                new("refund", 0, Arm.Canary, 0, 3, 2),
                new("refund", 0, Arm.Canary, 3, 3, 2),
                new("refund", 1, Arm.Canary, 0, 1, 0),
                new("refund", 1, Arm.Canary, 3, 1, 0),
            ],
            _collector.Take().Events);
    }

    [Fact]
    public void A_value_that_nobody_declared_is_passed_over()
    {
        var row = Full(1, 1);

        _collector.Add(row with { Feedback = row.Feedback with { Values = new Dictionary<string, double> { ["old"] = 3 } } });

        Assert.Empty(_collector.Take().Values);
    }

    private static FeedbackCollector New() => new(new(Make.Model().Segments), Make.Model().Signals);

    private static StoredFeedback Full(long position, uint subject)
    {
        var row = Label(position, subject, false, 0.5);
        return row with { Feedback = row.Feedback with { Values = new Dictionary<string, double> { ["revenue"] = 3 }, Events = ["conversion"] } };
    }

    private static StoredFeedback Label(long position, uint subject, bool wrong, double? confidence) =>
        new(position, new JoinedFeedback($"{position}", 1, 0, Arm.Canary, 2, subject, wrong, Nothing) { Confidence = confidence });

    private static StoredFeedback Row(long position, int stage, uint subject, params string[] events) =>
        new(position, new JoinedFeedback($"{position}", 1, stage, Arm.Canary, 2, subject, false, Nothing) { Events = events });
}

using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;
using Haldane.Core.Ports;

namespace Haldane.Control.Tests.Feedback;

/// <summary>Feedback from the sender to the evidence.</summary>
public sealed class FeedbackEvidenceTests : FeedbackTestWorld
{
    [Fact]
    public async Task A_label_is_counted_for_everyone_and_for_its_segment()
    {
        var receipt = await SendAsync(Label(subject: 1, "fraud"));

        await World.TickAsync();

        Assert.Equal(new(1, 0, 0, []), receipt);
        Assert.Equal([new(0, Arm.Canary, 0, 1, 1), new(0, Arm.Canary, 3, 1, 1)], Labels(1));
    }

    [Fact]
    public async Task A_label_that_agrees_is_not_wrong()
    {
        await SendAsync(Label(1, "good"), Label(2, "good", @class: 2), Label(3, "fraud", @class: 1));

        await World.TickAsync();

        Assert.Equal(new LabelCounts(0, Arm.Canary, 0, 3, 1), Labels(1)[0]);
    }

    [Fact]
    public async Task Only_the_first_label_of_a_subject_in_a_stage_counts()
    {
        await SendAsync(Label(1, "fraud"));
        await World.TickAsync();
        await SendAsync(Label(1, "good") with { Exchange = Token(1, nonce: 5) }, Label(2, "good"));

        await World.TickAsync();

        Assert.Equal(new LabelCounts(0, Arm.Canary, 0, 1, 0), Labels(2)[0]);
        Assert.Equal(3, World.Disk.Feedback.Count);
    }

    [Fact]
    public async Task Labels_are_counted_by_the_confidence_that_their_token_holds()
    {
        await SendAsync(Sure(1, "good", 0.9), Sure(2, "fraud", 0.9), Sure(3, "good", null));

        await World.TickAsync();

        const double Sealed = 229 / 254.0; // a token keeps steps of 1/254
        Assert.Equal(
            [new(0, Arm.Canary, 0, 18, 2, 1, 2 * Sealed), new(0, Arm.Canary, 3, 18, 2, 1, 2 * Sealed)], World.Disk.Slices(1)[0].Calibration);
        Assert.Equal(new LabelCounts(0, Arm.Canary, 0, 3, 1), Labels(1)[0]);
        Assert.Equal([Sealed, Sealed, null], World.Disk.Feedback.Select(f => f.Feedback.Confidence));
    }

    [Fact]
    public async Task Confidence_without_a_label_is_not_kept()
    {
        var token = World.Token(Make.Exchange(1, 1) with { Confidence = 0.9 });

        await SendAsync(new FeedbackItem { Exchange = token, Events = ["conversion"] });

        Assert.Null(Assert.Single(World.Disk.Feedback).Feedback.Confidence);
    }

    [Fact]
    public async Task Events_are_counted_for_everyone_and_for_their_segment_and_each_subject_once()
    {
        var receipt = await SendAsync(
            new FeedbackItem { Exchange = Token(1), Events = ["conversion", "refund"] },
            new FeedbackItem { Exchange = Token(1, nonce: 9), Events = ["conversion"] },
            Label(2, "good") with { Events = ["conversion"], Values = Revenue(1) });

        await World.TickAsync();

        Assert.Equal(3, receipt.Joined);
        Assert.Equal(
            [
                new("conversion", 0, Arm.Canary, 0, 3, 2), new("conversion", 0, Arm.Canary, 3, 3, 2),
                new("refund", 0, Arm.Canary, 0, 1, 1), new("refund", 0, Arm.Canary, 3, 1, 1),
            ],
            World.Disk.Slices(1)[0].Events);
        Assert.Equal(1, Labels(1)[0].Labelled);
    }

    [Fact]
    public async Task Events_of_a_subject_are_of_no_segment()
    {
        var subject = Make.Subject(World.Set.Rollouts[0], new(1_000), Arm.Baseline);

        await SendAsync(new FeedbackItem { Subject = subject, Events = ["conversion"] });
        await World.TickAsync();

        Assert.Equal([new("conversion", 0, Arm.Baseline, 0, 1, 1)], World.Disk.Slices(1)[0].Events);
    }

    [Fact]
    public async Task Events_of_the_gateway_stand_beside_those_of_feedback()
    {
        World.Router.Traffic = split => Make.Traffic(split, occurrences: [new(Occurrence.Refused, 7, Arm.Baseline, 0)]) with
        {
            Events = [new(GatewayEvents.Refused, 0, Arm.Baseline, 0, 5, 0), new(GatewayEvents.Refused, 0, Arm.Baseline, 1, 5, 0)],
        };
        await SendAsync(new FeedbackItem { Exchange = Token(1), Events = ["conversion"] });

        await World.TickAsync();

        Assert.Equal(
            [
                new(GatewayEvents.Refused, 0, Arm.Baseline, 0, 5, 1), new(GatewayEvents.Refused, 0, Arm.Baseline, 1, 5, 1),
                new("conversion", 0, Arm.Canary, 0, 1, 1), new("conversion", 0, Arm.Canary, 3, 1, 1),
            ],
            World.Disk.Slices(1)[0].Events);
    }

    [Fact]
    public async Task A_late_label_is_counted_under_the_stage_of_its_exchange()
    {
        await World.TickAsync(4);
        await SendAsync(Label(1, "fraud"), Label(1, "good", stage: 1), Label(2, "good", stage: 1));

        await World.TickAsync();

        Assert.Equal(
            [(0, 1, 1), (1, 2, 0)],
            Labels(5).Where(l => l.Cell == 0).Select(l => (l.Stage, (int)l.Labelled, (int)l.Wrong)));
    }

    [Fact]
    public async Task Values_of_an_exchange_are_summed_by_name_stage_arm_cell_and_group()
    {
        await SendAsync(Value(1, 2), Value(2, 0), Value(65, 3), Value(3, 10, Arm.Baseline));

        await World.TickAsync();

        Assert.Equal(
            [
                new("revenue", 0, Arm.Baseline, 0, 3, 1, 1, 10, 100),
                new("revenue", 0, Arm.Baseline, 3, 3, 1, 1, 10, 100),
                new("revenue", 0, Arm.Canary, 0, 1, 2, 2, 5, 13),
                new("revenue", 0, Arm.Canary, 0, 2, 1, 0, 0, 0),
                new("revenue", 0, Arm.Canary, 3, 1, 2, 2, 5, 13),
                new("revenue", 0, Arm.Canary, 3, 2, 1, 0, 0, 0),
            ],
            World.Disk.Slices(1)[0].Values);
    }

    [Fact]
    public async Task A_value_beyond_its_range_counts_as_the_end_of_the_range_and_is_stored_as_it_came()
    {
        await SendAsync(Value(1, -5), Value(2, 1e90), new FeedbackItem { Exchange = Token(3), Values = new Dictionary<string, double> { ["score"] = -7 } });

        await World.TickAsync();

        Assert.Equal([0, 1e12, -1], Everyone(World.Disk.Slices(1)[0].Values).Select(v => v.Sum));
        Assert.Equal([0, 1, 1], Everyone(World.Disk.Slices(1)[0].Values).Select(v => v.NonZero));
        Assert.Equal([-5, 1e90, -7], World.Disk.Feedback.Select(f => f.Feedback.Values.Values.Single()));
    }

    [Theory]
    [InlineData(Arm.Canary)]
    [InlineData(Arm.Baseline)]
    public async Task Values_of_a_subject_go_to_the_arm_that_it_is_assigned_to(Arm arm)
    {
        var subject = Make.Subject(World.Set.Rollouts[0], new(1_000), arm);

        var receipt = await SendAsync(new FeedbackItem { Subject = subject, Values = Revenue(4) });
        await World.TickAsync();

        Assert.Equal(1, receipt.Joined);
        var stored = Assert.Single(World.Disk.Feedback).Feedback;
        Assert.Equal((arm, SegmentCells.UnknownCode), (stored.Arm, stored.SegmentCode));
        Assert.Equal([new("revenue", 0, arm, 0, SubjectGroups.Of(stored.Subject), 1, 1, 4, 16)], World.Disk.Slices(1)[0].Values); // of no segment
    }

    [Fact]
    public async Task The_largest_values_can_still_be_stored_as_evidence()
    {
        await SendAsync([.. Enumerable.Range(1, 200).Select(i => Value(1, 1e100) with { Id = $"{i}" })]);

        await World.TickAsync(2);

        Assert.True(World.Controller.Health.Ready, World.Controller.Health.Message);
        Assert.Equal(200, Assert.Single(Everyone(World.Disk.Slices(1)[0].Values)).Count);
    }

    [Fact]
    public async Task Feedback_of_an_ended_run_is_stored_and_decides_nothing()
    {
        await World.RollBackAsync();

        var receipt = await SendAsync(Label(1, "fraud"));

        Assert.Equal(1, receipt.Joined);
        Assert.Single(World.Disk.Feedback);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Feedback_is_neither_lost_nor_doubled_by_a_crash(bool inSlice)
    {
        await SendAsync(Label(1, "fraud") with { Events = ["conversion"] }, Label(2, "good"));
        await World.TickAsync();
        await SendAsync(Label(3, "fraud") with { Values = Revenue(2) }, Label(1, "good") with { Exchange = Token(1, nonce: 8), Events = ["conversion"] });
        if (inSlice)
        {
            await World.TickAsync();
        }

        using var next = await World.RestartAsync();
        await next.TickAsync();

        var all = World.Disk.Slices(1).SelectMany(s => s.Labels).Where(l => l.Cell == 0).ToList();
        Assert.Equal((3, 2), (all.Sum(l => l.Labelled), all.Sum(l => l.Wrong)));
        var events = World.Disk.Slices(1).SelectMany(s => s.Events).Where(e => e.Cell == 0).ToList();
        Assert.Equal((2, 1), (events.Sum(e => e.Count), events.Sum(e => e.Subjects)));
        Assert.Equal(2.0, Assert.Single(Everyone(World.Disk.Slices(1).SelectMany(s => s.Values))).Sum);
        Assert.Equal(World.Disk.Feedback[^1].Position, World.Disk.Slices(1)[^1].FeedbackUpTo);
    }

    [Fact]
    public async Task Feedback_of_a_slice_that_could_not_be_stored_is_in_the_slice_that_is_tried_again()
    {
        await SendAsync(Label(1, "fraud"));
        World.Store.IsDown = (_, name) => name.StartsWith("evidence", StringComparison.Ordinal);
        await World.TickAsync(2);
        await SendAsync(Label(2, "fraud"));
        World.Store.IsDown = (_, _) => false;

        await World.TickAsync(2);

        Assert.Equal([1, 1], World.Disk.Slices(1).Select(s => s.Labels.Single(l => l.Cell == 0).Labelled));
    }

    private static IEnumerable<ValueMoments> Everyone(IEnumerable<ValueMoments> values) => values.Where(v => v.Cell == SegmentCells.Everyone);

    private FeedbackItem Sure(uint subject, string label, double? confidence) =>
        new() { Exchange = World.Token(Make.Exchange(1, subject) with { Confidence = confidence }), Label = label };
}

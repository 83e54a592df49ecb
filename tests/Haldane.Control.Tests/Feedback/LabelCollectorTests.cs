using Haldane.Control.Feedback;
using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Ports;

namespace Haldane.Control.Tests.Feedback;

public sealed class LabelCollectorTests
{
    private const int MostSubjects = 1 << 20;

    private static readonly Dictionary<string, double> Nothing = [];

    [Fact]
    public void Taking_begins_anew()
    {
        var collector = new LabelCollector(new(Make.Model().Segments));
        collector.Add(Row(1, stage: 0, subject: 1));
        collector.Take();

        var (labels, values, upTo) = collector.Take();

        Assert.Empty(labels);
        Assert.Empty(values);
        Assert.Equal(1, upTo);
    }

    [Fact]
    public void What_an_earlier_slice_holds_is_remembered_and_not_counted()
    {
        var collector = new LabelCollector(new(Make.Model().Segments));
        collector.Remember(Row(5, 0, 1));
        collector.Add(Row(6, 0, 1));

        var (labels, _, upTo) = collector.Take();

        Assert.Empty(labels);
        Assert.Equal(6, upTo);
    }

    [Fact]
    public void A_stage_that_is_full_leaves_room_for_the_next()
    {
        var collector = new LabelCollector(new([]));
        for (var i = 0; i <= MostSubjects; i++)
        {
            collector.Add(Row(i + 1, 0, (uint)i));
        }

        collector.Add(Row(MostSubjects + 2, 1, 7));

        Assert.Equal([new(0, Arm.Canary, 0, MostSubjects, 0), new(1, Arm.Canary, 0, 1, 0)], collector.Take().Labels);
    }

    private static StoredFeedback Row(long position, int stage, uint subject) =>
        new(position, new($"{position}", 1, stage, Arm.Canary, 0, subject, false, Nothing));
}

using System.Text;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Shadow;
using Haldane.Gateway.Shadow.Comparison;
using Haldane.Gateway.Tests.Wire;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Tests.Shadow;

/// <summary>What makes a pair of answers different, alike or none.</summary>
public sealed class AnswerComparisonTests : IDisposable
{
    private readonly ConnectionWatch _watch = new(TimeProvider.System);
    private readonly ShadowLane _lane;

    public AnswerComparisonTests()
    {
        var (model, spec) = (Rig.Spec(["http://127.0.0.1:9"], ["http://127.0.0.1:9"]), new ShadowSpec { Rate = 1_000_000 });
        var cells = new SegmentCells(model.Segments);
        var pairs = new PairDesk(new(Protocol.Http, new()), new(spec, false), new(cells, new(cells.Count, default, false), 1, null), new(cells), new("fraud"), new(0, new(new([]))));
        _lane = new(model, spec, model.Versions[0], model.Versions[1], pairs, _watch, TimeProvider.System);
    }

    [Theory]
    [InlineData("{\"a\":1}", "{\"a\":1}", false)]
    [InlineData("{\"id\":1,\"a\":1}", "{\"id\":2,\"a\":1}", false)]
    [InlineData("{\"a\":1}", "{\"a\":2}", true)]
    [InlineData("Good  day", "good day", false)]
    [InlineData("yes", "no", true)]
    [InlineData("", "", false)]
    [InlineData("data: {\"id\":1}\n\n", "data: {\"id\":2}\n\n", null)]
    [InlineData("event: x\ndata: 1\n\n", "event: x\ndata: 2\n\n", null)]
    [InlineData("{\"at\":1}\n{\"at\":2}\n", "{\"at\":3}\n{\"at\":4}\n", null)]
    [InlineData("{\"a\":1", "{\"a\":2}", null)]
    public void Without_a_class_it_is_by_what_they_say(string one, string other, bool? differs) =>
        Assert.Equal(differs, Compare(false, (200, one, null), (200, other, null)));

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0, 1, true)]
    [InlineData(-1, 1, true)]
    [InlineData(-1, -1, null)]
    public void With_a_class_it_is_by_the_class_whatever_else_they_say(int one, int other, bool? differs) =>
        Assert.Equal(differs, Compare(true, (200, "{\"a\":1}", Class(one)), (200, "{\"a\":2}", Class(other))));

    [Theory]
    [InlineData(200, 201, false)]
    [InlineData(200, 400, true)]
    [InlineData(422, 200, true)]
    [InlineData(400, 422, false)]
    public void Answers_of_different_families_of_status_are_not_alike(int one, int other, bool differs) =>
        Assert.Equal(differs, Compare(false, (one, "x", null), (other, "x", null)));

    [Fact]
    public void Who_failed_is_in_no_pair() => Assert.Null(Compare(false, (500, "x", null), (200, "x", null)));

    [Fact]
    public void What_was_not_kept_is_compared_by_its_class_only()
    {
        var large = new string('x', CopyLimits.LargestAnswer + 1);

        Assert.Null(Compare(false, (200, large, null), (200, large, null)));
        Assert.False(Compare(true, (200, large, Class(1)), (200, large, Class(1))));
    }

    public void Dispose()
    {
        _lane.Dispose();
        _watch.Dispose();
    }

    // No class is written as -1.
    private static Prediction Class(int index) => index < 0 ? Prediction.Unread : new(index, null);

    private bool? Compare(bool byClass, (int Status, string Body, Prediction? Read) one, (int Status, string Body, Prediction? Read) other)
    {
        var copy = _lane.Begin(1)!;
        foreach (var (answer, given) in new[] { (copy.Baseline, one), (copy.Canary, other) })
        {
            answer.Add(Encoding.UTF8.GetBytes(given.Body), copy);
            (answer.Status, answer.Prediction) = (given.Status, given.Read);
            answer.Outcome = given.Status >= 500 ? Gateway.Relay.Outcome.Erred : Gateway.Relay.Outcome.Answered;
        }

        var result = new AnswerComparison(new(), byClass).Compare(copy.Baseline, copy.Canary, detail: true);
        copy.Drop();
        return result?.Differs;
    }
}

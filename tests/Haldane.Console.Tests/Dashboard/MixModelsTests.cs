using Haldane.Console.Dashboard.Rollouts;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Console.Tests.Dashboard;

public sealed class MixModelsTests
{
    [Fact]
    public void Classes_that_differ_most_come_first_and_the_rest_is_counted()
    {
        var kinds = Enumerable.Range(0, 20).Select(i => $"class {i}").ToValueList();
        var even = Enumerable.Repeat(100L, 20).ToValueList();
        var odd = Enumerable.Range(0, 20).Select(i => i == 7 ? 300L : i == 9 ? 0L : 95L).ToValueList();

        var mix = Assert.Single(MixModels.Of(Course(new MixShape(Mix.Classes, kinds, even, odd))));

        Assert.Equal((2_000, 2_010), (mix.Baseline, mix.Canary));
        Assert.Equal(["class 7", "class 9"], mix.Rows.Take(2).Select(r => r.Kind));
        Assert.Equal((MixModels.Most, 20 - MixModels.Most), (mix.Rows.Count, mix.Rest));
        Assert.Equal((0.05, 0.1493), (mix.Rows[0].Baseline, mix.Rows[0].Canary));
    }

    [Fact]
    public void Bins_of_the_confidence_keep_their_order_and_an_arm_without_answers_has_none()
    {
        var kinds = Enumerable.Range(0, ConfidenceBins.Count).Select(ConfidenceBins.NameOf).ToValueList();

        var mix = Assert.Single(MixModels.Of(Course(new MixShape(Mix.Confidence, kinds, ValueList.Create<long>(new long[20]), [.. new long[19], 5L]))));

        Assert.Equal(kinds, mix.Rows.Select(r => r.Kind));
        Assert.Equal((0, 0, 1), (mix.Rest, mix.Rows[^1].Baseline, mix.Rows[^1].Canary));
        Assert.Empty(MixModels.Of(null));
    }

    [Fact]
    public void The_time_of_the_start_is_no_segment_of_the_callers_and_all_of_a_guard_have_one_scale()
    {
        var spec = new RolloutSpec
        {
            Name = "r",
            Model = "m",
            Baseline = "v1",
            Canary = "v2",
            Stages = [new(new(1_000), TimeSpan.FromSeconds(3))],
            Guards = [new() { Name = "errors", Signal = new(SignalKind.ErrorRate), Scale = Scale.Difference, Bad = 0.02, Segments = SegmentScan.All }],
        };
        SegmentState[] segments = [Segment("country=MY", 0.01), Segment("country=ID", 0.05), Segment("country=SG", 0) with { Canary = new(0, 0), Baseline = new(0, 0) }, Segment("phase=cold", 0.01) with { IsOfStart = true }];

        var (callers, start) = (SegmentModels.Of(spec, segments), SegmentModels.OfStart(spec, segments));

        Assert.Equal(["country=MY", "country=ID"], callers.Rows.Select(r => r.Segment));
        Assert.Equal(["country=SG"], callers.Silent);
        Assert.Equal(["phase=cold"], start.Rows.Select(r => r.Segment));
        var axis = callers.Guards[0].Axis!;
        Assert.All(callers.Rows, r => Assert.Equal((axis.Fine, axis.Bad), (r.Cells[0]!.Picture!.Fine, r.Cells[0]!.Picture!.Bad)));
        Assert.True(callers.Rows[1].Cells[0]!.Picture!.Estimate > callers.Rows[0].Cells[0]!.Picture!.Estimate);
    }

    private static RunCourse Course(params MixShape[] mixes) => new(1, 1, [], []) { Mixes = [.. mixes] };

    private static SegmentState Segment(string name, double estimate) => new(name, new(100, 0), new(100, 1), [new() { Guard = "errors", Estimate = estimate, Low = estimate - 0.01, High = estimate + 0.01, FailAt = 5 }]);
}

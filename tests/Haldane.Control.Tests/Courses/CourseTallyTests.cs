using Haldane.Control.Courses;
using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;

namespace Haldane.Control.Tests.Courses;

public sealed class CourseTallyTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    private readonly CourseTally _tally = new(new(Make.Model(), Make.Rollout()));
    private long _number;

    [Fact]
    public void A_short_run_has_a_point_for_each_slice()
    {
        Add(VerdictKind.NoData, errors: 1);
        Add(VerdictKind.Undecided, errors: 0);

        var course = _tally.Course(7, ["p99"]);

        Assert.Equal((7, 1), (course.Run, course.SlicesPerPoint));
        Assert.Equal([0.01, 0], course.Curves.Select(c => c.Canary.ErrorRate));
        Assert.Equal([VerdictKind.NoData, VerdictKind.Undecided], course.Bands[0].Points.Select(p => p.Kind));
        Assert.Equal(("p99", 1.5, null, 2.0), (course.Bands[0].Guard, course.Bands[0].Points[1].Estimate, course.Bands[0].Points[1].Low, course.Bands[0].Points[1].High));
    }

    [Fact]
    public void A_run_of_a_week_has_as_many_points_as_one_of_minutes_and_all_that_happened()
    {
        const int Slices = 100_000;
        for (var i = 0; i < Slices; i++)
        {
            Add(i < Slices - 1 ? VerdictKind.Undecided : VerdictKind.Fail, errors: i % 2);
        }

        var course = _tally.Course(1, ["p99"]);

        Assert.InRange(course.Curves.Count, CourseTally.Most / 2, CourseTally.Most + 1);
        Assert.Equal(512, course.SlicesPerPoint);
        Assert.Equal((Noon, Noon.AddSeconds(Slices)), (course.Curves[0].From, course.Curves[^1].To));
        Assert.All(course.Curves.Skip(1).Zip(course.Curves), pair => Assert.Equal(pair.Second.To, pair.First.From));
        Assert.All(course.Curves.SkipLast(1), c => Assert.Equal((100, 0.005), (c.Canary.PerSecond, c.Canary.ErrorRate)));
        Assert.Equal(VerdictKind.Fail, course.Bands[0].Points[^1].Kind);
        Assert.Equal(course.Curves.Count, course.Bands[0].Points.Count);
    }

    [Fact]
    public void Quantiles_of_long_stretches_are_those_of_their_latencies()
    {
        for (var i = 0; i < 1_000; i++)
        {
            Add(VerdictKind.Undecided, errors: 0);
        }

        Assert.All(_tally.Curves(), c =>
        {
            Assert.InRange(c.Canary.P50!.Value, 0.010 / 1.05, 0.010 * 1.05);
            Assert.InRange(c.Canary.P95!.Value, 0.100 / 1.05, 0.100 * 1.05);
            Assert.InRange(c.Canary.P99!.Value, 1.0 / 1.05, 1.0 * 1.05);
            Assert.Null(c.Canary.FirstToken);
            Assert.Null(c.Baseline.P50);
        });
    }

    [Fact]
    public void What_nobody_has_judged_yet_is_not_shown()
    {
        _tally.Add(Slice(0));

        Assert.Empty(_tally.Curves());
    }

    [Fact]
    public void What_was_answered_in_the_stage_is_counted_by_kind()
    {
        Add(VerdictKind.Undecided, errors: 0);
        Add(VerdictKind.Undecided, errors: 0);

        var (classes, confidence) = (_tally.Course(1, ["p99"]).Mixes[0], _tally.Course(1, ["p99"]).Mixes[1]);

        Assert.Equal((Mix.Classes, Mix.Confidence), (classes.Mix, confidence.Mix));
        Assert.Equal(["good", "fraud", "other"], classes.Kinds);
        Assert.Equal([0, 0, 0], classes.Baseline);
        Assert.Equal([120, 60, 20], classes.Canary);
        Assert.Equal(("0 to 0.05", "0.95 to 1", 20), (confidence.Kinds[0], confidence.Kinds[^1], confidence.Kinds.Count));
        Assert.Equal(200, confidence.Canary[^1]);
    }

    [Fact]
    public void A_new_stage_begins_to_count_anew_and_the_reach_goes_on()
    {
        Add(VerdictKind.Undecided, errors: 3);
        _tally.Add(Slice(errors: 1) with { Stage = 1, Share = new(5_000) });
        _tally.Judge(Judgement(VerdictKind.Undecided));

        var course = _tally.Course(1, ["p99"]);

        Assert.Equal((1, 100L), (course.Latency!.Stage, course.Latency.Canary.Sum()));
        Assert.Equal([60, 30, 10], course.Mixes[0].Canary);
        Assert.Equal((200L, 4L, 2L), (course.Reach!.Canary.Exchanges, course.Reach.Canary.Errors, course.Reach.FailedOver));
    }

    [Fact]
    public void A_sudden_change_is_marked_once_however_long_it_stands()
    {
        Anomaly anomaly = new("errors", 1, "suddenly");
        for (var i = 0; i < 300; i++)
        {
            _tally.Add(Slice(0));
            _tally.Judge(Judgement(VerdictKind.Undecided) with { Anomalies = [anomaly] });
        }

        _tally.Add(Slice(0));
        _tally.Judge(Judgement(VerdictKind.Undecided) with { Anomalies = [anomaly with { UpToSlice = 301 }] });

        var marks = _tally.Course(1, ["p99"]).Marks;
        Assert.Equal([(1L, Noon.AddSeconds(1)), (301L, Noon.AddSeconds(301))], marks.Select(m => (m.UpToSlice, m.At)));
    }

    private static Judgement Judgement(VerdictKind kind) => new()
    {
        UpToSlice = 1,
        Stage = 0,
        Baked = TimeSpan.Zero,
        InStage = TimeSpan.Zero,
        CanaryExchanges = 0,
        Verdicts = [new() { Guard = "p99", Signal = "latency-p99", Kind = kind, Reason = "", Estimate = 1.5, High = 2, FailAt = 1, PassAt = 1 }],
    };

    private void Add(VerdictKind kind, int errors)
    {
        _tally.Add(Slice(errors));
        _tally.Judge(Judgement(kind));
    }

    private EvidenceSlice Slice(int errors)
    {
        (double Seconds, long Count)[] latencies = [(0.010, 90), (0.100, 6), (1.0, 4)];
        var latency = new SparseCounts(latencies.Select(l => LatencyBuckets.IndexOf(l.Seconds)).ToValueList(), latencies.Select(l => l.Count).ToValueList());
        return new()
        {
            Number = ++_number,
            Stage = 0,
            Share = new(1_000),
            From = Noon.AddSeconds(_number - 1),
            Length = TimeSpan.FromSeconds(1),
            Baseline = new() { Cells = [CellEvidence.Empty] },
            Canary = new() { Cells = [new() { Exchanges = 100, Errors = errors, FailedOver = Math.Min(errors, 1), Latency = latency, Classes = [60, 30, 10], Confidence = [.. new long[19], 100] }] },
        };
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>A latency quantile of the canary against an absolute limit.</summary>
public sealed class LatencyLimitTests
{
    private const int Edge = 800;

    [Theory]
    [InlineData(800)]
    [InlineData(801)]
    [InlineData(813)]
    [InlineData(900)]
    [InlineData(1_001)]
    public void A_limit_on_an_edge_is_that_edge(int edge)
    {
        var asked = Asked.OfEveryone(Limit(LatencyBuckets.Edge(edge))).After(Spread(edge));

        // 5 x 20 answers, of which 4 x 5 lie above the edge.
        Assert.Equal(TiltMixture.ForQuantile(1 - 0.9, Null.AtMost).LogE(20, 100), asked.Fail, 9);
        Assert.Equal(TiltMixture.ForQuantile(1 - 0.9, Null.AtLeast).LogE(20, 100), asked.Pass, 9);
    }

    [Fact]
    public void A_limit_inside_a_bucket_is_rounded_up_for_harm_and_down_for_safety()
    {
        var asked = Asked.OfEveryone(Limit(Math.Sqrt(LatencyBuckets.Edge(Edge) * LatencyBuckets.Edge(Edge + 1)))).After(Spread(Edge));

        Assert.Equal(TiltMixture.ForQuantile(1 - 0.9, Null.AtMost).LogE(15, 100), asked.Fail, 9);
        Assert.Equal(TiltMixture.ForQuantile(1 - 0.9, Null.AtLeast).LogE(20, 100), asked.Pass, 9);
    }

    [Fact]
    public void Harm_is_measured_at_the_fine_line_and_safety_at_the_bad_one()
    {
        var asked = Asked.OfEveryone(Limit(LatencyBuckets.Edge(Edge)) with { Fine = LatencyBuckets.Edge(Edge - 1) }).After(Spread(Edge));

        Assert.Equal(TiltMixture.ForQuantile(1 - 0.9, Null.AtMost).LogE(25, 100), asked.Fail, 9);
        Assert.Equal(TiltMixture.ForQuantile(1 - 0.9, Null.AtLeast).LogE(20, 100), asked.Pass, 9);
    }

    [Fact]
    public void The_forecast_is_the_evidence_of_so_many_times_as_many_answers()
    {
        var asked = Asked.OfEveryone(Limit(LatencyBuckets.Edge(Edge))).After(Spread(Edge));

        Assert.Equal(TiltMixture.ForQuantile(1 - 0.9, Null.AtMost).LogE(60, 300), asked.Measurement.After(3).Fail, 9);
        Assert.Equal(TiltMixture.ForQuantile(1 - 0.9, Null.AtLeast).LogE(60, 300), asked.Measurement.After(3).Pass, 9);
    }

    [Fact]
    public void Bounds_are_the_last_edges_that_are_proven_to_lie_beyond_the_quantile()
    {
        var asked = Asked.OfEveryone(Limit(LatencyBuckets.Edge(Edge))).After(Enumerable.Repeat(Spread(Edge), 4).SelectMany(s => s));

        // Of 400, as many above each edge from below the first bucket to the last one.
        var above = new[] { 400, 380, 360, 340, 320, 300, 280, 260, 240, 220, 200, 180, 160, 140, 120, 100, 80, 60, 40, 20, 0 };
        var low = Edge - 17 + Enumerable.Range(0, 21).Last(i => TiltMixture.ForQuantile(1 - 0.9, Null.AtMost).LogE(above[i], 400) >= Asked.FailAt);
        var high = Edge - 17 + Enumerable.Range(0, 21).First(i => TiltMixture.ForQuantile(1 - 0.9, Null.AtLeast).LogE(above[i], 400) >= Asked.PassAt);
        Assert.Equal(LatencyBuckets.Edge(low + 1), asked.Reading.Low!.Value, 12);
        Assert.Equal(LatencyBuckets.Edge(high + 1), asked.Reading.High!.Value, 12);
    }

    [Fact]
    public void The_reading_has_the_quantiles_of_both_arms()
    {
        var reading = Asked.OfEveryone(Limit(LatencyBuckets.Edge(Edge))).After(Spread(Edge).Select(s => s with { Baseline = new() { Cells = [Times((700, 10))] } })).Reading;

        Assert.Equal(LatencyBuckets.Edge(Edge + 2), reading.Estimate!.Value, 9); // 10 of 100 lie above
        Assert.Equal(reading.Estimate, reading.CanaryValue);
        Assert.Equal(Math.Exp(Math.Log(LatencyBuckets.Edge(699)) + 0.9 * LatencyBuckets.LogRatio), reading.BaselineValue!.Value, 9);
        Assert.Equal("exchanges", Asked.OfEveryone(Limit(1)).Measurement.CountedBy);
        Assert.Equal((50L, 100L), (reading.BaselineCount, reading.CanaryCount));
    }

    [Fact]
    public void Stages_add_up_but_what_is_missing_is_of_the_stage()
    {
        var asked = Asked.OfEveryone(Limit(LatencyBuckets.Edge(Edge)), 10, 50).After(Spread(Edge)).After(Slices.Slice(6, 1, 50, CellEvidence.Empty, Times((Edge, 9))));

        Assert.Equal(109, asked.Reading.CanaryCount);
        Assert.Equal("9 canary answers in this stage, 10 are the least", asked.Measurement.Missing());
        Assert.Null(asked.After(Slices.Slice(7, 1, 50, CellEvidence.Empty, Times((Edge, 1)))).Measurement.Missing());
    }

    [Fact]
    public void No_answer_yet_has_no_numbers_and_says_so()
    {
        var asked = Asked.OfEveryone(Limit(0.3)).After(Asked.Empty());

        Assert.Equal(default, asked.Reading);
        Assert.Equal("no canary answer yet; too early to bound it; 300 ms is the limit", asked.Says(VerdictKind.Undecided));
    }

    [Fact]
    public void A_segment_can_only_fail_and_says_where()
    {
        var asked = Asked.OfSegment(Limit(LatencyBuckets.Edge(Edge + 10))).After(Spread(Edge));

        Assert.True(asked.Fail < 0);
        Assert.Equal((0.0, 0.0), (asked.Pass, asked.Measurement.After(5).Pass));
        Assert.StartsWith("p90 in country=ID is ", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.Contains(" over 100 canary answers; ", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void Five_slices_are_needed_to_tell_bursts_from_slowness()
    {
        var asked = Asked.OfEveryone(Limit(LatencyBuckets.Edge(Edge))).After(Spread(Edge).Take(4));

        Assert.Equal((0.0, 0.0), (asked.Fail, asked.Pass));
        Assert.Contains("too few users or moments so far", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void Answers_that_are_slow_in_bursts_count_as_fewer()
    {
        // Every fifth slice has all the slow answers.
        EvidenceSlice[] slices = [.. Enumerable.Range(1, 10).Select(n => Slices.Slice(n, 0, 20, CellEvidence.Empty, n % 5 == 0 ? Times((Edge - 1, 10), (Edge + 1, 10)) : Times((Edge - 1, 20))))];
        var asked = Asked.OfEveryone(Limit(LatencyBuckets.Edge(Edge))).After(slices);

        // Kish: the variance between slices over that of independent answers, less what chance may show.
        const double Rate = 20 / 200.0;
        var effect = (8 * Math.Pow(20 * Rate, 2) + 2 * Math.Pow(10 - 20 * Rate, 2)) * 10 / 9 / (200 * Rate * (1 - Rate)) - 1.5 * Math.Sqrt((2 + 10 / (200 * Rate * (1 - Rate))) / 9);
        Assert.Equal(TiltMixture.ForQuantile(1 - 0.9, Null.AtLeast).LogE(20 / effect, 200 / effect), asked.Pass, 9);
        Assert.Contains($"{Say.Number(effect, 2)} count as one", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    public void A_limit_that_is_no_time_is_refused(double limit) => Assert.Throws<ArgumentOutOfRangeException>(() => Asked.OfEveryone(Limit(limit)));

    private static GuardSpec Limit(double seconds) => Slices.Guard(SignalKind.Latency, Scale.Value, seconds, 0.9);

    // Five slices of twenty answers, one in each bucket from 15 below the edge's to 4 above it.
    private static IEnumerable<EvidenceSlice> Spread(int edge) => Enumerable.Range(1, 5)
        .Select(n => Slices.Slice(n, 0, 20, CellEvidence.Empty, Times([.. Enumerable.Range(edge - 15, 20).Select(b => (b, 1L))])));

    private static CellEvidence Times(params (int Bucket, long Count)[] times) => new()
    {
        Exchanges = times.Sum(t => t.Count),
        Latency = new(times.Select(t => t.Bucket).ToValueList(), times.Select(t => t.Count).ToValueList()),
    };
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Characteristics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests;

/// <summary>The forecast of a running rollout, and what is said of segments beside the worst one.</summary>
public sealed class OutlookTests(ITestOutputHelper output)
{
    public static TheoryData<string> Signals => ["errors", "latency", "drift", "accuracy"];

    [Theory]
    [MemberData(nameof(Signals))]
    public void The_forecast_that_is_given_half_way_is_right_within_a_factor_of_three_more_often_than_not(string signal)
    {
        var right = 0;
        const int runs = 60;
        for (var seed = 1; seed <= runs; seed++)
        {
            var forecasts = new List<Forecast?>();
            var judge = new RolloutJudge(Slices.Model(), Slices.Rollout([Guard(signal)], 20));
            var random = new Random(seed);
            var n = 0;
            do
            {
                judge.Add(Second(signal, random, ++n));
                forecasts.Add(judge.Evaluate().Verdicts[0].Forecast);
            }
            while (judge.Evaluate().Verdicts[0].Kind is VerdictKind.Undecided or VerdictKind.NoData && n < 400);

            var half = forecasts[n / 2 - 1];
            var left = n - n / 2;
            right += half is { Toward: VerdictKind.Pass, Time: { } time } && time.TotalSeconds <= 3 * left + 1 && time.TotalSeconds >= left / 3.0 - 1 ? 1 : 0;
        }

        output.WriteLine($"{signal}: {right} of {runs} within a factor of three half-way");
        Assert.True(right >= 0.5 * runs);
    }

    [Fact]
    public void A_guard_that_is_decided_has_no_forecast()
    {
        var judge = new RolloutJudge(Slices.Model(), Slices.Rollout([Guard("errors")], 20));
        for (var n = 1; n <= 30; n++)
        {
            judge.Add(Slices.Slice(n, 0, 20, Slices.Counts(800, 8), Slices.Counts(200, 30)));
        }

        Assert.Equal((VerdictKind.Fail, null), (judge.Evaluate().Verdicts[0].Kind, judge.Evaluate().Verdicts[0].Forecast));
    }

    [Fact]
    public void Every_segment_with_proven_harm_is_named_worst_first_and_those_that_look_harmed_beside_them()
    {
        var guard = Guard("errors") with { Segments = SegmentScan.All };
        var judge = new RolloutJudge(Slices.Model(Slices.Country), Slices.Rollout([guard], 20));
        for (var n = 1; n <= 14; n++)
        {
            // MY far worse, SG worse, ID somewhat worse, other as the baseline.
            judge.Add(Slices.Slice(n, 0, 20, CellEvidence.Empty, CellEvidence.Empty) with
            {
                Baseline = new() { Cells = [Slices.Counts(1600, 16), Slices.Counts(400, 4), Slices.Counts(400, 4), Slices.Counts(400, 4), Slices.Counts(400, 4)] },
                Canary = new() { Cells = [Slices.Counts(400, 27), Slices.Counts(100, 15), Slices.Counts(100, 8), Slices.Counts(100, 3), Slices.Counts(100, 1)] },
            });
        }

        var verdict = judge.Evaluate().Verdicts[0];

        output.WriteLine($"{verdict.Segment}; {string.Join(", ", verdict.HarmedSegments)}; {string.Join(", ", verdict.Suspects)}");
        var segments = judge.Segments();
        Assert.Equal(["country=MY", "country=SG", "country=ID", "country=other"], segments.Select(s => s.Segment));
        Assert.Equal([(1_400, 210), (1_400, 112), (1_400, 42), (1_400, 14)], segments.Select(s => (s.Canary.Exchanges, s.Canary.Errors)));
        Assert.Equal((5_600, 56), (segments[0].Baseline.Exchanges, segments[0].Baseline.Errors));
        Assert.Equal(verdict.HarmedSegments, segments.Where(s => s.Harm >= 1).OrderByDescending(s => s.Harm).Select(s => s.Segment));
        Assert.InRange(segments[0].Guards[0].Estimate!.Value, 14.9, 15.1);
        Assert.Equal(["country=MY", "country=SG"], verdict.HarmedSegments);
        Assert.Equal(["country=ID"], verdict.Suspects);
    }

    [Fact]
    public void What_passes_for_everyone_waits_while_a_segment_looks_harmed()
    {
        // One of two segments has three times the errors, everyone 1.2 times: within the margin.
        var guard = Guard("errors") with { Segments = SegmentScan.All };
        var model = Slices.Model(new SegmentSpec("tier", "x-tier", ["free"]));
        var judge = new RolloutJudge(model, Slices.Rollout([guard], 20));
        var kinds = new List<VerdictKind>();
        var reason = "";
        for (var n = 1; n <= 60 && !kinds.Contains(VerdictKind.Fail); n++)
        {
            judge.Add(Slices.Slice(n, 0, 20, CellEvidence.Empty, CellEvidence.Empty) with
            {
                Baseline = new() { Cells = [Slices.Counts(8000, 80), Slices.Counts(800, 8), Slices.Counts(7200, 72)] },
                Canary = new() { Cells = [Slices.Counts(2000, 24), Slices.Counts(200, 6), Slices.Counts(1800, 18)] },
            });
            var verdict = judge.Evaluate().Verdicts[0];
            kinds.Add(verdict.Kind);
            reason = verdict.Reason.Contains("waits", StringComparison.Ordinal) ? verdict.Reason : reason;
        }

        output.WriteLine($"{string.Join(' ', kinds)}: {reason}");
        Assert.Equal(VerdictKind.Fail, kinds[^1]);
        Assert.EndsWith("; waits while tier=free looks harmed", reason, StringComparison.Ordinal);
        Assert.Equal(VerdictKind.Undecided, kinds[^2]);
    }

    private static GuardSpec Guard(string signal) => signal switch
    {
        "errors" => Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2),
        "latency" => Slices.Guard(SignalKind.Latency, Scale.Ratio, 1.1, 0.95),
        "drift" => Slices.Guard(SignalKind.PredictionDrift, Scale.JensenShannon, 0.01),
        _ => Slices.Guard(SignalKind.Accuracy, Scale.Difference, -0.05),
    };

    private static readonly AliasTable Times = Latencies.LogNormal(0.02, 0.5);
    private static readonly AliasTable Mix = new([0.7, 0.3]);

    private static EvidenceSlice Second(string signal, Random r, int n) => signal switch
    {
        "errors" => Slices.Slice(n, 0, 20, Slices.Counts(800, r.Binomial(800, 0.01)), Slices.Counts(200, r.Binomial(200, 0.01))),
        "latency" => Slices.Slice(n, 0, 20, Streams.Latency(r, 160, Times), Streams.Latency(r, 40, Times)),
        "drift" => Slices.Slice(n, 0, 20, Streams.Classes(r, 120, Mix, 2), Streams.Classes(r, 30, Mix, 2)),
        _ => Slices.Slice(n, 0, 20, Slices.Counts(120), Slices.Counts(30)) with
        {
            Labels = [new(0, Arm.Baseline, 0, 120, r.Binomial(120, 0.1)), new(0, Arm.Canary, 0, 30, r.Binomial(30, 0.1))],
        },
    };
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests;

/// <summary>What a tired engineer reads: the sentence and the numbers of each guard, undecided, passed and failed.</summary>
public sealed class VerdictTests(ITestOutputHelper output)
{
    private const int Share = 20;

    /// <summary>A guard, what each second brings, how many seconds, and what is then said.</summary>
    public static TheoryData<string, string> Cases => new()
    {
        { "refused-ratio/3/3", "Undecided: 3 % of 600 canary exchanges were refused against 1 % of 2,400 of the baseline, 18 against 24 subjects: 3 times the baseline; may be between 0.95 times and 7.4 times; 2 times is the margin" },
        { "refused-ratio/30/3", "Fail: 3 % of 6,000 canary exchanges were refused against 1 % of 24,000 of the baseline, 180 against 240 subjects: 3 times the baseline (at least 2.1 times); 2 times is the margin" },
        { "refused-difference/40/1", "Pass: 1 % of 8,000 canary exchanges were refused against 1 % of 32,000 of the baseline: the same (at most 0.4 points higher); 2 points is the margin" },
        { "conversion/3/1", "Undecided: conversion of 30 against 120 subjects: for their shares as the baseline; may be between 0.52 times and 2 times; 0.8 times is asked" },
        { "conversion/40/1", "Pass: conversion of 400 against 1,600 subjects: for their shares as the baseline (at least 0.82 times); 0.8 times is asked" },
        { "conversion/40/0.5", "Fail: conversion of 200 against 1,600 subjects: for their shares 0.5 times the baseline (at most 0.67 times); 0.8 times is asked" },
        { "complaint/40/3", "Fail: complaint of 120 against 160 subjects: for their shares 3 times the baseline (at least 1.9 times); 1.5 times is the margin" },
        { "revenue-ratio/3/1", "Undecided: no stage has 100 values of revenue other than 0 in each arm yet; 0.9 times is asked" },
        { "revenue-ratio/60/1", "Pass: the mean of revenue is 10 over 600 canary values against 10 of 2,400 of the baseline: as the baseline (at least 0.93 times); 0.9 times is asked" },
        { "revenue-ratio/60/0.5", "Fail: the mean of revenue is 5 over 600 canary values against 10 of 2,400 of the baseline: 0.5 times the baseline (at most 0.55 times); 0.9 times is asked" },
        { "revenue-difference/60/0.5", "Fail: the mean of revenue is 5 over 600 canary values against 10 of 2,400 of the baseline: 5 lower (at least 4.3 lower); 1 lower is the margin" },
        { "score/3/1", "Undecided: the mean of score is 0.8 over 30 canary values; too early to bound it; 0.7 is the limit" },
        { "score/60/1", "Pass: the mean of score is 0.8 over 600 canary values (at least 0.757); 0.7 is the limit" },
        { "score/60/0.7", "Fail: the mean of score is 0.56 over 600 canary values (at most 0.596); 0.7 is the limit" },
        { "accuracy-ratio/60/1", "Pass: accuracy is 90 % over 1,200 labelled canary answers against 90 % of 4,800 of the baseline: as the baseline (at least 0.97 times); 0.95 times is asked" },
        { "accuracy-ratio/60/0.8", "Fail: accuracy is 70 % over 1,200 labelled canary answers against 90 % of 4,800 of the baseline: 0.78 times the baseline (at most 0.84 times); 0.95 times is asked" },
        { "accuracy-value/60/1", "Pass: accuracy is 90 % over 1,200 labelled canary answers (at least 87.2 %); 85 % is the limit" },
        { "accuracy-value/60/0.8", "Fail: accuracy is 70 % over 1,200 labelled canary answers (at most 74.6 %); 85 % is the limit" },
        { "calibration-difference/1/1", "Undecided: 20 labels of canary answers with a confidence so far, 200 are the least; 4 points is the margin" },
        { "calibration-difference/60/1", "Pass: the calibration error is the same: 0 % over 1,200 labelled against 0 % over 4,800 (at most 2.7 points higher); 4 points is the margin" },
        { "calibration-difference/60/0.7", "Fail: the calibration error is 25 points higher: 25 % over 1,200 labelled against 0 % over 4,800 (at least 20 points higher); 4 points is the margin" },
        { "calibration-value/60/0.7", "Fail: the calibration error is 25 % over 1,200 labelled canary answers (at least 20.3 %); 8 % is the limit" },
        { "throughput/3/1", "Undecided: the canary answered 614 and the baseline 2,342 in this stage: for their shares as the baseline; may be between 1 times and 1.1 times; 0.9 times is asked" },
        { "throughput/60/1", "Pass: the canary answered 12,288 and the baseline 46,848 in this stage: for their shares as the baseline; 0.9 times is asked" },
        { "throughput/60/0.5", "Fail: the canary answered 4,608 and the baseline 46,848 in this stage: for their shares 0.39 times the baseline; 0.9 times is asked" },
        { "distribution/4/1", "Undecided: at no latency are more canary answers slower; too few users or moments so far to tell their ways from the version's; 10 points of the answers is the margin" },
        { "distribution/60/1", "Pass: at no latency are more canary answers slower (at most 4 points); 10 points of the answers is the margin" },
        { "distribution/60/1.5", "Fail: 85 points more canary answers take over 24.4 ms (92.5 % against 7.5 %) (at least 81 points); 10 points of the answers is the margin" },
        { "p95-difference/60/1", "Pass: p95 is 24.7 ms against 24.7 ms of the baseline: the same (at most 304 us higher); 10 ms is the margin" },
        { "p95-difference/60/1.5", "Fail: p95 is 37 ms against 24.7 ms of the baseline: 12.3 ms higher (at least 11.8 ms higher); 10 ms is the margin" },
        { "first-token/60/1.5", "Fail: p95 of the time to the first byte is 9.19 ms against 6.13 ms of the baseline: 50 % higher (at least 48 % higher); 20 % is the margin" },
        { "first-token-limit/60/1.5", "Pass: p95 of the time to the first byte is 9.19 ms over 12,000 canary answers (at most 9.3 ms); 10 ms is the limit" },
        { "confidence-drift/60/1", "Pass: the confidences are less than 0.001 bits (Jensen-Shannon divergence) from the baseline's (at most 0.001 bits); 0.05 bits is the margin" },
        { "confidence-drift/60/0.5", "Fail: the confidences are 0.12 bits (Jensen-Shannon divergence) from the baseline's, 0.9 to 0.95: 80 % -> 40 % (at least 0.11 bits); 0.05 bits is the margin" },
        { "attribution-drift/60/1", "Pass: the attributions are less than 0.001 bits (Jensen-Shannon divergence) from the baseline's (at most 0.001 bits); 0.05 bits is the margin" },
        { "attribution-drift/60/0.5", "Fail: the attributions are 0.12 bits (Jensen-Shannon divergence) from the baseline's, income 80 % -> 40 % (at least 0.11 bits); 0.05 bits is the margin" },
        { "agreement/60/1", "Pass: 99 % of 6,000 pairs of answers agree (at least 98.6 %); 95 % is asked" },
        { "agreement/60/0.8", "Fail: 79 % of 6,000 pairs of answers agree (at most 80.8 %); 95 % is asked" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_sentence_says_what_was_seen_against_what_was_asked(string what, string said)
    {
        var parts = what.Split('/');
        var guard = Guards[parts[0]];
        var judge = new RolloutJudge(Slices.Model(), Slices.Rollout([guard], Share));
        for (var n = 1; n <= int.Parse(parts[1]); n++)
        {
            judge.Add(Second(n, double.Parse(parts[2])));
        }

        var verdict = judge.Evaluate().Verdicts[0];

        var line = $"{verdict.Kind}: {verdict.Reason}";
        output.WriteLine($"{what} | {line} | {verdict.Aside}");
        Assert.Equal(said, line);
    }

    private static readonly Dictionary<string, GuardSpec> Guards = new()
    {
        ["refused-ratio"] = Slices.Guard(SignalKind.EventRate, Scale.Ratio, 2, name: GatewayEvents.Refused) with { Floor = 0.001 },
        ["refused-difference"] = Slices.Guard(SignalKind.EventRate, Scale.Difference, 0.02, name: GatewayEvents.Refused),
        ["conversion"] = Slices.Guard(SignalKind.EventRate, Scale.Ratio, 0.8, name: SignalSpec.Conversion) with { AtLeast = true },
        ["complaint"] = Slices.Guard(SignalKind.EventRate, Scale.Ratio, 1.5, name: "complaint"),
        ["revenue-ratio"] = Slices.Guard(SignalKind.Mean, Scale.Ratio, 0.9, name: "revenue") with { AtLeast = true },
        ["revenue-difference"] = Slices.Guard(SignalKind.Mean, Scale.Difference, -1, name: "revenue") with { AtLeast = true },
        ["score"] = Slices.Guard(SignalKind.Mean, Scale.Value, 0.7, name: "score") with { AtLeast = true },
        ["accuracy-ratio"] = Slices.Guard(SignalKind.Accuracy, Scale.Ratio, 0.95),
        ["accuracy-value"] = Slices.Guard(SignalKind.Accuracy, Scale.Value, 0.85),
        ["calibration-difference"] = Slices.Guard(SignalKind.Calibration, Scale.Difference, 0.04),
        ["calibration-value"] = Slices.Guard(SignalKind.Calibration, Scale.Value, 0.08),
        ["throughput"] = Slices.Guard(SignalKind.Throughput, Scale.Ratio, 0.9),
        ["distribution"] = Slices.Guard(SignalKind.LatencyDistribution, Scale.Difference, 0.1),
        ["p95-difference"] = Slices.Guard(SignalKind.Latency, Scale.Difference, 0.010, 0.95),
        ["first-token"] = Slices.Guard(SignalKind.FirstToken, Scale.Ratio, 1.2, 0.95),
        ["first-token-limit"] = Slices.Guard(SignalKind.FirstToken, Scale.Value, 0.010, 0.95),
        ["confidence-drift"] = Slices.Guard(SignalKind.ConfidenceDrift, Scale.JensenShannon, 0.05),
        ["attribution-drift"] = Slices.Guard(SignalKind.AttributionDrift, Scale.JensenShannon, 0.05),
        ["agreement"] = Slices.Guard(SignalKind.Agreement, Scale.Value, 0.95),
    };

    [Theory]
    [InlineData(64, "p95 is 24.7 ms against 24.7 ms of the baseline: the same; too early to bound it, since answers of the same users and moments are alike: 122 count as one; 10 ms is the margin")]
    [InlineData(3, "p95 is 24.7 ms against 24.7 ms of the baseline: the same; too few users or moments so far to tell their ways from the version's; 10 ms is the margin")]
    public void Users_with_a_latency_of_their_own_are_told_of(int groups, string said)
    {
        var judge = new RolloutJudge(Slices.Model(), Slices.Rollout([Guards["p95-difference"]], Share));
        for (var i = 1; i <= 10; i++)
        {
            var slice = Second(i, 1);
            judge.Add(slice with { Baseline = OfUsers(slice.Baseline, groups), Canary = OfUsers(slice.Canary, groups) });
        }

        Assert.Equal(said, judge.Evaluate().Verdicts[0].Reason);
    }

    // The first group of users has the quickest answers, the last one the slowest.
    private static ArmEvidence OfUsers(ArmEvidence arm, int groups)
    {
        var row = new long[LatencySteps.Count * SubjectGroups.Count];
        var latency = arm.Cells[0].Latency;
        var seen = 0L;
        for (var i = 0; i < latency.Buckets.Count; i++)
        {
            for (var n = latency.Counts[i]; n > 0; n--)
            {
                row[SubjectGroups.Key(LatencySteps.Of(latency.Buckets[i]), (int)(seen++ * groups / latency.Total()))]++;
            }
        }

        return arm with { ByGroup = new() { Latency = SparseCounts.Of(row) } };
    }

    // A second of 1,000 requests, without chance; the canary's good things happen so many times as often as the baseline's, and its times are so many times as long.
    private static EvidenceSlice Second(long number, double times)
    {
        var slice = Slices.Slice(number, 0, Share, Cell(800, 1), Cell(200, times));
        return slice with
        {
            Baseline = slice.Baseline with { AnswersByGroup = Spread(800, number) },
            Canary = slice.Canary with { AnswersByGroup = Spread((long)(200 * Math.Min(1, times)), number) },
            Labels = [new(0, Arm.Baseline, 0, 80, 8), new(0, Arm.Canary, 0, 20, 20 - (long)Math.Round(18 * Math.Min(1, times)))],
            Calibration = [new(0, Arm.Baseline, 0, 18, 80, 72, 72), new(0, Arm.Canary, 0, 18, 20, (long)Math.Round(18 * Math.Min(1, times)), 18)],
            Events =
            [
                new(GatewayEvents.Refused, 0, Arm.Baseline, 0, 8, 8), new(GatewayEvents.Refused, 0, Arm.Canary, 0, (long)(2 * times), (long)(2 * times)),
                new(SignalSpec.Conversion, 0, Arm.Baseline, 0, 40, 40), new(SignalSpec.Conversion, 0, Arm.Canary, 0, (long)(10 * times), (long)(10 * times)),
                new("complaint", 0, Arm.Baseline, 0, 4, 4), new("complaint", 0, Arm.Canary, 0, (long)times, (long)times),
            ],
            Values =
            [
                Values("revenue", Arm.Baseline, number, 40, 10), Values("revenue", Arm.Canary, number, 10, 10 * times),
                Values("score", Arm.Baseline, number, 40, 0.8), Values("score", Arm.Canary, number, 10, 0.8 * Math.Min(1, times)),
            ],
            Pairs = [new(0, 100, (long)Math.Round(100 - 99 * Math.Min(1, times)), 0, 0, 0, 0, 0)],
        };
    }

    private static CellEvidence Cell(long exchanges, double times)
    {
        var bins = new long[ConfidenceBins.Count];
        (bins[18], bins[12]) = ((long)(exchanges * 0.8 * Math.Min(1, times)), exchanges - (long)(exchanges * 0.8 * Math.Min(1, times)));
        return new() { Exchanges = exchanges, Latency = Times(exchanges, 0.02 * times), FirstToken = Times(exchanges, 0.005 * times), Confidence = ValueList.Create<long>(bins), Attribution = [bins[18], bins[12], 0] };
    }

    // Evenly over forty buckets around a time.
    private static SparseCounts Times(long count, double seconds)
    {
        var first = LatencyBuckets.IndexOf(seconds) - 20;
        return new(Enumerable.Range(first, 40).ToValueList(), Enumerable.Repeat(count / 40, 40).ToValueList());
    }

    private static ValueList<long> Spread(long count, long number) =>
        Enumerable.Range(0, SubjectGroups.Count).Select(g => count / SubjectGroups.Count + ((g * 7 + number) % 5 == 0 ? 1 : 0)).ToValueList();

    private static ValueMoments Values(string name, Arm arm, long number, long count, double mean)
    {
        var each = mean * (0.8 + 0.1 * (number % 5));
        return new(name, 0, arm, 0, (int)(number * 11 % SubjectGroups.Count), count, count, count * each, count * each * each);
    }
}

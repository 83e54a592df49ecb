using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Feedback;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Store.Tests;

/// <summary>Things to store, with the awkward characters that a name or a reason may have.</summary>
internal static class Make
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, 250, TimeSpan.FromHours(8));

    public static Rollout Running(string name, int run = 1, int stage = 0) => new()
    {
        Spec = new()
        {
            Name = name,
            Model = "fraud",
            Baseline = "v1",
            Canary = "v2",
            Stages = [new(new(100), TimeSpan.FromMinutes(5)), new(new(1_000), TimeSpan.FromMinutes(10)), new(new(5_000), TimeSpan.FromHours(1))],
            Guards =
            [
                new() { Name = "p99", Signal = new(SignalKind.Latency, 0.999), Scale = Scale.Ratio, Bad = 1.1, RequiredFrom = new(1_000) },
                new() { Name = "drift", Signal = new(SignalKind.PredictionDrift), Scale = Scale.JensenShannon, Bad = 0.02, Segments = SegmentScan.None },
            ],
        },
        Run = run,
        Phase = Phase.Running,
        Stage = stage,
        Since = Noon,
        StartedAt = Noon.AddMinutes(-1),
        Hold = HoldReason.Baking,
        Reason = "bakes: \"π\" \\ \u2028 <b>é</b> 🐤\n\ttab",
    };

    public static LedgerEntry Entry(Rollout next, string kind = "held", string why = "it holds: \"π\" <é> 🐤") => new()
    {
        At = Noon,
        Kind = kind,
        Rollout = next.Name,
        Run = next.Run,
        Model = next.Spec.Model,
        By = "judge",
        Why = why,
        Stage = next.Stage,
        From = Share.None,
        To = next.CanaryShare,
        Verdicts =
        [
            new() { Guard = "p99", Signal = "latency-p99.9", Kind = VerdictKind.Undecided, Reason = "neither yet", Estimate = 1.0 / 3, Low = -0.1 },
        ],
    };

    public static EvidenceSlice Slice(long number, int salt = 0) => new()
    {
        Number = number,
        Stage = 1,
        Share = new(1_000),
        From = Noon.AddSeconds(number),
        Length = TimeSpan.FromSeconds(1),
        Fresh = number == 1,
        Baseline = new()
        {
            Cells = [new() { Exchanges = 900 + number, Errors = salt, Latency = new([3, 700, 701], [1, 2, 3]), Classes = [5, 6, 7], Confidence = [1, 2], Attribution = [8, 0, 9], FirstToken = new([2], [6]) }],
            NewSubjects = 17,
            AnswersByGroup = [.. Enumerable.Range(0, SubjectGroups.Count).Select(g => (long)g)],
            ByGroup = new() { Answers = new([5], [7]), Latency = new([0, 700], [1, 2]), Classes = new([63], [long.MaxValue]), Confidence = new([1], [3]), Attribution = new([130], [4]), FirstToken = new([2], [6]) },
        },
        Canary = new()
        {
            Cells = [new() { Exchanges = 100 }],
            ErrorSubjects = [1, uint.MaxValue],
            EventSubjects = [new(GatewayEvents.Refused, [0, uint.MaxValue]), new(GatewayEvents.Empty, [7])],
        },
        Labels = [new(0, Arm.Canary, 2, 10, 3)],
        Calibration = [new(0, Arm.Canary, 2, 19, 10, 7, 9.1 + 0.2)],
        Values = [new("revenue €", 0, Arm.Baseline, 1, 63, 3, 2, 0.1 + 0.2, 1e-300)],
        Events = [new(GatewayEvents.Refused, 1, Arm.Canary, 0, 5, 2), new("conversion", 0, Arm.Baseline, 3, long.MaxValue, 0)],
        Pairs = [new(0, 10, 1, 9, 0, 8, 2, 1)],
        FeedbackUpTo = 12,
    };

    /// <summary>What a check says of the chain alone: the key is another one each time.</summary>
    public static LedgerCheck WithoutHeads(this LedgerCheck check) => check with { Heads = SignedHeads.None };

    public static JoinedFeedback Feedback(long key, int run = 1) => new(
        $"{key:x32}", run, 2, Arm.Canary, 65_535, uint.MaxValue, true, new Dictionary<string, double> { ["revenue €"] = 0.1 + 0.2 }, Noon)
    {
        Events = ["conversion", "renvoi €"],
        Confidence = 229 / 254.0,
    };

    public static JoinedFeedback BareFeedback(long key, int run = 1) => new($"{key:x32}", run, 0, Arm.Baseline, 0, 0, null, new Dictionary<string, double>());
}

using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Fakes;

/// <summary>Specifications and traffic to test with.</summary>
internal static class Make
{
    public const int Cells = 4;

    public static ModelSpec Model(string name = "fraud") => new()
    {
        Name = name,
        Route = new($"/{name}/**"),
        Subject = new() { Header = "x-user" },
        Segments = [new("country", "x-country", ["MY", "ID"])],
        Signals = new()
        {
            Prediction = new("/class", ["good", "fraud"]),
            Confidence = new("/score"),
            Values = [new("revenue", 0, 1e12), new("score", -1, 1)],
            Events = ["conversion", "refund"],
        },
        Versions = [Version("v1"), Version("v2"), Version("v3")],
    };

    public static RolloutSpec Rollout(string name = "fraud-v2", string model = "fraud", string baseline = "v1", string canary = "v2") => new()
    {
        Name = name,
        Model = model,
        Baseline = baseline,
        Canary = canary,
        Stages = [new(new(1_000), TimeSpan.FromSeconds(3)), new(new(5_000), TimeSpan.FromSeconds(3))],
        Guards = [new() { Name = "errors", Signal = new(SignalKind.ErrorRate), Scale = Scale.Difference, Bad = 0.02, Segments = SegmentScan.None }],
        Start = StartMode.Manual,
    };

    public static SpecificationSet Set(params RolloutSpec[] rollouts) => new([Model()], [.. rollouts]);

    public static ObservedTraffic Traffic(TrafficSplit split, long exchanges = 4_000, long canaryErrors = 0, params Occurrence[] occurrences) =>
        new(split.Stage, split.Share, Arm(exchanges, 0), Arm(exchanges, canaryErrors), occurrences);

    public static string Token(TokenCodec codec, ExchangeToken token)
    {
        var text = new char[TokenCodec.Length];
        codec.Seal(token, text);
        return new(text);
    }

    public static ExchangeToken Exchange(int run, uint subject, int stage = 0, Arm arm = Core.Arm.Canary, int @class = 0, int segments = 2) => new()
    {
        Run = run,
        Stage = (byte)stage,
        Arm = arm,
        Counts = true,
        SegmentCode = segments,
        Class = @class,
        Subject = subject,
        At = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero),
        Nonce = subject * 31,
    };

    /// <summary>A subject of that arm.</summary>
    public static string Subject(RolloutSpec rollout, Share share, Arm arm, int skip = 0) => Enumerable.Range(0, 10_000)
        .Select(i => $"user-{i}").Where(s => new Assigner(rollout.Model, rollout.Name).ArmOf(s, share) == arm).ElementAt(skip);

    private static VersionSpec Version(string name) => new(name, [$"http://127.0.0.1:9000"]);

    private static ArmEvidence Arm(long exchanges, long errors) => new()
    {
        Cells = Enumerable.Range(0, Cells).Select(cell => new CellEvidence
        {
            Exchanges = cell is 0 or 1 ? exchanges : 0,
            Errors = cell is 0 or 1 ? errors : 0,
            Classes = [0, 0, 0],
            Confidence = [.. new long[ConfidenceBins.Count]],
            Latency = cell is 0 or 1 ? new([LatencyBuckets.IndexOf(0.010)], [exchanges - errors]) : SparseCounts.Empty,
        }).ToValueList(),
    };
}

using Haldane.Core.Specification;

namespace Haldane.Fleet;

/// <summary>As many models as are asked for, each with a rollout of a common kind: five guards over everyone and four segment cells, three stages.</summary>
internal static class Plan
{
    /// <summary>Seconds of traffic before a stage may be left: all rollouts are ready in the same tick, which is the dearest that there is.</summary>
    public const int Bake = 40;

    private static readonly int[] Shares = [1_000, 2_500, 5_000];

    public static SpecificationSet Of(int rollouts) => new(
        [.. Enumerable.Range(0, rollouts).Select(Model)],
        [.. Enumerable.Range(0, rollouts).Select(Rollout)]);

    private static ModelSpec Model(int number) => new()
    {
        Name = $"model-{number}",
        Route = new($"/v2/models/model-{number}/**"),
        Subject = new() { Header = "X-User-Id" },
        Segments = [new("region", "X-Region", ["asia", "europe", "america"])],
        Signals = new() { Prediction = new("/class", ["good", "bad"]), Confidence = new("/score") },
        Versions = [new("v1", [$"http://127.0.0.1:{20_000 + number}"]), new("v2", [$"http://127.0.0.1:{30_000 + number}"])],
    };

    private static RolloutSpec Rollout(int number) => new()
    {
        Name = $"rollout-{number}",
        Model = $"model-{number}",
        Baseline = "v1",
        Canary = "v2",
        Stages = [.. Shares.Select(share => new StageSpec(new(share), TimeSpan.FromSeconds(Bake)))],
        Guards =
        [
            new() { Name = "errors", Signal = new(SignalKind.ErrorRate), Scale = Scale.Ratio, Bad = 2, Floor = 0.01 },
            new() { Name = "p99", Signal = new(SignalKind.Latency, 0.99), Scale = Scale.Ratio, Bad = 1.2 },
            new() { Name = "sla", Signal = new(SignalKind.Latency, 0.99), Scale = Scale.Value, Bad = 0.5 },
            new() { Name = "mix", Signal = new(SignalKind.PredictionDrift), Scale = Scale.JensenShannon, Bad = 0.1 },
            new() { Name = "accuracy", Signal = new(SignalKind.Accuracy), Scale = Scale.Difference, Bad = -0.05 },
        ],
        Start = StartMode.Manual,
    };
}

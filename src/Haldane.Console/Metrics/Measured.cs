using Haldane.Core.Ports;

namespace Haldane.Console.Metrics;

/// <summary>What the metrics tell of, as it stands at one moment.</summary>
internal sealed record Measured
{
    public required ControlHealth Health { get; init; }

    public IReadOnlyList<ModelTraffic> Traffic { get; init; } = [];

    public IReadOnlyList<ShadowTraffic> Shadows { get; init; } = [];

    public IReadOnlyList<EvaluatorView> Evaluators { get; init; } = [];

    public IReadOnlyList<ModelView> Models { get; init; } = [];

    public IReadOnlyList<RolloutView> Rollouts { get; init; } = [];

    public IReadOnlyList<ComputeView> Processes { get; init; } = [];

    public IReadOnlyList<WebhookStanding> Webhooks { get; init; } = [];

    /// <summary>Reads it all from memory: whoever scrapes gets an answer while the store gives none.</summary>
    public static Measured Of(AdminParts parts) => new()
    {
        Health = parts.Room.Health,
        Traffic = parts.Traffic.Traffic(),
        Shadows = parts.Traffic.Shadows(),
        Evaluators = parts.Evaluators.All,
        Models = parts.Room.Models,
        Rollouts = parts.Room.Rollouts,
        Processes = parts.Processes.All,
        Webhooks = parts.Webhooks.Standing,
    };
}

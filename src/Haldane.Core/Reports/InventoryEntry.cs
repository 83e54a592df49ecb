using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Core.Reports;

/// <summary>A model in the inventory.</summary>
public sealed record InventoryEntry
{
    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>Who answers for it; null when nobody said.</summary>
    public string? Owner { get; init; }

    /// <summary>What it is for; null when nobody said.</summary>
    public string? Purpose { get; init; }

    /// <summary>How much harm it can do.</summary>
    public required RiskClass Risk { get; init; }

    /// <summary>What data it was made from and works on; null when nobody said.</summary>
    public string? Data { get; init; }

    /// <summary>How callers and versions speak.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>Its path.</summary>
    public required string Route { get; init; }

    /// <summary>The version that serves everyone outside a rollout.</summary>
    public required string Serving { get; init; }

    /// <summary>All its versions.</summary>
    public required ValueList<string> Versions { get; init; }

    /// <summary>The rollout that moves it now, or that has moved it last; null when none ever has.</summary>
    public InventoryRollout? Rollout { get; init; }

    /// <summary>What the ledger says was decided of it last; null when nothing was.</summary>
    public InventoryEvent? Changed { get; init; }

    /// <summary>When a canary was promoted last; null when none ever was.</summary>
    public InventoryEvent? Promoted { get; init; }
}

/// <summary>How a rollout stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Run">Its run.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Canary">The version on trial.</param>
/// <param name="Share">What the canary serves now.</param>
public sealed record InventoryRollout(string Name, int Run, Phase Phase, string Canary, Share Share);

/// <summary>A decision.</summary>
/// <param name="Record">The record of the ledger.</param>
/// <param name="At">When.</param>
/// <param name="Kind">What was decided.</param>
/// <param name="Rollout">Of which rollout.</param>
/// <param name="By">Who or what decided.</param>
public sealed record InventoryEvent(long Record, DateTimeOffset At, string Kind, string Rollout, string By);

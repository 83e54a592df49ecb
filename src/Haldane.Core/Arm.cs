namespace Haldane.Core;

/// <summary>A side of a rollout.</summary>
public enum Arm
{
    /// <summary>The version that serves the rest of the traffic; what the canary is compared with.</summary>
    Baseline = 0,

    /// <summary>The version on trial.</summary>
    Canary = 1,
}

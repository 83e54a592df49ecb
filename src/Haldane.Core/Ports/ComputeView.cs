namespace Haldane.Core.Ports;

/// <summary>Shows the processes of versions. Any thread.</summary>
public interface IComputeDesk
{
    /// <summary>Every process that is kept, by model and version, and those that failed when they were needed last.</summary>
    IReadOnlyList<ComputeView> All { get; }
}

/// <summary>Where a version's process stands.</summary>
public enum ComputePhase
{
    /// <summary>It has been started, and has not said that it is ready.</summary>
    Starting,

    /// <summary>It is ready, and is sent the requests that warm it up.</summary>
    Warming,

    /// <summary>It serves.</summary>
    Ready,

    /// <summary>It has ended, and is started again in a moment.</summary>
    Waiting,

    /// <summary>It was given up.</summary>
    Failed,

    /// <summary>It is no longer needed: first it finishes what it has, then it is ended.</summary>
    Draining,
}

/// <summary>A version's process as people see it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Version">The version.</param>
/// <param name="Phase">Where it stands.</param>
/// <param name="Since">Since when.</param>
/// <param name="Starts">How often it was started since it was needed.</param>
/// <param name="Fault">What went wrong last; null when nothing did.</param>
public sealed record ComputeView(string Model, string Version, ComputePhase Phase, DateTimeOffset Since, int Starts, string? Fault);

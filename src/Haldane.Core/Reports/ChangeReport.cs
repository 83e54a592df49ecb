using Haldane.Core.Specification;

namespace Haldane.Core.Reports;

/// <summary>What was changed: one version for another, for the callers of one model.</summary>
public sealed record ChangeReport
{
    /// <summary>What the inventory said of the model when the run started; null where the ledger does not have it.</summary>
    public AboutSpec? About { get; init; }

    /// <summary>The model's path.</summary>
    public required string Route { get; init; }

    /// <summary>How callers and versions speak.</summary>
    public required Protocol Protocol { get; init; }

    /// <summary>Whose requests stay together, for people.</summary>
    public required string Subject { get; init; }

    /// <summary>How the traffic is sliced, each as <c>country: MY, SG, other</c>.</summary>
    public required ValueList<string> Segments { get; init; }

    /// <summary>What becomes of a canary call that fails, for people.</summary>
    public required string Failover { get; init; }

    /// <summary>The version that served.</summary>
    public required VersionReport Baseline { get; init; }

    /// <summary>The version on trial.</summary>
    public required VersionReport Canary { get; init; }
}

/// <summary>A version as a reviewer may see it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Endpoints">Its addresses, without credentials and queries.</param>
/// <param name="Overrides">What of a request is changed for it.</param>
public sealed record VersionReport(string Name, ValueList<string> Endpoints, ValueList<OverrideReport> Overrides);

/// <summary>Something of a request that a version has its own for.</summary>
/// <param name="What">What, e.g. <c>parameter /temperature</c>.</param>
/// <param name="Value">Numbers and names as they are; of texts only length and fingerprint, of header fields nothing.</param>
public sealed record OverrideReport(string What, string Value);

namespace Haldane.Gateway;

/// <summary>How much the gateway takes on at once.</summary>
public sealed record GatewayLimits
{
    /// <summary>Connections of callers; who comes beyond them is answered with 503. Each takes some 20 KiB while it waits.</summary>
    public int Callers { get; init; } = 10_000;

    /// <summary>Exchanges under way at an endpoint, each on a connection of its own; far beyond what a model server works on at once.</summary>
    public int PerEndpoint { get; init; } = 1_024;

    /// <summary>Bytes of a request's body; a larger one is refused with 413. Model inputs such as images are larger than web forms.</summary>
    public long Body { get; init; } = 64L << 20;
}

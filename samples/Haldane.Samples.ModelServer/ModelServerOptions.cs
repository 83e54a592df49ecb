using Haldane.Samples.Payments;

namespace Haldane.Samples.ModelServer;

/// <summary>What the server is asked to be; the defaults are those of the command line.</summary>
internal sealed record ModelServerOptions
{
    /// <summary>Where to listen on the loopback address; 0 takes a free port.</summary>
    public int Port { get; init; }

    public ModelKind Model { get; init; } = ModelKind.Logistic;

    public string Name { get; init; } = "fraud";

    public string Version { get; init; } = "v1";

    /// <summary>Of the training payments, of the calibration of faults and of the dice that each call rolls.</summary>
    public int Seed { get; init; } = 1;

    public ServiceTime ServiceTime { get; init; } = new(TimeSpan.FromMilliseconds(20), 0.25);

    public IReadOnlyList<Fault> Faults { get; init; } = [];
}

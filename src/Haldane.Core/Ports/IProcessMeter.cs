namespace Haldane.Core.Ports;

/// <summary>Measures the processes of versions. Any thread.</summary>
public interface IProcessMeter
{
    /// <summary>Measures a version's process with all that it has started.</summary>
    /// <returns>Null where none is kept.</returns>
    ProcessReading? Measure(string model, string version);
}

/// <summary>A version's process at a moment.</summary>
/// <param name="Phase">Where it stands.</param>
/// <param name="Since">Since when.</param>
/// <param name="Usage">What it uses; null while none runs.</param>
public sealed record ProcessReading(ComputePhase Phase, DateTimeOffset Since, ProcessUsage? Usage);

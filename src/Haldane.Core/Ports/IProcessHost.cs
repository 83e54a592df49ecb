using Haldane.Core.Specification;

namespace Haldane.Core.Ports;

/// <summary>Starts processes of versions on this machine, and asks them whether they are ready. Any thread.</summary>
public interface IProcessHost
{
    /// <summary>Starts a process.</summary>
    /// <param name="name">What it is called where the system shows it: model and version.</param>
    /// <param name="runtime">What is started, its secrets in their places.</param>
    /// <exception cref="ProcessRefusedException">It cannot be started as it is asked; the message says why.</exception>
    IVersionProcess Start(string name, RuntimeSpec runtime);

    /// <summary>Whether a process at an address is ready.</summary>
    /// <returns>Null when it is, else what it says.</returns>
    Task<string?> ProbeAsync(string endpoint, ReadySpec ready, CancellationToken cancel);

    /// <summary>Sends a request that warms up.</summary>
    /// <returns>Null when it was answered well, else what came.</returns>
    Task<string?> WarmAsync(string endpoint, WarmUpSpec request, CancellationToken cancel);
}

/// <summary>A process that was started.</summary>
public interface IVersionProcess : IDisposable
{
    /// <summary>Ends when it has ended, with how, for people: <c>it ended with exit code 3</c>.</summary>
    Task<string> Ended { get; }

    /// <summary>What it and all that it has started use; null once it has ended.</summary>
    ProcessUsage? Usage();

    /// <summary>Asks it to end.</summary>
    void Terminate();

    /// <summary>Ends it and all that it has started.</summary>
    void Kill();
}

/// <summary>What a process and all that it has started use.</summary>
/// <param name="CpuSeconds">Time of processors since its start. May fall, where one that has ended is nobody's any more.</param>
/// <param name="Bytes">Memory that is resident.</param>
public readonly record struct ProcessUsage(double CpuSeconds, long Bytes);

/// <summary>A process cannot be started as it is asked.</summary>
public sealed class ProcessRefusedException(string message, Exception? inner = null) : Exception(message, inner);

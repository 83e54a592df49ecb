using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Compute;

/// <summary>Processes that do what a test says. Any thread.</summary>
internal sealed class FakeProcesses : IProcessHost, IRequestReplay
{
    private readonly Lock _gate = new();
    private readonly List<FakeProcess> _started = [];

    /// <summary>What a probe says; null for ready.</summary>
    public volatile string? NotReady;

    /// <summary>What a request that warms up comes to; null for well.</summary>
    public volatile string? NotWarm;

    /// <summary>Why nothing can be started; null where it can.</summary>
    public volatile string? Refusal;

    /// <summary>Whether a process that is asked to end takes its time.</summary>
    public volatile bool IsSlowToEnd;

    public int Warmed;

    public (string Model, string Version, int Most)? Replayed { get; private set; }

    public IReadOnlyList<FakeProcess> Started
    {
        get
        {
            lock (_gate)
            {
                return [.. _started];
            }
        }
    }

    public IVersionProcess Start(string name, RuntimeSpec runtime)
    {
        if (Refusal is { } refusal)
        {
            throw new ProcessRefusedException(refusal);
        }

        lock (_gate)
        {
            var process = new FakeProcess(name, this);
            _started.Add(process);
            return process;
        }
    }

    public Task<string?> ProbeAsync(string endpoint, ReadySpec ready, CancellationToken cancel) => Task.FromResult(NotReady);

    public Task<string?> WarmAsync(string endpoint, WarmUpSpec request, CancellationToken cancel)
    {
        Interlocked.Increment(ref Warmed);
        return Task.FromResult(NotWarm);
    }

    public Task<string?> ReplayAsync(string model, string version, int most, CancellationToken cancel)
    {
        Replayed = (model, version, most);
        return Task.FromResult(NotWarm);
    }

    /// <summary>A process that ends when it is told.</summary>
    internal sealed class FakeProcess(string name, FakeProcesses all) : IVersionProcess
    {
        private readonly TaskCompletionSource<string> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Name => name;

        public ProcessUsage? Used { get; set; }

        public bool WasAsked { get; private set; }

        public Task<string> Ended => _ended.Task;

        public ProcessUsage? Usage() => Used;

        public void End(string how) => _ended.TrySetResult(how);

        public void Terminate()
        {
            WasAsked = true;
            if (!all.IsSlowToEnd)
            {
                End("it ended with exit code 0");
            }
        }

        public void Kill() => End("it was ended by signal 9");

        public void Dispose() => Kill();
    }
}

using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Compute;

/// <summary>Keeps the process of one version while it is needed: starts it, waits until it is ready, warms it up, starts it again when it ends, and ends it when nobody needs it any more.</summary>
/// <remarks>One loop acts; <see cref="View"/>, <see cref="Need"/> and <see cref="Measure"/> are for any thread.</remarks>
/// <param name="model">The model's name.</param>
/// <param name="version">The version as it is from now on.</param>
/// <param name="host">Where the process runs.</param>
/// <param name="callers">Sends requests of callers.</param>
/// <param name="time">The clock.</param>
/// <param name="changed">Is told whenever <see cref="View"/> has changed.</param>
/// <param name="before">Whoever has the address still: it is waited for.</param>
internal sealed class VersionCompute(string model, VersionSpec version, IProcessHost host, IRequestReplay callers, TimeProvider time, Action changed, Task before) : IAsyncDisposable
{
    private static readonly TimeSpan BetweenProbes = TimeSpan.FromMilliseconds(250), ToEnd = TimeSpan.FromSeconds(10);

    private readonly RuntimeSpec _runtime = version.Runtime!;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<DateTimeOffset> _starts = [];
    private readonly Lock _gate = new();
    private CancellationTokenSource _unneeded = new();
    private TaskCompletionSource _needed = NewSignal();
    private Task? _loop;
    private volatile ComputeView _view = Fresh(model, version, time);
    private volatile bool _isOver;
    private volatile IVersionProcess? _process;

    /// <summary>The version as it was when the process was made for it.</summary>
    public VersionSpec Version => version;

    /// <summary>Where it stands.</summary>
    public ComputeView View => _view;

    /// <summary>Whether nobody needs it and its process has ended.</summary>
    public bool IsOver => _isOver;

    private string Endpoint => version.Endpoints[0];

    /// <summary>Says whether it is needed. Returns at once.</summary>
    public void Need(bool isNeeded)
    {
        lock (_gate)
        {
            if (isNeeded == _needed.Task.IsCompleted)
            {
                return;
            }

            if (isNeeded)
            {
                // What it came to when it was needed before says nothing of now; one that still drains is found ready again.
                (_view, _isOver) = (_view.Phase == ComputePhase.Ready ? _view : Fresh(model, version, time), false);
                _unneeded = new();
                _needed.SetResult();
                _loop ??= Task.Run(RunAsync);
            }
            else
            {
                _needed = NewSignal();
                _unneeded.Cancel();
            }
        }
    }

    /// <summary>Measures the process.</summary>
    public ProcessReading Measure()
    {
        // Where it stands comes second: what one uses that is started meanwhile must not pass for that of the one before it, which was ready.
        var usage = _process?.Usage();
        var view = _view;
        return new(view.Phase, view.Since, usage);
    }

    /// <summary>Ends the process, whatever it does.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await (_loop ?? Task.CompletedTask);
        _stop.Dispose();
        _unneeded.Dispose();
    }

    private static ComputeView Fresh(string model, VersionSpec version, TimeProvider time) => new(model, version.Name, ComputePhase.Starting, time.GetUtcNow(), 0, null);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task RunAsync()
    {
        // Before anything else: asked too soon, the one before would say that this one is ready.
        await before;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await Needed().WaitAsync(_stop.Token);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, Unneeded());
                var wait = await KeepAsync(either.Token);
                await Task.Delay(wait ?? Timeout.InfiniteTimeSpan, time, either.Token); // given up, it waits until it is needed anew
            }
            catch (OperationCanceledException)
            {
                _starts.Clear();
                lock (_gate)
                {
                    _isOver = !_needed.Task.IsCompleted;
                }
            }
        }
    }

    // Gives how long to wait before the next try; null to give it up.
    private async Task<TimeSpan?> KeepAsync(CancellationToken unneeded)
    {
        string fault;
        try
        {
            _starts.Add(time.GetUtcNow());
            Show(ComputePhase.Starting, _view.Fault);
            using var process = host.Start($"{model}/{version.Name}", _runtime);
            _process = process;
            fault = await ServeAsync(process, unneeded);
        }
        catch (ProcessRefusedException e)
        {
            Show(ComputePhase.Failed, e.Message);
            return null;
        }
        finally
        {
            _process = null;
        }

        var next = RestartPolicy.Next(_starts, time.GetUtcNow(), _runtime.Restarts);
        Show(next is null ? ComputePhase.Failed : ComputePhase.Waiting, next is null ? $"{fault}; it was started {_starts.Count} times and is given up" : fault);
        return next;
    }

    // Gives what went wrong; is cancelled when the process was ended because nobody needs it.
    private async Task<string> ServeAsync(IVersionProcess process, CancellationToken unneeded)
    {
        try
        {
            if (await ReadyAsync(process, unneeded) is { } fault)
            {
                process.Kill();
                return fault;
            }

            Show(ComputePhase.Ready, null);
            return await process.Ended.WaitAsync(unneeded);
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested && _view.Phase == ComputePhase.Ready)
        {
            Show(ComputePhase.Draining, null);
            var again = Needed();
            if (await Task.WhenAny(again, process.Ended, Task.Delay(_runtime.Drain, time, _stop.Token)) == again)
            {
                using var either = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, Unneeded());
                return await ServeAsync(process, either.Token);
            }

            await EndAsync(process);
            throw;
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process);
            throw;
        }
    }

    private async Task<string?> ReadyAsync(IVersionProcess process, CancellationToken unneeded)
    {
        var began = time.GetTimestamp();
        while (await host.ProbeAsync(Endpoint, _runtime.Ready, unneeded) is { } notYet)
        {
            if (process.Ended.IsCompleted)
            {
                return await process.Ended;
            }

            if (time.GetElapsedTime(began) > _runtime.Ready.Within)
            {
                return $"it was not ready within {Durations.Show(_runtime.Ready.Within)}: {notYet}";
            }

            await Task.WhenAny(process.Ended, Task.Delay(BetweenProbes, time, unneeded));
            unneeded.ThrowIfCancellationRequested();
        }

        // Somebody else may answer at the address.
        if (process.Ended.IsCompleted)
        {
            return await process.Ended;
        }

        Show(ComputePhase.Warming, null);
        foreach (var request in _runtime.WarmUp)
        {
            if (await WarmAsync(request, unneeded) is { } fault)
            {
                return $"it did not warm up: {fault}";
            }
        }

        return null;
    }

    private async Task<string?> WarmAsync(WarmUpSpec request, CancellationToken unneeded)
    {
        if (request.Recent is { } most)
        {
            return await callers.ReplayAsync(model, version.Name, most, unneeded);
        }

        for (var i = 0; i < request.Times; i++)
        {
            if (await host.WarmAsync(Endpoint, request, unneeded) is { } fault)
            {
                return $"{request.Path} {fault}";
            }
        }

        return null;
    }

    private async Task EndAsync(IVersionProcess process)
    {
        process.Terminate();
        if (await Task.WhenAny(process.Ended, Task.Delay(ToEnd, time, CancellationToken.None)) != process.Ended)
        {
            process.Kill();
            await Task.WhenAny(process.Ended, Task.Delay(ToEnd, time, CancellationToken.None));
        }
    }

    private Task Needed()
    {
        lock (_gate)
        {
            return _needed.Task;
        }
    }

    private CancellationToken Unneeded()
    {
        lock (_gate)
        {
            return _unneeded.Token;
        }
    }

    private void Show(ComputePhase phase, string? fault)
    {
        _view = new(model, version.Name, phase, time.GetUtcNow(), _starts.Count, fault);
        changed();
    }
}

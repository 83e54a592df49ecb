using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Compute;

/// <summary>Keeps the processes that the picture needs, and gives a canary its share only while its process is ready and warm.</summary>
/// <remarks>
/// What is decided and recorded stays as it is: until a canary's process is ready the router below is told a share of nothing, so that callers are the baseline's, and slices under another share than their stage's are no evidence. Any thread.
/// </remarks>
public sealed class ComputeRouter : ITrafficRouter, IComputeDesk, IProcessMeter, IAsyncDisposable
{
    private readonly ITrafficRouter _router;
    private readonly IProcessHost _host;
    private readonly IRequestReplay _callers;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly Dictionary<(string Model, string Version), VersionCompute> _computes = [];
    private readonly List<Task> _ending = [];
    private Dictionary<int, VersionCompute> _canaries = []; // by run: each run is asked about each second
    private RoutingPicture _picture = new([]);

    /// <summary>Starts nothing yet.</summary>
    public ComputeRouter(ITrafficRouter router, IProcessHost host, IRequestReplay callers, TimeProvider time) => (_router, _host, _callers, _time) = (router, host, callers, time);

    /// <inheritdoc/>
    public IReadOnlyList<ComputeView> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _computes.Values.Where(c => !c.IsOver || c.View.Fault is not null).Select(c => c.View).OrderBy(v => (v.Model, v.Version))];
            }
        }
    }

    /// <inheritdoc/>
    public void Publish(RoutingPicture picture)
    {
        lock (_gate)
        {
            _picture = picture;
            Keep(picture);
            _router.Publish(Gated(picture));
        }
    }

    /// <inheritdoc/>
    public ObservedTraffic? Collect(int run)
    {
        var observed = _router.Collect(run);
        lock (_gate)
        {
            return observed is not null && _canaries.GetValueOrDefault(run) is { View: { Phase: not ComputePhase.Ready } view } compute
                ? observed with { Ejection = new(Patience(view, compute.Version.Runtime!), EjectionCause.Unreachable, 0) { Because = Sentence(view), IsFinal = view.Phase == ComputePhase.Failed } }
                : observed;
        }
    }

    /// <inheritdoc/>
    public ProcessReading? Measure(string model, string version)
    {
        VersionCompute? compute;
        lock (_gate)
        {
            compute = _computes.GetValueOrDefault((model, version));
        }

        return compute?.Measure(); // it asks the system, and nobody waits for that
    }

    /// <summary>Ends all processes.</summary>
    public async ValueTask DisposeAsync()
    {
        List<Task> all;
        lock (_gate)
        {
            all = [.. _ending, .. _computes.Values.Select(c => c.DisposeAsync().AsTask())];
            _computes.Clear();
        }

        await Task.WhenAll(all);
    }

    private void Keep(RoutingPicture picture)
    {
        var needed = picture.Models.SelectMany(m => Versions(m).Select(v => (m.Spec.Name, Spec: m.Spec.FindVersion(v)))).Where(v => v.Spec?.Runtime is not null).ToDictionary(v => (v.Name, v.Spec!.Name), v => v.Spec!);
        _ending.RemoveAll(e => e.IsCompleted);
        Dictionary<(string, string), Task> before = [];
        foreach (var (key, compute) in _computes)
        {
            if (needed.TryGetValue(key, out var spec) && !spec.Equals(compute.Version))
            {
                // Another command is another process.
                _computes.Remove(key);
                _ending.Add(before[key] = compute.DisposeAsync().AsTask());
            }
            else
            {
                compute.Need(needed.ContainsKey(key));
            }
        }

        foreach (var (key, spec) in needed.Where(n => !_computes.ContainsKey(n.Key)))
        {
            _computes[key] = new(key.Item1, spec, _host, _callers, _time, Changed, before.GetValueOrDefault(key, Task.CompletedTask));
            _computes[key].Need(true);
        }

        _canaries = (from model in picture.Models let canary = model.Split is { } split ? Of(model, split.Canary) : null where canary is not null select (model.Split!.Run, canary)).ToDictionary();
    }

    private static IEnumerable<string> Versions(RoutedModel model) => new[] { model.Serving, model.Split?.Baseline, model.Split?.Canary }.Concat(model.Warm).OfType<string>().Distinct();

    private void Changed()
    {
        lock (_gate)
        {
            _router.Publish(Gated(_picture));
        }
    }

    private RoutingPicture Gated(RoutingPicture picture) => _canaries.Count == 0 ? picture : new([.. picture.Models.Select(Gated)]);

    private RoutedModel Gated(RoutedModel model) => model.Split is { } split && Of(model, split.Canary) is { View.Phase: not ComputePhase.Ready } ? model with { Split = split with { Share = Share.None, Shadow = null } } : model;

    private VersionCompute? Of(RoutedModel model, string version) => _computes.GetValueOrDefault((model.Spec.Name, version));

    // A start may take the time that it is given.
    private TimeSpan Patience(ComputeView view, RuntimeSpec runtime)
    {
        var lasted = _time.GetUtcNow() - view.Since - (view.Phase is ComputePhase.Starting or ComputePhase.Warming ? runtime.Ready.Within : TimeSpan.Zero);
        return lasted > TimeSpan.Zero ? lasted : TimeSpan.Zero;
    }

    private static string Sentence(ComputeView view) => view.Phase switch
    {
        ComputePhase.Failed => $"its process has failed: {view.Fault}",
        ComputePhase.Waiting => $"its process is started again: {view.Fault}",
        ComputePhase.Warming => "its process warms up",
        _ => $"its process starts{(view.Fault is null ? "" : $", after {view.Fault}")}",
    };
}

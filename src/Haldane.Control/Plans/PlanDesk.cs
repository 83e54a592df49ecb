using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Plans;

/// <summary>Tries plans on a thread of its own, below everything else: traffic and judge come first.</summary>
/// <remarks>Any thread. Steps of several trials take turns; one that nobody has asked for in a while rests where it is, and goes on when somebody does.</remarks>
public sealed class PlanDesk : IPlanDesk, IDisposable
{
    /// <summary>Trials that are remembered.</summary>
    public const int Most = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15), Way = TimeSpan.FromSeconds(1), LongestRest = 10 * Way;

    private readonly Lock _gate = new();
    private readonly List<Trial> _trials = []; // the last that somebody asked for is the last
    private readonly AutoResetEvent _work = new(false);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<(string Revision, SpecificationSet Set)> _current;
    private readonly IPlanSimulator _simulator;
    private readonly Action _yield;
    private readonly TimeProvider _time;
    private Thread? _thread;
    private long _madeWayAt = long.MinValue;
    private long _restedAt = long.MinValue; // the thread's own: when it had rested long enough

    /// <summary>Nothing tried.</summary>
    /// <param name="current">The specification in force, and its revision.</param>
    /// <param name="simulator">Makes the trials.</param>
    /// <param name="yield">Called first on the thread that does the work, so that it takes turns from nobody.</param>
    /// <param name="time">The time.</param>
    public PlanDesk(Func<(string Revision, SpecificationSet Set)> current, IPlanSimulator simulator, Action yield, TimeProvider time) => (_current, _simulator, _yield, _time) = (current, simulator, yield, time);

    private sealed class Trial(string revision, string rollout, PlanSliders sliders, PlanStudy first, IPlanTrial? steps)
    {
        public (string Revision, string Rollout, PlanSliders Sliders) Question { get; } = (revision, rollout, sliders);

        public IPlanTrial? Steps { get; } = steps;

        public PlanStudy Study { get; set; } = first;

        public long AskedAt { get; set; }

        public long Turn { get; set; }
    }

    /// <inheritdoc/>
    public PlanStudy? Study(string rollout, PlanSliders sliders)
    {
        var (revision, set) = _current();
        if (set.Rollouts.FirstOrDefault(r => r.Name == rollout) is not { } spec)
        {
            return null;
        }

        lock (_gate)
        {
            var trial = _trials.Find(t => t.Question == (revision, rollout, sliders)) ?? Begin(revision, set.FindModel(spec.Model)!, spec, sliders);
            _trials.Remove(trial);
            _trials.Add(trial);
            if (_trials.Count > Most)
            {
                _trials.RemoveAt(0);
            }

            trial.AskedAt = _time.GetTimestamp();
            if (!trial.Study.IsDone && !_stop.IsCancellationRequested)
            {
                if (_thread is null)
                {
                    _thread = new(Work) { IsBackground = true, Name = "haldane plans" };
                    _thread.Start();
                }

                _work.Set();
            }

            return trial.Study;
        }
    }

    /// <inheritdoc/>
    public void MakeWay() => Volatile.Write(ref _madeWayAt, _time.GetTimestamp());

    /// <inheritdoc/>
    public void Dispose()
    {
        Thread? thread;
        lock (_gate)
        {
            _stop.Cancel();
            thread = _thread;
        }

        _work.Set();
        thread?.Join();
        _work.Dispose();
        _stop.Dispose();
    }

    private Trial Begin(string revision, ModelSpec model, RolloutSpec rollout, PlanSliders sliders)
    {
        if (_simulator.Begin(model, rollout, sliders) is not { } steps)
        {
            return new(revision, rollout.Name, sliders, new() { Rollout = rollout.Name, Sliders = sliders, WhyNot = "it has no guard but on agreement, gauges or attributions, or no stage with a share; those are not simulated" }, null);
        }

        return new(revision, rollout.Name, sliders, steps.Study(), steps);
    }

    private void Work()
    {
        _yield();
        var turn = 0L;
        try
        {
            while (true)
            {
                Breathe();
                if (Next() is { Steps: { } steps } trial)
                {
                    steps.Advance(Breathe);
                    var study = steps.Study();
                    lock (_gate)
                    {
                        (trial.Study, trial.Turn) = (study, ++turn);
                    }
                }
                else
                {
                    _work.WaitOne();
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // What was tried is kept nowhere.
        }
    }

    // Also within a step: a low priority counts among the threads of one session only, and the browser has its own (autogroups of Linux, sched(7)).
    // However many pages are opened, a tenth of the time is left for the trials.
    private void Breathe()
    {
        var began = _time.GetTimestamp();
        while (Left(_restedAt) == TimeSpan.Zero && Left(Volatile.Read(ref _madeWayAt)) is { Ticks: > 0 } left && !_stop.Token.WaitHandle.WaitOne(left))
        {
            if (_time.GetElapsedTime(began) >= LongestRest)
            {
                _restedAt = _time.GetTimestamp();
            }
        }

        _stop.Token.ThrowIfCancellationRequested();
    }

    // What is left of a way that was made.
    private TimeSpan Left(long madeAt) => madeAt != long.MinValue && Way - _time.GetElapsedTime(madeAt) is { Ticks: > 0 } left ? left : TimeSpan.Zero;

    // Of those that somebody waits for, the one that waits longest.
    private Trial? Next()
    {
        lock (_gate)
        {
            return _trials.Where(t => !t.Study.IsDone && _time.GetElapsedTime(t.AskedAt) < Patience).MinBy(t => t.Turn);
        }
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Judge;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Runs;

/// <summary>How a simulated run went.</summary>
public sealed record RunOutcome
{
    /// <summary>Promoted, rolled back, concluded, or still running at the horizon.</summary>
    public required Phase Phase { get; init; }

    /// <summary>When it ended; the horizon if it did not.</summary>
    public required TimeSpan Time { get; init; }

    /// <summary>The guard that rolled it back; null otherwise.</summary>
    public string? Guard { get; init; }

    /// <summary>The segment that rolled it back; null otherwise.</summary>
    public string? Segment { get; init; }

    /// <summary>Exchanges of the canary over all stages.</summary>
    public required long CanaryExchanges { get; init; }

    /// <summary>When each stage was entered; shorter than the plan if it ended before.</summary>
    public required ValueList<TimeSpan> StageStarts { get; init; }

    /// <summary>When each guard first passed; null if it did not.</summary>
    public required ValueList<TimeSpan?> Passed { get; init; }

    /// <summary>When each guard first failed; null if it did not.</summary>
    public required ValueList<TimeSpan?> Failed { get; init; }

    /// <summary>Exchanges of the canary when each guard first passed; null if it did not.</summary>
    public required ValueList<long?> CanaryAtPass { get; init; }

    /// <summary>What held it at the end: the guard that had not passed, or in one word why; null if it had ended.</summary>
    public required string? HeldBy { get; init; }
}

/// <summary>Lets the judge and the rollout machine, as they are in production, go through a plan on evidence that is made.</summary>
/// <remarks>Pure: the same evidence gives the same outcome.</remarks>
public static class SimulatedRun
{
    // What the watch for sudden changes reads beside the guards.
    private static readonly SignalSpec[] Watched = [new(SignalKind.Latency, 0.99), new(SignalKind.PredictionDrift)];

    /// <summary>Makes the next slice of evidence.</summary>
    public delegate EvidenceSlice? NextSlice(int stage, Share share, TimeSpan length);

    /// <summary>One run in a world.</summary>
    /// <param name="world">What callers and versions do.</param>
    /// <param name="rollout">The plan.</param>
    /// <param name="seed">Of the world's chance.</param>
    /// <param name="pacing">How long slices are.</param>
    /// <param name="horizon">When to give up, simulated time.</param>
    /// <param name="breathe">Called before each slice; null: nothing.</param>
    public static RunOutcome Of(World world, RolloutSpec rollout, ulong seed, Pacing pacing, TimeSpan horizon, Action? breathe = null)
    {
        var traffic = new RandomTraffic(world, seed, [.. rollout.Guards.Select(g => g.Signal).Concat(Watched).Distinct()]);
        return Follow(world.Traffic.Model, rollout, Next, pacing, horizon);

        EvidenceSlice? Next(int stage, Share share, TimeSpan length)
        {
            breathe?.Invoke();
            return traffic.Next(stage, share, length);
        }
    }

    /// <summary>One run on evidence from anywhere.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rollout">The plan.</param>
    /// <param name="next">Makes the next slice; null ends the run where it stands.</param>
    /// <param name="pacing">How long slices are asked to be.</param>
    /// <param name="horizon">When to give up.</param>
    public static RunOutcome Follow(ModelSpec model, RolloutSpec rollout, NextSlice next, Pacing pacing, TimeSpan horizon)
    {
        var judge = new RolloutJudge(model, rollout);
        var progress = new Progress(rollout);
        while (progress.Rollout.Phase == Phase.Running && progress.Time < horizon)
        {
            var stage = rollout.Stages[progress.Rollout.Stage];
            var length = pacing.Next(progress.Time - progress.StageStarts[^1], stage.Bake);
            if (next(progress.Rollout.Stage, stage.Share, length) is not { } slice)
            {
                break;
            }

            judge.Add(slice);
            progress.Take(slice, judge.Evaluate(forecast: false));
        }

        return progress.Outcome();
    }

    private sealed class Progress
    {
        private static readonly DateTimeOffset Start = RandomTraffic.Start;

        private readonly TimeSpan?[] _passed;
        private readonly TimeSpan?[] _failed;
        private readonly long?[] _canaryAtPass;
        private long _canary;

        public Progress(RolloutSpec rollout)
        {
            Rollout = RolloutMachine.Next(new() { Spec = rollout }, new Signal.Start(1, "simulation"), Start).Next;
            (_passed, _failed, _canaryAtPass) = (new TimeSpan?[rollout.Guards.Count], new TimeSpan?[rollout.Guards.Count], new long?[rollout.Guards.Count]);
        }

        public Rollout Rollout { get; private set; }

        public TimeSpan Time { get; private set; }

        public List<TimeSpan> StageStarts { get; } = [TimeSpan.Zero];

        public void Take(EvidenceSlice slice, Judgement judgement)
        {
            Time += slice.Length;
            _canary += slice.Canary.Cells[SegmentCells.Everyone].Exchanges;
            for (var g = 0; g < _passed.Length; g++)
            {
                if (judgement.Verdicts[g].Kind == VerdictKind.Pass && _passed[g] is null)
                {
                    (_passed[g], _canaryAtPass[g]) = (Time, _canary);
                }

                _failed[g] ??= judgement.Verdicts[g].Kind == VerdictKind.Fail ? Time : null;
            }

            var stage = Rollout.Stage;
            Rollout = RolloutMachine.Next(Rollout, new Signal.Judged(judgement), Start + Time).Next;
            if (Rollout.Stage != stage)
            {
                StageStarts.Add(Time);
            }
        }

        public RunOutcome Outcome() => new()
        {
            Phase = Rollout.Phase == Phase.Returning ? Phase.RolledBack : Rollout.Phase, // decided; the way back is not simulated
            Time = Time,
            Guard = Rollout.Guard,
            Segment = Rollout.Segment,
            CanaryExchanges = _canary,
            StageStarts = StageStarts.ToValueList(),
            Passed = _passed.ToValueList(),
            Failed = _failed.ToValueList(),
            CanaryAtPass = _canaryAtPass.ToValueList(),
            HeldBy = Rollout.Hold switch
            {
                null => null,
                HoldReason.Undecided => Rollout.Reason.Split(':')[0], // begins with the guard's name
                HoldReason.NoData => "no data",
                HoldReason.Anomaly => "anomaly",
                HoldReason.Broken => "broken",
                HoldReason.TooFew => "too few",
                HoldReason.Overstayed => "asks a person",
                _ => "baking",
            },
        };
    }
}

using FsCheck;
using FsCheck.Fluent;
using Haldane.Core.Judging;
using Haldane.Core.Rollouts;

namespace Haldane.Core.Tests.Rollouts;

/// <summary>What no sequence of judgements and people may bring about.</summary>
public sealed class RolloutMachineProperties
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void No_sequence_of_signals_breaks_a_promise()
    {
        var promoted = 0;
        Prop.ForAll<int>(seed =>
        {
            var random = new Random(seed);
            var rollout = RolloutMachineTests.Running(0);
            for (var step = 0; step < 60; step++)
            {
                var signal = AnySignal(random, rollout);
                var moved = RolloutMachine.Next(rollout, signal, Noon.AddSeconds(step));
                if (Broken(rollout, signal, moved) is { } promise)
                {
                    throw new InvalidOperationException($"seed {seed}, step {step}: {promise}: {rollout} + {signal} -> {moved}");
                }

                promoted += moved.Move == Move.Promoted ? 1 : 0;
                rollout = moved.Next;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

        Assert.True(promoted > 100, $"only {promoted} rollouts came to a promotion: the sequences say little");
    }

    private static string? Broken(Rollout before, Signal signal, Transition moved)
    {
        var after = moved.Next;
        var judgement = (signal as Signal.Judged)?.Judgement;
        if (after.Phase == Phase.Running && after.CanaryShare != after.Spec.Stages[after.Stage].Share)
        {
            return "the share is that of the stage";
        }

        if (moved.Move == Move.None && (after.CanaryShare != before.CanaryShare || after.Phase != before.Phase || after.Stage != before.Stage))
        {
            return "what does not move stays where it is";
        }

        if (after.CanaryShare > before.CanaryShare && moved.Move is not (Move.Started or Move.StageEntered or Move.Promoted))
        {
            return "only a move raises the share";
        }

        if (moved.Move == Move.StageEntered && after.Stage != before.Stage + 1)
        {
            return "stages are entered one by one";
        }

        if (moved.Move is Move.StageEntered or Move.Promoted && judgement is null)
        {
            return "only the judge widens the share";
        }

        if (judgement is null || before.Phase != Phase.Running || judgement.Stage != before.Stage)
        {
            return null;
        }

        return BrokenByJudgement(before, judgement, ((Signal.Judged)signal).Ejection, moved);
    }

    private static string? BrokenByJudgement(Rollout before, Judgement judgement, Ejection? ejection, Transition moved)
    {
        var widened = moved.Move is Move.StageEntered or Move.Promoted;
        if (widened && judgement.Anomalies.Count > 0)
        {
            return "a standing anomaly widened the share";
        }

        if (widened && judgement.Verdicts.Any(v => v.Kind is VerdictKind.Fail or VerdictKind.Broken))
        {
            return "nothing widens on harm or on a broken measurement";
        }

        if (widened && (judgement.NoData is not null || judgement.Baked < before.Spec.Stages[before.Stage].Bake))
        {
            return "nothing widens in silence or before the bake is over";
        }

        if (moved.Move == Move.Promoted && (before.Stage != before.Spec.Stages.Count - 1 || judgement.Verdicts.Any(v => v.Kind != VerdictKind.Pass)))
        {
            return "a promotion needs the last stage and every guard passed";
        }

        for (var g = 0; widened && g < judgement.Verdicts.Count; g++)
        {
            if (RolloutMachine.IsRequired(before, before.Spec.Guards[g]) && judgement.Verdicts[g].Kind != VerdictKind.Pass)
            {
                return "a required guard must have passed";
            }
        }

        if (widened && ejection is not null)
        {
            return "nothing widens while the canary is ejected";
        }

        var harmed = judgement.Verdicts.Any(v => v.Kind == VerdictKind.Fail) || ejection?.For >= before.Spec.Unreachable;
        return harmed != (moved.Move == Move.RolledBack) ? "harm that is proven and a canary that stays dead, and nothing else, take the canary back" : null;
    }

    private static Signal AnySignal(Random random, Rollout rollout) => random.Next(20) switch
    {
        0 => new Signal.Start(rollout.Run + 1, "ada"),
        1 when random.Next(4) == 0 => new Signal.Abort("ada", "no more"),
        _ => new Signal.Judged(RolloutMachineTests.Judge(
            random.Next(10) == 0 ? random.Next(3) : rollout.Stage,
            AnyKind(random),
            AnyKind(random),
            random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromMinutes(10),
            random.Next(10) == 0 ? "callers are silent" : null), random.Next(20) == 0 ? RolloutMachineTests.Ejected(random.Next(40)) : null),
    };

    // Mostly good news, so that many sequences come far.
    private static VerdictKind AnyKind(Random random) => random.Next(40) switch
    {
        0 => VerdictKind.Fail,
        1 or 2 => VerdictKind.Broken,
        < 6 => VerdictKind.NoData,
        < 14 => VerdictKind.Undecided,
        _ => VerdictKind.Pass,
    };
}

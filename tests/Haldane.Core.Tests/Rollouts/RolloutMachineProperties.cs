using FsCheck;
using FsCheck.Fluent;
using Haldane.Core.Alerts;
using Haldane.Core.Judging;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

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
            var rollout = AnyRollout(random);
            for (var step = 0; step < 60; step++)
            {
                var signal = AnySignal(random, rollout);
                var moved = RolloutMachine.Next(rollout, signal, Noon.AddSeconds(step));
                if (Broken(rollout, signal, moved, Noon.AddSeconds(step)) is { } promise)
                {
                    throw new InvalidOperationException($"seed {seed}, step {step}: {promise}: {rollout} + {signal} -> {moved}");
                }

                promoted += moved.Move == Move.Promoted ? 1 : 0;
                rollout = moved.Next;
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(100_000));

        Assert.True(promoted > 5_000, $"only {promoted} rollouts came to a promotion: the sequences say little");
    }

    private static string? Broken(Rollout before, Signal signal, Transition moved, DateTimeOffset now)
    {
        var after = moved.Next;
        var judgement = (signal as Signal.Judged)?.Judgement;
        if (after.Phase == Phase.Running && after.CanaryShare != after.Spec.Stages[after.Stage].Share)
        {
            return "the share is that of the stage";
        }

        if (after.Phase == Phase.Returning && (after.CanaryShare >= after.Spec.Stages[after.Stage].Share || (before.Phase == Phase.Returning && after.CanaryShare > before.CanaryShare)))
        {
            return "on its way back the share only falls";
        }

        if (before.Phase is Phase.RolledBack or Phase.Concluded or Phase.Draft && after.CanaryShare > Share.None && moved.Move != Move.Started)
        {
            return "what has ended serves nobody until it is started";
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

        if (moved.Move == Move.Promoted && judgement is null)
        {
            return "nobody promotes without proof";
        }

        if (moved.Move == Move.StageEntered && judgement is null && signal is not Signal.Advance { Ejection: null })
        {
            return "only the judge, or a person with a living canary, widens the share";
        }

        if (signal is Signal.Advance { Judgement: { } advanced } && moved.Changes && advanced.Verdicts.Any(v => v.Kind == VerdictKind.Fail))
        {
            return "nobody advances on proven harm";
        }

        var goesUp = moved.Move is Move.StageEntered or Move.Promoted;
        if (goesUp && before.Spec.Stages[before.Stage].Approval is { } asked
            && before.Approvals.Where(a => a.Stage == before.Stage && now - a.At < asked.Expires).DistinctBy(a => a.By.ToUpperInvariant()).Count() < asked.Count)
        {
            return "nothing goes up before as many people have agreed as were asked, in this stage and not too long ago";
        }

        if (goesUp && (signal is Signal.Judged { Frozen: not null } or Signal.Advance { Frozen: not null }))
        {
            return "nothing goes up while it is frozen";
        }

        if (goesUp && (signal is Signal.Judged { Alarm: not null } or Signal.Advance { Alarm: not null }))
        {
            return "nothing goes up while an alert stands";
        }

        if (moved.Move == Move.Approved && after.Approvals[^1] is var given && (given.By == before.StartedBy || given.Stage != before.Stage))
        {
            return "who has started a run of high risk does not agree to it";
        }

        if (before.Pause is not null && moved.Move is Move.StageEntered or Move.Promoted or Move.Concluded && judgement is not null)
        {
            return "what is paused does not move on";
        }

        if (judgement is null || before.Phase != Phase.Running || judgement.Stage != before.Stage)
        {
            return null;
        }

        return BrokenByJudgement(before, judgement, (Signal.Judged)signal, moved);
    }

    private static string? BrokenByJudgement(Rollout before, Judgement judgement, Signal.Judged signal, Transition moved)
    {
        var (_, ejection, _, alarm) = signal;
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

        var stage = before.Spec.Stages[before.Stage];
        if (moved.Move == Move.Promoted && stage.Kind == StageKind.Experiment)
        {
            return "an experiment promotes nothing";
        }

        if (widened && (judgement.CanaryExchanges < stage.Exchanges || judgement.CanarySubjects < stage.Subjects))
        {
            return "nothing widens before the canary has served as many as were asked";
        }

        if (moved.Move == Move.Promoted && (before.Stage != before.Spec.Stages.Count - 1 || judgement.Verdicts.Any(v => v.Kind != VerdictKind.Pass)))
        {
            return "a promotion needs the last stage and every guard passed";
        }

        for (var g = 0; widened && g < judgement.Verdicts.Count; g++)
        {
            if (StageEnd.IsRequired(before, before.Spec.Guards[g]) && judgement.Verdicts[g].Kind != VerdictKind.Pass)
            {
                return "a required guard must have passed";
            }
        }

        if (widened && ejection is not null)
        {
            return "nothing widens while the canary is ejected";
        }

        var isHarmed = judgement.Verdicts.Any(v => v.Kind == VerdictKind.Fail) || ejection?.For >= before.Spec.Unreachable || alarm is { TakesBack: true };
        var isOver = stage.WhenUndecided == WhenUndecided.RollBack && judgement.InStage - before.PausedFor >= stage.Stay;
        var isTaken = moved.Move is Move.RolledBack or Move.Returning;
        return isHarmed && !isTaken ? "harm that is proven, a canary that stays dead and an alert that says so take the canary back"
            : isTaken && !isHarmed && !isOver ? "nothing takes a canary back but harm, death, an alert and a stay that was too long"
            : null;
    }

    // Plans of two to four stages, some with an experiment at the end, some with steps on the way back, some that ask for more than a bake.
    private static Rollout AnyRollout(Random random)
    {
        var shares = new[] { 100, 1_000, 5_000, 9_500 }[..random.Next(2, 5)];
        StageSpec[] stages = [.. shares.Select(share => new StageSpec(new(share), Made.Bake)
        {
            Exchanges = random.Next(3) == 0 ? 500 : 0,
            Subjects = random.Next(3) == 0 ? 50 : 0,
            Guards = random.Next(3) == 0 ? ["accuracy"] : [],
            Stay = random.Next(3) == 0 ? TimeSpan.FromMinutes(30) : null,
            WhenUndecided = (WhenUndecided)random.Next(3),
            Approval = random.Next(4) == 0 ? new() { Count = random.Next(1, 3), Expires = TimeSpan.FromSeconds(random.Next(5, 40)) } : null,
        })];
        if (random.Next(4) == 0)
        {
            stages[^1] = stages[^1] with { Kind = StageKind.Experiment };
        }

        return Made.Running(0) with
        {
            Spec = Made.Spec with
            {
                Stages = stages.ToValueList(),
                Return = random.Next(2) == 0 ? ReturnSpec.AtOnce : new([new(4_000), new(500), new(50)], TimeSpan.FromSeconds(2)),
                Warm = TimeSpan.FromSeconds(random.Next(20)),
            },
        };
    }

    private static Signal AnySignal(Random random, Rollout rollout) => random.Next(40) switch
    {
        0 or 1 => new Signal.Start(rollout.Run + 1, "ada") { IsProven = true },
        2 when random.Next(4) == 0 => new Signal.RollBack("ada", "no more"),
        3 => new Signal.Pause("ada", "lunch", TimeSpan.FromMinutes(random.Next(40))),
        4 or 5 or 6 => new Signal.Resume("ada", null, TimeSpan.FromMinutes(random.Next(40))),
        7 => new Signal.Advance("ada", "quick", AnyJudgement(random, rollout), random.Next(5) == 0 ? Made.Ejected(1) : null, AnyFreeze(random), AnyAlarm(random)),
        8 or 9 => new Signal.Approve(new(random.Next(3) switch { 0 => "ada", 1 => "ben", _ => "cleo" }), "fine", FourEyes: true),
        < 13 => new Signal.Elapsed(random.Next(20) == 0 ? Made.Ejected(1) : null, AnyAlarm(random)),
        _ => new Signal.Judged(AnyJudgement(random, rollout), random.Next(20) == 0 ? Made.Ejected(random.Next(40)) : null, AnyFreeze(random), AnyAlarm(random)),
    };

    private static Alarm? AnyAlarm(Random random) => random.Next(200) switch
    {
        0 => new(true, "the alert A stands"),
        1 or 2 or 3 => new(false, "the alert B stands"),
        _ => null,
    };

    private static string? AnyFreeze(Random random) => random.Next(8) == 0 ? "frozen by year-end" : null;

    private static Judgement AnyJudgement(Random random, Rollout rollout)
    {
        var judgement = Made.Judge(
            random.Next(10) == 0 ? random.Next(3) : rollout.Stage,
            AnyKind(random),
            AnyKind(random),
            random.Next(3) == 0 ? TimeSpan.Zero : TimeSpan.FromMinutes(10),
            random.Next(10) == 0 ? "callers are silent" : null,
            TimeSpan.FromMinutes(random.Next(40)));
        return judgement with
        {
            CanaryExchanges = random.Next(5) == 0 ? 499 : 500,
            CanarySubjects = random.Next(5) == 0 ? 49 : 50,
            Anomalies = random.Next(20) == 0 ? [new("errors", 1, "a burst")] : [],
        };
    }

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

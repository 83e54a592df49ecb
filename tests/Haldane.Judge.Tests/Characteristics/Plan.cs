using Haldane.Core.Judging;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Characteristics;

/// <summary>How a run of the plan ended, in which second, and in which second its last stage began.</summary>
internal sealed record Ending(Phase Phase, int Second, int? LastStage, int Stage, string? Guard, string? Segment, string Reason, Judgement Judgement);

/// <summary>The rollout of the README: five guards, four countries, 1 %, 10 % and 50 % of 2,000 requests a second.</summary>
internal static class Plan
{
    public static readonly ModelSpec Model = Slices.Model(Slices.Country) with { Signals = new() { Prediction = new("/class", ["fraud", "clean"]) } };

    public static readonly RolloutSpec Rollout = Slices.Rollout(
        [
            Guard("errors", SignalKind.ErrorRate, Scale.Ratio, 2) with { Floor = 0.001 },
            Guard("p99", SignalKind.Latency, Scale.Ratio, 1.10, 0.99),
            Guard("p99-limit", SignalKind.Latency, Scale.Value, 0.3, 0.99),
            Guard("drift", SignalKind.PredictionDrift, Scale.JensenShannon, 0.05),
            Guard("accuracy", SignalKind.Accuracy, Scale.Difference, -0.02),
        ],
        1, 10, 50);

    /// <summary>Lets the judge and the rollout machine run until the rollout ends.</summary>
    public static Ending Run(Behaviour canary, int seed, int longest = 90)
    {
        var traffic = new Traffic(new Behaviour(), canary, seed);
        var judge = new RolloutJudge(Model, Rollout);
        var rollout = RolloutMachine.Next(new() { Spec = Rollout }, new Signal.Start(1, "test"), Slices.Start).Next;
        int? last = null;
        for (var second = 1; ; second++)
        {
            judge.Add(traffic.Next(rollout.Stage, rollout.CanaryShare));
            var judgement = judge.Evaluate();
            rollout = RolloutMachine.Next(rollout, new Signal.Judged(judgement), Slices.Start.AddSeconds(second)).Next;
            last ??= rollout.Stage == Rollout.Stages.Count - 1 ? second : null;
            if (rollout.Ended || second == longest)
            {
                return new(rollout.Phase, second, last, rollout.Stage, rollout.Guard, rollout.Segment, rollout.Reason, judgement);
            }
        }
    }

    private static GuardSpec Guard(string name, SignalKind kind, Scale scale, double bad, double quantile = 0) =>
        Slices.Guard(kind, scale, bad, quantile) with { Name = name, Segments = SegmentScan.All };
}

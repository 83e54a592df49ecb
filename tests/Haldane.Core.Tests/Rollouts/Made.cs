using Haldane.Core.Judging;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Rollouts;

/// <summary>Rollouts and judgements for the machine's tests.</summary>
internal static class Made
{
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan Bake = TimeSpan.FromMinutes(10);

    // Two guards: "errors" from the beginning, "accuracy" (late labels) required from 10 % on.
    public static readonly RolloutSpec Spec = new()
    {
        Name = "fraud-v2",
        Model = "fraud",
        Baseline = "v1",
        Canary = "v2",
        Stages = [new(new(100), Bake), new(new(1_000), Bake), new(new(5_000), Bake)],
        Guards =
        [
            new() { Name = "errors", Signal = new(SignalKind.ErrorRate), Scale = Scale.Ratio, Bad = 1.5 },
            new() { Name = "accuracy", Signal = new(SignalKind.Accuracy), Scale = Scale.Difference, Bad = -0.01, RequiredFrom = new(1_000) },
        ],
    };

    public static Judgement Judge(int stage, VerdictKind errors, VerdictKind accuracy, TimeSpan? baked = null, string? noData = null, TimeSpan? inStage = null) => new()
    {
        UpToSlice = 1,
        Stage = stage,
        Baked = baked ?? Bake,
        InStage = inStage ?? baked ?? Bake,
        CanaryExchanges = 1_000,
        NoData = noData,
        Verdicts = [Verdict("errors", errors), Verdict("accuracy", accuracy)],
    };

    public static Rollout Running(int stage) => new()
    {
        Spec = Spec,
        Run = 1,
        Phase = Phase.Running,
        Stage = stage,
        Hold = HoldReason.Baking,
        Since = Now.AddHours(-1),
        StartedAt = Now.AddHours(-2),
    };

    public static Ejection Ejected(double seconds) => new(TimeSpan.FromSeconds(seconds), EjectionCause.Unreachable, 5);

    public static Verdict Verdict(string guard, VerdictKind kind) => new() { Guard = guard, Signal = "x", Kind = kind, Reason = $"{guard} is {kind}" };

    public static Rollout In(Phase phase) =>
        Running(0) with { Phase = phase, Hold = phase == Phase.Running ? HoldReason.Baking : null, Run = phase == Phase.Draft ? 0 : 1 };
}

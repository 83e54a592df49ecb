using Haldane.Console.Dashboard.Rollouts;
using Haldane.Console.Dashboard.Wording;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.Console.Dashboard.Overview;

/// <summary>How much something asks for a person; the least value first.</summary>
public enum Urgency
{
    /// <summary>It waits for a person, or a person should look now.</summary>
    Person,

    /// <summary>It was taken back, or is being.</summary>
    TakenBack,

    /// <summary>It is on its way, and asks for nobody.</summary>
    Running,

    /// <summary>It is over, or has not begun.</summary>
    Quiet,
}

/// <summary>All models and rollouts.</summary>
/// <param name="Rows">What needs a person first.</param>
public sealed record OverviewModel(ValueList<RowModel> Rows)
{
    /// <summary>Rows that a page has when it comes: more than a screen of them.</summary>
    public const int First = 20;

    /// <summary>Whether the rest is left to be asked for.</summary>
    public bool IsBeginning { get; init; }

    /// <summary>The rows that are drawn.</summary>
    public IEnumerable<RowModel> Drawn => IsBeginning ? Rows.Take(First) : Rows;

    /// <summary>How many are left.</summary>
    public int Left => IsBeginning ? Math.Max(0, Rows.Count - First) : 0;

    /// <summary>In one sentence.</summary>
    public string Summary => Rows.Count == 0
        ? "There is no model that you may see."
        : (Count(Urgency.Person) switch
        {
            0 => "Nothing needs a person. ",
            1 => "One needs a person. ",
            var many => $"{many} need a person. ",
        }) + $"Taken back: {Count(Urgency.TakenBack)}. Under way: {Count(Urgency.Running)}. Quiet: {Count(Urgency.Quiet)}.";

    private int Count(Urgency urgency) => Rows.Count(r => r.Urgency == urgency);
}

/// <summary>A rollout, or a model that has none.</summary>
public sealed record RowModel
{
    /// <summary>The id of its element.</summary>
    public required string Id { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>The model's path.</summary>
    public required string Route { get; init; }

    /// <summary>The version that serves everyone; of a rollout, its baseline.</summary>
    public required string Serving { get; init; }

    /// <summary>The rollout; null for a model without one.</summary>
    public string? Rollout { get; init; }

    /// <summary>The version on trial; null for a model without a rollout.</summary>
    public string? Canary { get; init; }

    /// <summary>Where it stands.</summary>
    public Phase Phase { get; init; }

    /// <summary>How much it asks for a person.</summary>
    public Urgency Urgency { get; init; } = Urgency.Quiet;

    /// <summary>What the canary serves.</summary>
    public Share Share { get; init; }

    /// <summary>Where in the plan it is, e.g. <c>stage 2 of 4</c>; null where it moves no traffic.</summary>
    public string? Stage { get; init; }

    /// <summary>Since when it stands there; null for a model without a rollout, or one that has not begun.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Why it does not move on; null where it does, or is over.</summary>
    public HoldReason? Hold { get; init; }

    /// <summary>Why it stands where it stands.</summary>
    public string Reason { get; init; } = "";

    /// <summary>The guard that matters most; null before the first judgement.</summary>
    public string? Guard { get; init; }

    /// <summary>What the judge says of it.</summary>
    public VerdictKind Verdict { get; init; }

    /// <summary>What is decided next, and when; null where it is decided, or nothing can be said.</summary>
    public string? Forecast { get; init; }

    /// <summary>The 99th percentile of both arms over the last minutes; null where there is none.</summary>
    public SparkModel? Spark { get; init; }

    /// <summary>Whether who looks may take it back now.</summary>
    public bool MayRollBack { get; init; }
}

/// <summary>Two curves as large as a word.</summary>
/// <param name="Baseline">The baseline's path.</param>
/// <param name="Canary">The canary's path.</param>
/// <param name="Said">The same for who does not see it.</param>
public sealed record SparkModel(string Baseline, string Canary, string Said);

/// <summary>Makes the overview of what is known. Pure.</summary>
public static class Overviews
{
    private static readonly TimeSpan Recently = TimeSpan.FromDays(1);

    /// <summary>All that a person has to do with.</summary>
    /// <param name="models">The models.</param>
    /// <param name="rollouts">The rollouts.</param>
    /// <param name="person">Who looks.</param>
    /// <param name="now">The time: what was taken back a while ago is quiet.</param>
    public static OverviewModel Of(IReadOnlyList<ModelView> models, IReadOnlyList<RolloutView> rollouts, Person person, DateTimeOffset now)
    {
        var byModel = rollouts.ToLookup(r => r.Rollout.Spec.Model, StringComparer.Ordinal);
        return new(models
            .SelectMany(m => byModel[m.Name].Any() ? byModel[m.Name].Select(r => Row(m, r, person, now)) : [new() { Id = $"model-{Ids.Of(m.Name)}", Model = m.Name, Route = m.Route, Serving = m.Serving }])
            .OrderBy(r => r.Urgency).ThenByDescending(r => r.Since).ThenBy(r => r.Model, StringComparer.Ordinal).ThenBy(r => r.Rollout, StringComparer.Ordinal)
            .ToValueList());
    }

    private static RowModel Row(ModelView model, RolloutView view, Person person, DateTimeOffset now)
    {
        var rollout = view.Rollout;
        var worst = view.Judgement is { } judgement && (rollout.IsActive || rollout.Ended) ? StateWords.Worst(judgement.Verdicts) : null;
        var id = $"rollout-{Ids.Of(rollout.Name)}";
        return new()
        {
            Id = id,
            Model = model.Name,
            Route = model.Route,
            Serving = rollout.Spec.Baseline,
            Rollout = rollout.Name,
            Canary = rollout.Spec.Canary,
            Phase = rollout.Phase,
            Urgency = UrgencyOf(rollout, now),
            Share = rollout.CanaryShare,
            Stage = rollout.IsActive ? $"stage {rollout.Stage + 1} of {rollout.Spec.Stages.Count}" : null,
            Since = rollout.Phase == Phase.Draft ? null : rollout.Since,
            Hold = rollout.Hold,
            Reason = rollout.Reason,
            Guard = rollout.Guard ?? worst?.Guard,
            Verdict = rollout.Guard is null ? worst?.Kind ?? VerdictKind.NoData : VerdictKind.Fail,
            Forecast = NextDecision.Of(rollout, view.Judgement),
            Spark = Sparks.Of(id, view.Series),
            MayRollBack = RolloutModels.Offers(rollout, person).Any(o => o.Command == RolloutCommand.RollBack),
        };
    }

    private static Urgency UrgencyOf(Rollout rollout, DateTimeOffset now) => rollout switch
    {
        { Phase: Phase.Running, Hold: { } hold } when StateWords.NeedsPerson(hold) => Urgency.Person,
        { Phase: Phase.Returning } => Urgency.TakenBack,
        { Phase: Phase.RolledBack } when now - rollout.Since < Recently => Urgency.TakenBack,
        { Phase: Phase.Running } => Urgency.Running,
        _ => Urgency.Quiet,
    };
}

using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Core.Policies;

/// <summary>What policies and people say of when rollouts may go up. Pure.</summary>
/// <param name="Policies">From the specification.</param>
/// <param name="Ordered">Freezes by people.</param>
/// <param name="Overrides">At most one for each rollout.</param>
public sealed record Calendar(ValueList<PolicySpec> Policies, ValueList<Freeze> Ordered, ValueList<FreezeOverride> Overrides)
{
    /// <summary>No policy and no freeze.</summary>
    public static readonly Calendar Empty = new([], [], []);

    /// <summary>What it says at a moment.</summary>
    public CalendarMoment At(DateTimeOffset now) => new(this, [.. Standing(now)], now);

    private IEnumerable<StandingFreeze> Standing(DateTimeOffset now)
    {
        foreach (var policy in Policies)
        {
            foreach (var freeze in policy.Freezes)
            {
                if (freeze.Window(now) is var (since, until))
                {
                    yield return new(freeze.Name, since, until, freeze.Why) { Models = policy.Models };
                }
            }
        }

        foreach (var freeze in Ordered.Where(f => f.Stands(now)))
        {
            yield return new(freeze.Name, freeze.From, freeze.Until, $"{freeze.By}: {freeze.Why}") { Models = freeze.Models };
        }
    }
}

/// <summary>A calendar at a moment: what stands is looked up once, for all rollouts. Pure.</summary>
/// <param name="Calendar">The calendar.</param>
/// <param name="Standing">The freezes that stand.</param>
/// <param name="Now">The moment.</param>
public sealed record CalendarMoment(Calendar Calendar, ValueList<StandingFreeze> Standing, DateTimeOffset Now)
{
    /// <summary>The freezes that hold a rollout: those that stand and that nobody has set aside for it.</summary>
    public IEnumerable<StandingFreeze> Holding(Rollout rollout) => StandingFor(rollout).Where(f => !Calendar.Overrides.Any(o => o.Rollout == rollout.Name && o.Covers(f)));

    /// <summary>The freezes that stand for a rollout, set aside or not: those of its model, and the schedule of its stage while that is closed.</summary>
    public IEnumerable<StandingFreeze> StandingFor(Rollout rollout)
    {
        var standing = Standing.Count == 0 ? [] : Standing.Where(f => f.Holds(rollout.Spec.Model));
        return Schedule(rollout) is { Count: > 0 } times && !times.Any(t => t.Stands(Now))
            ? standing.Append(new($"the schedule of its stage, {string.Join(" or ", times.Select(t => t.When))}", rollout.Since, null, null))
            : standing;
    }

    private static ValueList<WindowSpec> Schedule(Rollout rollout) => rollout is { Phase: Phase.Running, Stage: var stage } && stage < rollout.Spec.Stages.Count ? rollout.Spec.Stages[stage].Schedule : [];

    /// <summary>Why a rollout may not go up now, one sentence; null when nothing is frozen.</summary>
    public string? Frozen(Rollout rollout) => Holding(rollout).FirstOrDefault()?.Sentence;

    /// <summary>Why one more rollout may not move beside those that do, one sentence; null when it may.</summary>
    /// <param name="rollout">The one.</param>
    /// <param name="all">All rollouts.</param>
    /// <param name="tells">Whether a model's rollouts may be named to whoever asks.</param>
    public string? Crowded(Rollout rollout, IEnumerable<Rollout> all, Func<string, bool> tells)
    {
        foreach (var policy in Calendar.Policies)
        {
            if (policy.AtMost is not { } most || !policy.Covers(rollout.Spec.Model))
            {
                continue;
            }

            Rollout[] moving = [.. all.Where(r => r.IsActive && r.Name != rollout.Name && policy.Covers(r.Spec.Model))];
            if (moving.Length >= most)
            {
                string[] names = [.. moving.Where(r => tells(r.Spec.Model)).Select(r => r.Name).Order(StringComparer.Ordinal).Take(5)];
                return $"the policy {policy.Name} lets {most} rollout{(most == 1 ? "" : "s")} move at once, and {moving.Length} move{(moving.Length == 1 ? "s" : "")}{(names.Length == 0 ? "" : $": {string.Join(", ", names)}{(names.Length < moving.Length ? " and others" : "")}")}";
            }
        }

        return null;
    }
}

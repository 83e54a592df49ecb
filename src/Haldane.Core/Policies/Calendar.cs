using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Core.Policies;

/// <summary>What policies and people's freezes say at a moment. Pure.</summary>
/// <param name="Policies">From the specification.</param>
/// <param name="Ordered">By people.</param>
public sealed record Calendar(ValueList<PolicySpec> Policies, ValueList<Freeze> Ordered)
{
    /// <summary>No policy and no freeze.</summary>
    public static readonly Calendar Empty = new([], []);

    /// <summary>The freezes that stand for a model.</summary>
    public IEnumerable<StandingFreeze> Standing(string model, DateTimeOffset now)
    {
        foreach (var freeze in Policies.Where(p => p.Covers(model)).SelectMany(p => p.Freezes))
        {
            if (freeze.Until(now) is { } until)
            {
                yield return new(freeze.Name, until, freeze.Why);
            }
        }

        foreach (var freeze in Ordered)
        {
            if ((freeze.Models.Count == 0 || freeze.Models.Contains(model)) && freeze.From <= now && !(freeze.Until <= now))
            {
                yield return new(freeze.Name, freeze.Until, $"{freeze.By}: {freeze.Why}");
            }
        }
    }

    /// <summary>The freezes that hold a rollout: those that stand and that nobody has set aside for it.</summary>
    public IEnumerable<StandingFreeze> Holding(Rollout rollout, DateTimeOffset now) =>
        Standing(rollout.Spec.Model, now).Where(f => !rollout.Overrides.Any(o => o.Covers(f, now)));

    /// <summary>Why a rollout may not go up now, one sentence; null when nothing is frozen.</summary>
    public string? Frozen(Rollout rollout, DateTimeOffset now) => Holding(rollout, now).FirstOrDefault()?.Sentence;

    /// <summary>Why one more rollout may not move beside those that do, one sentence; null when it may.</summary>
    public string? Crowded(Rollout rollout, IEnumerable<Rollout> all)
    {
        foreach (var policy in Policies)
        {
            if (policy.AtMost is not { } most || !policy.Covers(rollout.Spec.Model))
            {
                continue;
            }

            string[] moving = [.. all.Where(r => r.IsActive && r.Name != rollout.Name && policy.Covers(r.Spec.Model)).Select(r => r.Name)];
            if (moving.Length >= most)
            {
                return $"the policy {policy.Name} lets {most} rollout{(most == 1 ? "" : "s")} move at once, and there {(moving.Length == 1 ? "is" : "are")} {string.Join(", ", moving.Order(StringComparer.Ordinal).Take(5))}{(moving.Length > 5 ? " and others" : "")}";
            }
        }

        return null;
    }
}

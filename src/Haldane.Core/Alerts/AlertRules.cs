using Haldane.Core.Access;
using Haldane.Core.Specification;

namespace Haldane.Core.Alerts;

/// <summary>Which alerts matter to which rollout. Pure.</summary>
public static class AlertRules
{
    /// <summary>The rule of a rollout that an alert fits; of several one that takes the canary back; null where none does.</summary>
    public static AlertSpec? Find(RolloutSpec rollout, StandingAlert alert)
    {
        if (!alert.Models.Covers(rollout.Model))
        {
            return null;
        }

        AlertSpec? found = null;
        foreach (var rule in rollout.Alerts)
        {
            if (rule.Labels.All(alert.Labels.Contains) && (found is null || (rule.Then == AlertThen.RollBack && found.Then == AlertThen.Hold)))
            {
                found = rule;
            }
        }

        return found;
    }

    /// <summary>What the alerts that stand mean for a rollout; the worst of them, null where none matters.</summary>
    public static Alarm? Of(RolloutSpec rollout, IEnumerable<StandingAlert> standing)
    {
        Alarm? worst = null;
        foreach (var alert in rollout.Alerts.Count == 0 ? [] : standing)
        {
            if (Find(rollout, alert) is { } rule && (worst is null || (rule.Then == AlertThen.RollBack && !worst.TakesBack)))
            {
                worst = new(rule.Then == AlertThen.RollBack, $"the alert {alert.Name} stands since {alert.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC{(alert.Summary is null ? "" : $": {alert.Summary}")}");
            }
        }

        return worst;
    }
}

/// <summary>An alert that matters to a rollout.</summary>
/// <param name="TakesBack">Whether the canary is taken back; else the rollout holds.</param>
/// <param name="Sentence">Which one, since when.</param>
public sealed record Alarm(bool TakesBack, string Sentence);

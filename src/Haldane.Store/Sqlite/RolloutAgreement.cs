using Haldane.Core.Ledger;
using Haldane.Core.Rollouts;

namespace Haldane.Store.Sqlite;

/// <summary>What a ledger entry and the rollout's state that was stored with it must both say.</summary>
internal static class RolloutAgreement
{
    /// <summary>How the two differ, or null.</summary>
    public static string? Difference(LedgerEntry entry, Rollout state)
    {
        if (entry.Rollout != state.Name)
        {
            return $"the entry is about '{entry.Rollout}', the state about '{state.Name}'";
        }

        if (entry.Run != state.Run)
        {
            return $"the entry has run {entry.Run}, the state has {state.Run}";
        }

        if (entry.Stage != state.Stage)
        {
            return $"the entry has stage {entry.Stage}, the state has {state.Stage}";
        }

        if (PhaseAfter(entry.Kind) is { } phase && phase != state.Phase)
        {
            return $"the entry says '{entry.Kind}', the state is {state.Phase}";
        }

        if (state.Phase == Phase.Returning && (state.ReturnStep < 0 || state.ReturnStep >= state.Spec.Return.Steps.Count))
        {
            return $"the state is at step {state.ReturnStep} of {state.Spec.Return.Steps.Count} on its way back";
        }

        if (state.IsActive && (state.Stage < 0 || state.Stage >= state.Spec.Stages.Count))
        {
            return $"the state is at stage {state.Stage} of {state.Spec.Stages.Count}";
        }

        return entry.To == state.CanaryShare ? null : $"the entry sets the share to {entry.To}, the state has {state.CanaryShare}";
    }

    /// <summary>How what a state says of people differs from what was recorded, or null.</summary>
    /// <param name="state">The state.</param>
    /// <param name="agreed">Who started its run, and who has agreed since: stage, who, when.</param>
    public static string? Difference(Rollout state, IReadOnlyList<(int Stage, string By, DateTimeOffset At)> agreed)
    {
        // Programs before approvals kept no starter.
        if (state is { StartedBy: null, Approvals.Count: 0 } || state.Run == 0)
        {
            return null;
        }

        return agreed.Count == 0 || agreed[0].By != state.StartedBy ? $"the state says that {state.StartedBy} has started it"
            : !agreed.Skip(1).SequenceEqual(state.Approvals.Select(a => (a.Stage, a.By, a.At))) ? "the state has other agreements of people than were recorded"
            : null;
    }

    /// <summary>Refuses an entry and a state that differ.</summary>
    public static void Require(LedgerEntry entry, Rollout next)
    {
        if (Difference(entry, next) is { } difference)
        {
            throw new ArgumentException($"entry and rollout do not belong together: {difference}", nameof(next));
        }
    }

    // Other kinds of entries may come; of those nothing is known.
    private static Phase? PhaseAfter(string kind) => kind switch
    {
        "started" or "stage-entered" or "held" or "paused" or "resumed" or "approved" => Phase.Running,
        "promoted" or "retired" => Phase.Promoted,
        "returning" => Phase.Returning,
        "rolled-back" => Phase.RolledBack,
        "concluded" => Phase.Concluded,
        _ => null,
    };
}

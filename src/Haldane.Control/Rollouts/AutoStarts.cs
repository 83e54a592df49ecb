using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Rollouts;

/// <summary>Knows which rollouts are still to start by themselves. For the control loop only.</summary>
/// <remarks>
/// Tried again after each tick while the store is down, or while policies let nothing start: a bad moment must not keep a rollout waiting for the next restart.
/// Any other obstacle ends it until the plan changes: the rollout could start at a time when nobody thinks of it any more.
/// </remarks>
internal sealed class AutoStarts
{
    private readonly Dictionary<string, RolloutSpec> _settled = new(StringComparer.Ordinal); // the plan that was tried, by name
    private readonly Dictionary<string, string> _waiting = new(StringComparer.Ordinal); // why those that wait do: said once

    /// <summary>Those that are due, by order of the specification.</summary>
    public IReadOnlyList<Rollout> Due(IReadOnlyList<RolloutSpec> specification, IReadOnlyDictionary<string, Rollout> rollouts) =>
    [
        .. specification.Where(r => r.Start == StartMode.Auto).Select(r => rollouts[r.Name])
            .Where(r => r.Phase == Phase.Draft && !ReferenceEquals(_settled.GetValueOrDefault(r.Name), r.Spec)),
    ];

    /// <summary>Remembers how an attempt went.</summary>
    /// <param name="rollout">Which.</param>
    /// <param name="outcome">What came of it.</param>
    /// <param name="mayLater">Whether it is tried again.</param>
    /// <returns>What is to be said of it; null when there is nothing new.</returns>
    public string? Tried(Rollout rollout, CommandOutcome outcome, bool mayLater)
    {
        if (!mayLater)
        {
            _settled[rollout.Name] = rollout.Spec;
        }

        if (outcome.Kind == CommandOutcomeKind.Done || _waiting.GetValueOrDefault(rollout.Name) == outcome.Message)
        {
            return null;
        }

        return _waiting[rollout.Name] = outcome.Message;
    }
}

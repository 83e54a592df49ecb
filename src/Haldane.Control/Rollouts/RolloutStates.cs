using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Rollouts;

/// <summary>The rollouts that there are: as the specification has them and as they were recorded. One writer at a time.</summary>
internal sealed class RolloutStates
{
    private readonly Dictionary<string, Rollout> _rollouts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Rollout> _replaced = new(StringComparer.Ordinal); // recorded, and their plan has changed since: what they left still serves

    /// <summary>By name, also those that the specification no longer has.</summary>
    public IReadOnlyDictionary<string, Rollout> ByName => _rollouts;

    /// <summary>All that has a say in who serves what.</summary>
    public IEnumerable<Rollout> Known => _rollouts.Values.Concat(_replaced.Values);

    /// <summary>Takes up what was recorded.</summary>
    public void Load(IEnumerable<Rollout> recorded)
    {
        foreach (var rollout in recorded)
        {
            _rollouts[rollout.Name] = rollout;
        }
    }

    /// <summary>Where a rollout stands now.</summary>
    /// <param name="next">Its state.</param>
    /// <param name="isRecorded">Whether it is the one that the store has of this name.</param>
    public void Put(Rollout next, bool isRecorded)
    {
        _rollouts[next.Name] = next;
        if (isRecorded)
        {
            _replaced.Remove(next.Name);
        }
    }

    /// <summary>Brings them in line with a specification: what it has under another plan stands at its beginning.</summary>
    /// <returns>Those of it that stand elsewhere since: at their beginning, or where they stood when their plan was the same.</returns>
    public IReadOnlyList<Rollout> Fit(IReadOnlyList<RolloutSpec> specification)
    {
        var before = _rollouts.ToDictionary();
        var wanted = specification.ToDictionary(r => r.Name, StringComparer.Ordinal);
        foreach (var draft in _rollouts.Values.Where(r => r.Run == 0 && !r.Spec.Equals(wanted.GetValueOrDefault(r.Name))).ToList())
        {
            _rollouts.Remove(draft.Name);
            if (_replaced.Remove(draft.Name, out var recorded))
            {
                _rollouts[draft.Name] = recorded;
            }
        }

        foreach (var spec in specification)
        {
            if (_rollouts.TryGetValue(spec.Name, out var known) && known.Spec.Equals(spec))
            {
                continue;
            }

            if (known is not null)
            {
                _replaced[spec.Name] = known;
            }

            _rollouts[spec.Name] = new() { Spec = spec };
        }

        return [.. specification.Select(r => _rollouts[r.Name]).Where(r => !ReferenceEquals(before.GetValueOrDefault(r.Name), r))];
    }
}

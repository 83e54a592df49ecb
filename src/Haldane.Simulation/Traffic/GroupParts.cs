using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>The part of the exchanges that each group of subjects makes.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class GroupParts
{
    /// <summary>Each the same.</summary>
    public static readonly GroupParts Even = new([.. Enumerable.Repeat(1.0, SubjectGroups.Count)]);

    private readonly double[] _parts;
    private readonly AliasTable _table;

    /// <summary>In proportion to weights.</summary>
    /// <param name="weights">For each group at least 0, not all 0.</param>
    public GroupParts(double[] weights)
    {
        var total = weights.Sum();
        _parts = [.. weights.Select(w => w / total)];
        _table = new(_parts);
    }

    /// <summary>The group of one exchange's subject.</summary>
    public int Draw(Dice dice) => _table.Draw(dice);

    /// <summary>Divides exchanges over groups, on top of what these hold.</summary>
    public void Add(Dice dice, long count, Span<long> groups) => dice.AddMultinomial(count, _table, _parts, groups);
}

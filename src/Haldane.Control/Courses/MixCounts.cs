using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Control.Courses;

/// <summary>What both arms answered, by kind. For one thread.</summary>
internal sealed class MixCounts
{
    private readonly Dictionary<(Arm Arm, Mix Mix), long[]> _counts = [];

    /// <summary>Adds what a slice has of everyone.</summary>
    public void Add(Arm arm, CellEvidence everyone)
    {
        foreach (var mix in MixSizes.All)
        {
            var news = everyone.Of(mix);
            if (news.Count == 0)
            {
                continue;
            }

            if (!_counts.TryGetValue((arm, mix), out var counts))
            {
                _counts[(arm, mix)] = counts = new long[news.Count];
            }

            for (var kind = 0; kind < counts.Length; kind++)
            {
                counts[kind] += news[kind];
            }
        }
    }

    /// <summary>By kind; empty where there was none.</summary>
    public ValueList<long> Of(Arm arm, Mix mix) => _counts.TryGetValue((arm, mix), out var counts) ? ValueList.Create<long>(counts) : [];
}

using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Gateway.Counting;

/// <summary>Where the counters of an arm's cell stand in a block. Immutable.</summary>
internal sealed class CellLayout(int cells, int classes, bool confidence)
{
    public const int Exchanges = 0;
    public const int Errors = 1;
    public const int Unread = 2;
    public const int Classes = 3;
    public const int Bins = 20;

    private readonly int _classCount = classes > 0 ? classes + 1 : 0;

    public bool HasClasses => _classCount > 0;

    public int ConfidenceBins { get; } = confidence ? Bins : 0;

    public int Confidence => Classes + _classCount;

    public int Latency => Confidence + ConfidenceBins;

    public int Length => 2 * cells * Stride;

    private int Stride => Latency + LatencyBuckets.Count;

    public int At(Arm arm, int cell) => ((int)arm * cells + cell) * Stride;

    /// <summary>Turns the counters of an arm into evidence.</summary>
    public ArmEvidence Evidence(ReadOnlySpan<long> block, Arm arm, long newSubjects)
    {
        var evidence = new CellEvidence[cells];
        for (var cell = 0; cell < cells; cell++)
        {
            var counters = block.Slice(At(arm, cell), Stride);
            evidence[cell] = counters.IndexOfAnyExcept(0L) < 0
                ? CellEvidence.Empty
                : new()
                {
                    Exchanges = counters[Exchanges],
                    Errors = counters[Errors],
                    Unread = counters[Unread],
                    Classes = ValueList.Create(counters.Slice(Classes, _classCount)),
                    Confidence = ValueList.Create(counters.Slice(Confidence, ConfidenceBins)),
                    Latency = Sparse(counters[Latency..]),
                };
        }

        return new() { Cells = ValueList.Create<CellEvidence>(evidence), NewSubjects = newSubjects };
    }

    private static SparseCounts Sparse(ReadOnlySpan<long> counts)
    {
        var buckets = new List<int>();
        var values = new List<long>();
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] != 0)
            {
                buckets.Add(i);
                values.Add(counts[i]);
            }
        }

        return new(buckets.ToValueList(), values.ToValueList());
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Gateway.Shadow;

/// <summary>Pairs of answers by cell, while they are counted. Any thread adds, one at a time takes.</summary>
internal sealed class PairCounters(SegmentCells cells)
{
    private const int Numbers = 4; // pairs, different, and the same of the baseline against itself

    private readonly long[] _counts = new long[cells.Count * Numbers];

    /// <summary>Counts a pair.</summary>
    /// <param name="segmentCode">The segments of the request.</param>
    /// <param name="differs">Whether the answers differ.</param>
    /// <param name="ofBaseline">Whether both are the baseline's.</param>
    public void Add(int segmentCode, bool differs, bool ofBaseline)
    {
        Span<int> own = stackalloc int[1 + cells.Segments.Count];
        own[0] = SegmentCells.Everyone;
        cells.Decode(segmentCode, own[1..]);
        foreach (var cell in own)
        {
            var at = cell * Numbers + (ofBaseline ? 2 : 0);
            Interlocked.Increment(ref _counts[at]);
            if (differs)
            {
                Interlocked.Increment(ref _counts[at + 1]);
            }
        }
    }

    /// <summary>What was counted since the last call.</summary>
    public ValueList<PairCounts> Take()
    {
        var taken = new List<PairCounts>();
        for (var cell = 0; cell < cells.Count; cell++)
        {
            // The differing ones first: a pair is counted before it is said to differ, so none can differ that is not counted yet.
            var (different, itself) = (Taken(cell, 1), Taken(cell, 3));
            var (pairs, controls) = (Taken(cell, 0), Taken(cell, 2));
            if (pairs + controls > 0)
            {
                taken.Add(new(cell, pairs, different, controls, itself, 0, 0, 0));
            }
        }

        return taken.ToValueList();
    }

    private long Taken(int cell, int number) => Interlocked.Exchange(ref _counts[cell * Numbers + number], 0);
}

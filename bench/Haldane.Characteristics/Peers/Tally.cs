using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Characteristics.Peers;

/// <summary>What one arm did in one slice.</summary>
/// <param name="bySegment">Whether cells are filled too: only the judge looks at them, and drawing them takes time.</param>
internal sealed class Tally(bool bySegment)
{
    private const int Cells = Traffic.Segments + 1;

    // While a server stands still, a tenth of a slice's answers take 4.7 times as long.
    private const int Stall = 130;
    private const double StallPart = 0.1;

    private readonly int[] _exchanges = new int[Cells], _errors = new int[Cells], _first = new int[Cells], _labelled = new int[Cells], _wrong = new int[Cells];
    private readonly List<int>[] _latency = [.. Enumerable.Range(0, bySegment ? Cells : 1).Select(_ => new List<int>())];

    public int Exchanges => _exchanges[0];

    public int Errors => _errors[0];

    public int First => _first[0];

    public int Labelled => _labelled[0];

    public int Wrong => _wrong[0];

    /// <summary>Buckets of the answers, in no order.</summary>
    public IReadOnlyList<int> Latency => _latency[0];

    /// <summary>Draws so many requests.</summary>
    /// <param name="random">Random numbers.</param>
    /// <param name="requests">How many.</param>
    /// <param name="errors">The baseline's error rate now.</param>
    /// <param name="harm">What is wrong with the arm.</param>
    /// <param name="latency">Its usual latency, as buckets.</param>
    /// <param name="shift">Buckets on top.</param>
    /// <param name="stands">Whether its servers stand still for a moment.</param>
    public void Draw(Random random, int requests, double errors, Harm harm, AliasTable latency, int shift, bool stands)
    {
        var left = requests;
        for (var segment = 1; segment < Cells; segment++)
        {
            var here = random.Successes(left, 1.0 / (Cells - segment));
            left -= here;
            var rate = Math.Min(1, errors * harm.Errors * (segment == Cells - 1 ? harm.ErrorsInSegment : 1));
            var failed = random.Successes(here, rate);
            var answers = here - failed;
            var labelled = random.Successes(answers, Traffic.Labelled);
            Add(segment, here, failed, random.Successes(answers, Traffic.FirstClass + harm.Moved), labelled, random.Successes(labelled, Traffic.WrongRate + harm.Wrong));
            for (var i = 0; i < answers; i++)
            {
                var bucket = latency.Draw(random) + shift + (stands && random.NextDouble() < StallPart ? Stall : 0);
                _latency[0].Add(bucket);
                if (bySegment)
                {
                    _latency[segment].Add(bucket);
                }
            }
        }
    }

    public IEnumerable<LabelCounts> Labels(Arm arm) => Enumerable.Range(0, Cells)
        .Where(cell => _labelled[cell] > 0)
        .Select(cell => new LabelCounts(0, arm, cell, _labelled[cell], _wrong[cell]));

    public ArmEvidence Evidence() => new()
    {
        NewSubjects = Exchanges,
        Cells = Enumerable.Range(0, Cells).Select(cell => new CellEvidence
        {
            Exchanges = _exchanges[cell],
            Errors = _errors[cell],
            ErrorSubjects = _errors[cell],
            Latency = Buckets.Sparse(_latency[cell]),
            Classes = [_first[cell], _exchanges[cell] - _errors[cell] - _first[cell], 0],
        }).ToValueList(),
    };

    private void Add(int segment, int exchanges, int errors, int first, int labelled, int wrong)
    {
        foreach (var cell in (ReadOnlySpan<int>)[0, segment])
        {
            _exchanges[cell] += exchanges;
            _errors[cell] += errors;
            _first[cell] += first;
            _labelled[cell] += labelled;
            _wrong[cell] += wrong;
        }
    }
}

/// <summary>Turns drawn buckets into a histogram.</summary>
internal static class Buckets
{
    /// <summary>Sorts the buckets and counts equal ones.</summary>
    public static SparseCounts Sparse(List<int> drawn)
    {
        drawn.Sort();
        var (buckets, counts) = (new List<int>(drawn.Count), new List<long>(drawn.Count));
        foreach (var bucket in drawn)
        {
            if (buckets.Count > 0 && buckets[^1] == bucket)
            {
                counts[^1]++;
            }
            else
            {
                buckets.Add(bucket);
                counts.Add(1);
            }
        }

        return new(buckets.ToValueList(), counts.ToValueList());
    }
}

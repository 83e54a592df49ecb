using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;

namespace Haldane.Gateway.Counting;

/// <summary>Sums of the numbers that are read of answers, by arm, cell and group of subjects.</summary>
/// <remarks>Any thread may count: each core has its own block. Counters only grow; one thread at a time may take a report.</remarks>
internal sealed class ValueCounters
{
    // Of a value in a cell and group.
    private const int Count = 0, NonZero = 1, Sum = 2, Squares = 3, Stride = 4;

    // More is waited for than a few answers, since a report is as long as there are groups and cells; a guard sees its last twentieth of answers late.
    private const double Growth = 1.05;

    private readonly (int Index, ValueSpec Spec)[] _values;
    private readonly int _cells;
    private readonly long[][] _blocks;
    private readonly long[] _reported;
    private readonly ReportPace[] _paces; // by arm and value
    private readonly long[] _told; // answers that the pace of an arm and value knows of

    private ValueCounters((int, ValueSpec)[] values, int cells, int cores)
    {
        (_values, _cells) = (values, cells);
        var length = 2 * values.Length * cells * SubjectGroups.Count * Stride;
        _blocks = [.. Enumerable.Range(0, cores).Select(_ => new long[length])];
        _reported = new long[length];
        _paces = [.. Enumerable.Range(0, 2 * values.Length).Select(_ => new ReportPace(Growth))];
        _told = new long[_paces.Length];
    }

    /// <summary>Counters for the values of a model that the gateway reads; null when there is none.</summary>
    /// <param name="model">The model.</param>
    /// <param name="cells">How many cells there are.</param>
    /// <param name="cores">How many blocks.</param>
    public static ValueCounters? For(ModelSpec model, int cells, int cores)
    {
        var values = model.Signals.Values.Where(v => GatewayValues.IsRead(v.Name, model.Protocol)).Select(v => (GatewayValues.All.AsSpan().IndexOf(v.Name), v)).ToArray();
        return values.Length == 0 ? null : new(values, cells, cores);
    }

    /// <summary>Counts what was read of an answer.</summary>
    /// <param name="core">Whose block.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="cells">The cells that it is in.</param>
    public void Answered(int core, in CountedAnswer answer, ReadOnlySpan<int> cells)
    {
        var block = _blocks[core];
        var group = SubjectGroups.Of(answer.Subject);
        for (var v = 0; v < _values.Length; v++)
        {
            var (index, spec) = _values[v];
            var read = answer.Values[index];
            if (double.IsNaN(read))
            {
                continue;
            }

            var held = Math.Clamp(read, spec.Min, spec.Max);
            foreach (var cell in cells)
            {
                var at = At((int)answer.Arm, v, cell, group);
                if (held != 0)
                {
                    Interlocked.Increment(ref block[at + NonZero]);
                    Add(ref block[at + Sum], held);
                    Add(ref block[at + Squares], held * held);
                }

                Interlocked.Increment(ref block[at + Count]);
            }
        }
    }

    /// <summary>What was counted since it was last reported; nothing of a value of which there is little more.</summary>
    /// <param name="stage">The stage that is counted.</param>
    public ValueList<ValueMoments> Report(int stage)
    {
        var moments = new List<ValueMoments>();
        for (var arm = 0; arm < 2; arm++)
        {
            for (var v = 0; v < _values.Length; v++)
            {
                if (_paces[arm * _values.Length + v].IsDue(Grown(arm, v)))
                {
                    Take(stage, arm, v, moments);
                }
            }
        }

        return moments.ToValueList();
    }

    // How many answers have come since the last call; paces add them up themselves, so that each is told once.
    private long Grown(int arm, int value)
    {
        var grown = 0L;
        for (var group = 0; group < SubjectGroups.Count; group++)
        {
            grown += Total(At(arm, value, SegmentCells.Everyone, group) + Count);
        }

        var key = arm * _values.Length + value;
        var more = grown - _told[key];
        _told[key] = grown;
        return more;
    }

    private void Take(int stage, int arm, int value, List<ValueMoments> moments)
    {
        for (var cell = 0; cell < _cells; cell++)
        {
            for (var group = 0; group < SubjectGroups.Count; group++)
            {
                var at = At(arm, value, cell, group);
                var count = TakeCount(at + Count);
                if (count > 0)
                {
                    moments.Add(new(_values[value].Spec.Name, stage, (Arm)arm, cell, group, count, TakeCount(at + NonZero), TakeSum(at + Sum), TakeSum(at + Squares)));
                }
            }
        }
    }

    private int At(int arm, int value, int cell, int group) => (((arm * _values.Length + value) * _cells + cell) * SubjectGroups.Count + group) * Stride;

    private long Total(int at)
    {
        var sum = 0L;
        foreach (var block in _blocks)
        {
            sum += Volatile.Read(ref block[at]);
        }

        return sum;
    }

    private long TakeCount(int at)
    {
        var total = Total(at);
        var grown = total - _reported[at];
        _reported[at] = total;
        return grown;
    }

    private double TakeSum(int at)
    {
        var total = 0.0;
        foreach (var block in _blocks)
        {
            total += BitConverter.Int64BitsToDouble(Volatile.Read(ref block[at]));
        }

        var grown = total - BitConverter.Int64BitsToDouble(_reported[at]);
        _reported[at] = BitConverter.DoubleToInt64Bits(total);
        return grown;
    }

    private static void Add(ref long bits, double amount)
    {
        while (true)
        {
            var before = Volatile.Read(ref bits);
            var after = BitConverter.DoubleToInt64Bits(BitConverter.Int64BitsToDouble(before) + amount);
            if (Interlocked.CompareExchange(ref bits, after, before) == before)
            {
                return;
            }
        }
    }
}

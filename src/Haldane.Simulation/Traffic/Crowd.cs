using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>Some exchanges that nothing tells apart but their segments: how many there are, and how many in each cell.</summary>
/// <remarks>
/// The value of one segment says nothing about that of another, nor about what else happens to an exchange. So whatever happens to k of them happens to a
/// sample of k without putting back, drawn for each segment by itself. Changes by <see cref="Remove"/> and <see cref="Add"/>; for one thread.
/// </remarks>
internal sealed class Crowd
{
    // Nanoseconds of one step of dealing and of one hypergeometric draw: which of two exact ways is the shorter. Only speed hangs on them.
    private const long DealCost = 6;
    private const long DrawCost = 80;

    private readonly SegmentCells _layout;
    private readonly long[] _cells;

    private Crowd(SegmentCells layout, long[] cells) => (_layout, _cells) = (layout, cells);

    /// <summary>How many there are.</summary>
    public long Count => _cells[SegmentCells.Everyone];

    /// <summary>How many by cell; everyone first.</summary>
    public ReadOnlySpan<long> Cells => _cells;

    /// <summary>Nobody.</summary>
    public static Crowd Nobody(SegmentCells layout) => new(layout, new long[layout.Count]);

    /// <summary>So many, with random segments.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="layout">The model's segments.</param>
    /// <param name="count">How many.</param>
    /// <param name="parts">For each cell the chance of its value within its segment; everyone's is not read.</param>
    public static Crowd Of(Dice dice, SegmentCells layout, long count, ReadOnlySpan<double> parts)
    {
        var cells = new long[layout.Count];
        cells[SegmentCells.Everyone] = count;
        for (var s = 0; s < layout.Segments.Count; s++)
        {
            var own = layout.CellsOf(s);
            dice.Multinomial(count, parts[own], cells.AsSpan(own));
        }

        return new(layout, cells);
    }

    /// <summary>A random sample of them; they stay where they are.</summary>
    public Crowd Sample(Dice dice, long count)
    {
        var cells = new long[_cells.Length];
        cells[SegmentCells.Everyone] = count;
        if (count > 0)
        {
            for (var s = 0; s < _layout.Segments.Count; s++)
            {
                var own = _layout.CellsOf(s);
                dice.Draw(_cells.AsSpan(own), Count, count, cells.AsSpan(own));
            }
        }

        return new(_layout, cells);
    }

    /// <summary>Takes a random sample of them out.</summary>
    public Crowd Take(Dice dice, long count)
    {
        var taken = Sample(dice, count);
        Remove(taken);
        return taken;
    }

    /// <summary>Leaves these out.</summary>
    public void Remove(Crowd others)
    {
        for (var i = 0; i < _cells.Length; i++)
        {
            _cells[i] -= others._cells[i];
        }
    }

    /// <summary>Adds these.</summary>
    public void Add(Crowd others) => others.AddTo(_cells);

    /// <summary>Adds them to counts by cell.</summary>
    public void AddTo(Span<long> cells)
    {
        for (var i = 0; i < _cells.Length; i++)
        {
            cells[i] += _cells[i];
        }
    }

    /// <summary>Divides all of them at random over kinds of a given size.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="kinds">How many of each kind; their sum is <see cref="Count"/>.</param>
    /// <param name="first">The index of the first kind.</param>
    /// <param name="sink">By cell a row that takes the counts by kind.</param>
    public void Deal(Dice dice, ReadOnlySpan<long> kinds, int first, long[][] sink)
    {
        var everyone = sink[SegmentCells.Everyone];
        var occupied = 0;
        for (var k = 0; k < kinds.Length; k++)
        {
            everyone[first + k] += kinds[k];
            occupied += kinds[k] > 0 ? 1 : 0;
        }

        for (var s = 0; s < _layout.Segments.Count; s++)
        {
            var own = _layout.CellsOf(s);
            var (from, end) = (own.Start.Value, own.End.Value);
            if (Count * DealCost < (long)occupied * (end - from - 1) * DrawCost)
            {
                DealOneByOne(dice, kinds, first, sink, from, end);
            }
            else
            {
                DealByCounts(dice, kinds, first, sink, from, end);
            }
        }
    }

    // A shuffled pack of cards, one for each exchange with its cell on it, dealt to the kinds in turn.
    private void DealOneByOne(Dice dice, ReadOnlySpan<long> kinds, int first, long[][] sink, int from, int end)
    {
        var pack = new byte[Count];
        var at = 0;
        for (var cell = from; cell < end; cell++)
        {
            pack.AsSpan(at, (int)_cells[cell]).Fill((byte)(cell - from));
            at += (int)_cells[cell];
        }

        var left = pack.Length;
        for (var k = 0; k < kinds.Length; k++)
        {
            for (var i = kinds[k]; i > 0; i--)
            {
                var pick = dice.Next(left--);
                sink[from + pack[pick]][first + k]++;
                pack[pick] = pack[left];
            }
        }
    }

    private void DealByCounts(Dice dice, ReadOnlySpan<long> kinds, int first, long[][] sink, int from, int end)
    {
        Span<long> left = stackalloc long[end - from], drawn = stackalloc long[end - from];
        _cells.AsSpan(from, end - from).CopyTo(left);
        var all = Count;
        for (var k = 0; k < kinds.Length; k++)
        {
            if (kinds[k] == 0)
            {
                continue;
            }

            dice.Draw(left, all, kinds[k], drawn);
            all -= kinds[k];
            for (var i = 0; i < drawn.Length; i++)
            {
                left[i] -= drawn[i];
                sink[from + i][first + k] += drawn[i];
            }
        }
    }
}

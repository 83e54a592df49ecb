using Haldane.Core.Specification;

namespace Haldane.Core.Evidence;

/// <summary>Numbers the cells that evidence is kept for: 0 is everyone, then one for each value of each segment, and its <c>other</c>.</summary>
/// <remarks>Immutable. An exchange adds to cell 0 and to one cell of each segment.</remarks>
public sealed class SegmentCells
{
    /// <summary>The cell of everyone.</summary>
    public const int Everyone = 0;

    /// <summary>The segment code of what is known to belong to everyone, but not to which segments: feedback that names only its subject.</summary>
    public const int UnknownCode = -1;

    /// <summary>The name of the value that stands for all unlisted ones.</summary>
    public const string Other = "other";

    /// <summary>Numbers the cells of a model's segments.</summary>
    public SegmentCells(IReadOnlyList<SegmentSpec> segments)
    {
        var names = new List<string> { "" };
        var owners = new List<int> { -1 };
        FirstCell = new int[segments.Count];
        for (var s = 0; s < segments.Count; s++)
        {
            FirstCell[s] = names.Count;
            foreach (var value in segments[s].Values.Append(Other))
            {
                names.Add($"{segments[s].Name}={value}");
                owners.Add(s);
            }
        }

        Names = [.. names];
        Owners = [.. owners];
        Segments = segments;
    }

    /// <summary>The segments, in order.</summary>
    public IReadOnlyList<SegmentSpec> Segments { get; }

    /// <summary>How many cells there are, everyone included.</summary>
    public int Count => Names.Length;

    /// <summary>For each segment the cell of its first value; its other values follow in order, <c>other</c> last.</summary>
    public int[] FirstCell { get; }

    /// <summary>The cells of a segment: its values in order, <c>other</c> last.</summary>
    public Range CellsOf(int segment) => FirstCell[segment]..(FirstCell[segment] + Segments[segment].Values.Count + 1);

    /// <summary>For each cell its name, e.g. <c>country=MY</c>; empty for everyone.</summary>
    public string[] Names { get; }

    /// <summary>For each cell the index of its segment; -1 for everyone.</summary>
    public int[] Owners { get; }

    /// <summary>Packs the value of every segment into one number.</summary>
    /// <param name="values">For each segment the index of its value; the count of values means <c>other</c>.</param>
    public int Encode(ReadOnlySpan<int> values)
    {
        var code = 0;
        for (var s = 0; s < values.Length; s++)
        {
            code = code * (Segments[s].Values.Count + 1) + values[s];
        }

        return code;
    }

    /// <summary>The cells, beside everyone, that a segment code stands for.</summary>
    public void Decode(int code, Span<int> cells)
    {
        for (var s = Segments.Count - 1; s >= 0; s--)
        {
            var radix = Segments[s].Values.Count + 1;
            cells[s] = FirstCell[s] + code % radix;
            code /= radix;
        }
    }
}

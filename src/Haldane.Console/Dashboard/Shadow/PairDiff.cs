using System.Text;
using System.Text.Json;
using DiffPlex;
using DiffPlex.DiffBuilder;
using DiffPlex.DiffBuilder.Model;

namespace Haldane.Console.Dashboard.Shadow;

/// <summary>What happened to a line or a word.</summary>
public enum PieceKind
{
    /// <summary>Both have it.</summary>
    Same,

    /// <summary>The other side has something else in its place, or nothing.</summary>
    Other,

    /// <summary>There is nothing on this side.</summary>
    Missing,
}

/// <summary>Words of a line.</summary>
/// <param name="Text">The words.</param>
/// <param name="IsOther">Whether the other side lacks them.</param>
public sealed record Piece(string Text, bool IsOther);

/// <summary>A line of one side.</summary>
/// <param name="Kind">What happened to it.</param>
/// <param name="Pieces">Its words.</param>
public sealed record DiffSide(PieceKind Kind, IReadOnlyList<Piece> Pieces);

/// <summary>Two lines side by side.</summary>
/// <param name="Baseline">The baseline's.</param>
/// <param name="Canary">The canary's.</param>
public sealed record DiffRow(DiffSide Baseline, DiffSide Canary);

/// <summary>Lays two answers side by side: JSON with its fields in one order, everything else line by line. Pure.</summary>
public static class PairDiff
{
    /// <summary>The lines of both.</summary>
    public static IReadOnlyList<DiffRow> Of(string baseline, string canary)
    {
        var (left, right) = Pretty(baseline) is { } b && Pretty(canary) is { } c ? (b, c) : (baseline, canary);
        var diff = new SideBySideDiffBuilder(new Differ()).BuildDiffModel(left, right, ignoreWhitespace: false);
        return [.. diff.OldText.Lines.Zip(diff.NewText.Lines, (old, news) => new DiffRow(Side(old), Side(news)))];
    }

    /// <summary>JSON for people, its fields in the order of their names, each line of a text on a line; null when it is none.</summary>
    public static string? Pretty(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            var written = new StringBuilder();
            Write(written, document.RootElement, "");
            return written.ToString();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Write(StringBuilder to, JsonElement value, string indent)
    {
        var inner = indent + "  ";
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().Any():
                to.Append("{\n");
                Join(to, value.EnumerateObject().OrderBy(p => p.Name, StringComparer.Ordinal), p =>
                {
                    to.Append(inner).Append('"').Append(p.Name).Append("\": ");
                    Write(to, p.Value, inner);
                });
                to.Append('\n').Append(indent).Append('}');
                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0 && value.EnumerateArray().Any(v => v.ValueKind is JsonValueKind.Object or JsonValueKind.Array):
                to.Append("[\n");
                Join(to, value.EnumerateArray(), v =>
                {
                    to.Append(inner);
                    Write(to, v, inner);
                });
                to.Append('\n').Append(indent).Append(']');
                break;
            case JsonValueKind.String when value.GetString()!.Contains('\n', StringComparison.Ordinal):
                to.Append('"').Append(value.GetString()!.ReplaceLineEndings("\n" + inner)).Append('"');
                break;
            case JsonValueKind.String:
                to.Append('"').Append(value.GetString()).Append('"');
                break;
            default:
                to.Append(value.GetRawText());
                break;
        }
    }

    private static void Join<T>(StringBuilder to, IEnumerable<T> items, Action<T> write)
    {
        var isFirst = true;
        foreach (var item in items)
        {
            to.Append(isFirst ? "" : ",\n");
            write(item);
            isFirst = false;
        }
    }

    private static DiffSide Side(DiffPiece line) => line.Type switch
    {
        ChangeType.Imaginary => new(PieceKind.Missing, []),
        ChangeType.Unchanged => new(PieceKind.Same, [new(line.Text, false)]),
        ChangeType.Modified => new(PieceKind.Other, [.. line.SubPieces.Where(p => p.Type != ChangeType.Imaginary).Select(p => new Piece(p.Text, p.Type != ChangeType.Unchanged))]),
        _ => new(PieceKind.Other, [new(line.Text, true)]),
    };
}

using Haldane.Core.Ports;
using Haldane.Core.Reports;

namespace Haldane.Console.Dashboard.Shadow;

/// <summary>In what two answers differ; a pair may differ in several ways.</summary>
public enum PairKind
{
    /// <summary>The status of the answers.</summary>
    Status,

    /// <summary>Values in JSON.</summary>
    Fields,

    /// <summary>The words of a text.</summary>
    Text,

    /// <summary>The direction of a vector.</summary>
    Vector,

    /// <summary>The confidence.</summary>
    Confidence,
}

/// <summary>Which pairs somebody wants to see, and in what order.</summary>
/// <param name="Kind">Those that differ so; null for all.</param>
/// <param name="Field">Those that differ at this JSON pointer; null for all.</param>
/// <param name="BySize">The most different first, not the newest.</param>
/// <param name="IsWhole">All of them, however many.</param>
public sealed record PairFilter(PairKind? Kind, string? Field, bool BySize, bool IsWhole = false);

/// <summary>Pairs of answers that differ.</summary>
public sealed record PairsModel
{
    /// <summary>The rollout.</summary>
    public required string Rollout { get; init; }

    /// <summary>How many are kept at most; 0: none.</summary>
    public required int Most { get; init; }

    /// <summary>Whether the rollout is in a shadow stage now.</summary>
    public required bool IsInShadow { get; init; }

    /// <summary>What is asked for.</summary>
    public required PairFilter Filter { get; init; }

    /// <summary>How many pairs are kept.</summary>
    public required int Kept { get; init; }

    /// <summary>How many of them differ in each way.</summary>
    public required IReadOnlyList<(PairKind Kind, int Count)> Kinds { get; init; }

    /// <summary>Where they differ most often.</summary>
    public required IReadOnlyList<(string Field, int Count)> Fields { get; init; }

    /// <summary>How many are as they are asked for.</summary>
    public required int Found { get; init; }

    /// <summary>Those of them that are shown.</summary>
    public required IReadOnlyList<PairRow> Rows { get; init; }

    /// <summary>Where a filter leads.</summary>
    public string Href(PairFilter filter)
    {
        List<string> asked = [];
        if (filter.Kind is { } kind)
        {
            asked.Add($"kind={PairModels.WordOf(kind)}");
        }

        if (filter.Field is { } field)
        {
            asked.Add($"field={Uri.EscapeDataString(field)}");
        }

        if (filter.BySize)
        {
            asked.Add("by=size");
        }

        if (filter.IsWhole)
        {
            asked.Add("show=all");
        }

        return $"/rollouts/{Uri.EscapeDataString(Rollout)}/pairs" + (asked.Count > 0 ? "?" + string.Join('&', asked) : "");
    }
}

/// <summary>A pair in the list.</summary>
/// <param name="Pair">The pair.</param>
/// <param name="Href">Where it is shown.</param>
/// <param name="Differs">In what it differs, and how much.</param>
/// <param name="Request">The beginning of the request.</param>
public sealed record PairRow(DifferingPair Pair, string Href, string Differs, string Request);

/// <summary>Sorts pairs for people. Pure.</summary>
public static class PairModels
{
    /// <summary>How many are shown where not all are asked for.</summary>
    public const int Shown = 30;

    private const int MostFields = 12;
    private const int Snippet = 160;

    /// <summary>The list.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="most">How many are kept at most.</param>
    /// <param name="pairs">Those that are kept, the newest first; null where the rollout is in no shadow stage.</param>
    /// <param name="filter">Which are asked for.</param>
    public static PairsModel Of(string rollout, int most, IReadOnlyList<DifferingPair>? pairs, PairFilter filter)
    {
        IReadOnlyList<DifferingPair> kept = pairs ?? [];
        List<DifferingPair> found = [.. kept.Where(p => (filter.Kind is not { } kind || KindsOf(p).Contains(kind)) && (filter.Field is not { } field || p.Fields.Contains(field)))];
        var ordered = filter.BySize ? found.OrderByDescending(SizeOf).ThenByDescending(p => p.Fields.Count) : found.AsEnumerable();
        return new()
        {
            Rollout = rollout,
            Most = most,
            IsInShadow = pairs is not null,
            Filter = filter,
            Kept = kept.Count,
            Kinds = [.. Enum.GetValues<PairKind>().Select(k => (k, kept.Count(p => KindsOf(p).Contains(k)))).Where(k => k.Item2 > 0)],
            Fields = [.. kept.SelectMany(p => p.Fields).GroupBy(f => f, StringComparer.Ordinal).Select(g => (g.Key, g.Count())).OrderByDescending(g => g.Item2).ThenBy(g => g.Key, StringComparer.Ordinal).Take(MostFields)],
            Found = found.Count,
            Rows = [.. ordered.Take(filter.IsWhole ? found.Count : Shown).Select(p => new PairRow(p, $"/rollouts/{Uri.EscapeDataString(rollout)}/pairs/{p.Number}", Differs(p), Begin(p.Request)))],
        };
    }

    /// <summary>In what a pair differs.</summary>
    public static IReadOnlyList<PairKind> KindsOf(DifferingPair pair)
    {
        List<PairKind> kinds = [];
        AddIf(PairKind.Status, pair.Baseline.Status != pair.Canary.Status);
        AddIf(PairKind.Text, pair.Similarity is < 1);
        AddIf(PairKind.Vector, pair.Cosine is < 1);
        AddIf(PairKind.Confidence, pair.ConfidenceDifference is not (null or 0));
        AddIf(PairKind.Fields, pair.Fields.Count > 0);
        return kinds;

        void AddIf(PairKind kind, bool holds)
        {
            if (holds)
            {
                kinds.Add(kind);
            }
        }
    }

    /// <summary>How different two answers are, in [0, 1]: another status is as different as can be.</summary>
    public static double SizeOf(DifferingPair pair) => pair.Baseline.Status != pair.Canary.Status
        ? 1
        : new[] { 1 - pair.Similarity, 1 - pair.Cosine, Math.Abs(pair.ConfidenceDifference ?? 0) }.OfType<double>().Max();

    /// <summary>A way to differ, as it stands in an address.</summary>
    public static string WordOf(PairKind kind) => kind.ToString().ToLowerInvariant();

    /// <summary>In what a pair differs and how much, in one line.</summary>
    public static string Differs(DifferingPair pair)
    {
        List<string> said = [];
        if (pair.Baseline.Status != pair.Canary.Status)
        {
            said.Add($"status {pair.Baseline.Status} and {pair.Canary.Status}");
        }

        if (pair.Similarity is { } similarity)
        {
            said.Add($"texts {Figures.Percent(similarity)} alike");
        }

        if (pair.Cosine is < 1 and var cosine)
        {
            said.Add($"vectors of cosine {Figures.Number(cosine, 4)}");
        }

        if (pair.ConfidenceDifference is { } confidence and not 0)
        {
            said.Add($"confidence {Figures.Number(Math.Abs(confidence))} apart");
        }

        if (pair.Fields.Count > 0)
        {
            said.Add($"at {string.Join(", ", pair.Fields.Take(3))}{(pair.Fields.Count > 3 ? $" and {pair.Fields.Count - 3} more" : "")}");
        }

        return said.Count == 0 ? "in what cannot be shown" : string.Join("; ", said);
    }

    private static string Begin(string text) => text.Length <= Snippet ? text : text[..Snippet] + "...";
}

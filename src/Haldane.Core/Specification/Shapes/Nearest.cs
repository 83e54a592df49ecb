using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification.Shapes;

/// <summary>Guesses which known word was meant.</summary>
internal static class Nearest
{
    // Beyond this the word is shown anyway as wrong; comparing it letter by letter would only cost time.
    private const int LongestWord = 40;

    /// <summary>The known word that takes the fewest changes, or null if none is near.</summary>
    public static string? Of(string found, IEnumerable<string> known)
    {
        if (found.Length is 0 or > LongestWord)
        {
            return null;
        }

        var (best, word) = known.Select(k => (Distance(Fold(found), Fold(k)), k)).DefaultIfEmpty((int.MaxValue, "")).MinBy(x => x.Item1);
        return best * 2 < word.Length && best <= Math.Max(2, word.Length / 3) ? word : null;
    }

    /// <summary>Says that a name stands for nothing, and which one may be meant.</summary>
    public static string Unknown(string found, string what, string[] known)
    {
        var cure = Of(found, known) is { } meant ? $": did you mean \"{meant}\"?" : "";
        var wanted = known.Length == 0 ? "one, but there is none" : "one of " + Clip.Plain(string.Join(", ", known));
        return $"found {Clip.Quoted(found)}, which is no {what}; wanted {wanted}{cure}";
    }

    /// <summary>Levenshtein's distance: letters to insert, remove or replace.</summary>
    internal static int Distance(string a, string b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
        {
            row[j] = j;
        }

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replace, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }

    // bake_time, BakeTime and baketime are the same slip.
    private static string Fold(string word) =>
        word.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();
}

using System.Text;

namespace Haldane.Gateway.Shadow.Comparison;

/// <summary>How alike two texts are. Pure.</summary>
internal static class TextSimilarity
{
    /// <summary>Words of each text that are looked at; the rest of very long ones is left out.</summary>
    public const int MostWords = 4_096;

    /// <summary>From 0 to 1; 1 only for texts that are the same but for blanks and the case of letters.</summary>
    /// <remarks>
    /// The resemblance of the texts' pairs of neighbouring words, those in both over those in either, each counted as often as it occurs: Broder, "On the resemblance and containment of documents" (1997), with
    /// shingles of two words, so that order counts.
    /// </remarks>
    public static double Of(string one, string other)
    {
        var (first, second) = (Normal(one), Normal(other));
        if (first == second)
        {
            return 1;
        }

        var shingles = Shingles(first);
        var (ofFirst, ofSecond, common) = (shingles.Values.Sum(), 0, 0);
        foreach (var (shingle, count) in Shingles(second))
        {
            ofSecond += count;
            common += Math.Min(count, shingles.GetValueOrDefault(shingle));
        }

        var resemblance = common / (double)(ofFirst + ofSecond - common);
        return Math.Min(resemblance, Math.BitDecrement(1));
    }

    /// <summary>One blank between words, none around them, and no capitals.</summary>
    public static string Normal(string text)
    {
        var normal = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (!char.IsWhiteSpace(c))
            {
                normal.Append(char.ToLowerInvariant(c));
            }
            else if (normal.Length > 0 && normal[^1] != ' ')
            {
                normal.Append(' ');
            }
        }

        return normal.ToString().TrimEnd(' ');
    }

    // The first word has nothing before it, the last nothing behind it: so a text of one word has pairs too.
    private static Dictionary<(string, string), int> Shingles(string normal)
    {
        var counts = new Dictionary<(string, string), int>();
        var before = "";
        foreach (var word in normal.Split(' ', MostWords + 1).Take(MostWords).Append(""))
        {
            counts[(before, word)] = counts.GetValueOrDefault((before, word)) + 1;
            before = word;
        }

        return counts;
    }
}

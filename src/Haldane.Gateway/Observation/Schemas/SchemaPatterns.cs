using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Haldane.Gateway.Observation.Schemas;

/// <summary>Patterns of schemas, as far as they mean the same in .NET and can be matched in time linear in the text.</summary>
/// <remarks>Any thread. Keeps the first patterns it meets; a gateway sees the same few tools all day.</remarks>
internal static partial class SchemaPatterns
{
    private const int Longest = 512;
    private const int MostKept = 256;
    private const long LargestCount = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(20);
    private static readonly ConcurrentDictionary<string, Regex?> Kept = new(StringComparer.Ordinal);

    // Upper-case classes are ASCII's complement in ECMAScript and Unicode's in .NET: what fits there might not fit here.
    [GeneratedRegex(@"\\[WDSB]|\[\^[^\]]*\\[wds]|\\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 100)]
    private static partial Regex Otherwise { get; }

    // Repetitions within repetitions multiply what has to be built.
    [GeneratedRegex(@"\{(?<least>\d+)(,(?<most>\d*))?\}", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 100)]
    private static partial Regex Counts { get; }

    /// <summary>Whether a text has a part that fits a pattern.</summary>
    public static SchemaFit Matches(string pattern, string text)
    {
        try
        {
            if (!Kept.TryGetValue(pattern, out var compiled))
            {
                compiled = Compile(pattern);
                if (Kept.Count < MostKept)
                {
                    Kept.TryAdd(pattern, compiled);
                }
            }

            return compiled is null ? SchemaFit.CannotTell : SchemaFits.Of(compiled.IsMatch(text));
        }
        catch (RegexMatchTimeoutException)
        {
            return SchemaFit.CannotTell;
        }
    }

    private static Regex? Compile(string pattern)
    {
        if (pattern.Length > Longest || Otherwise.IsMatch(pattern) || Repeats(pattern) > LargestCount)
        {
            return null;
        }

        try
        {
            return new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Patience);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return null;
        }
    }

    private static long Repeats(string pattern)
    {
        var product = 1L;
        foreach (Match count in Counts.Matches(pattern))
        {
            var most = count.Groups["most"] is { Success: true, Length: > 0 } upper ? upper : count.Groups["least"];
            product = long.TryParse(most.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var times) && times <= LargestCount
                ? product * Math.Max(1, times) : LargestCount + 1;
            if (product > LargestCount)
            {
                break;
            }
        }

        return product;
    }
}

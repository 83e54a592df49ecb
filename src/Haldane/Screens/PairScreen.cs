using System.Globalization;
using Haldane.Core.Ports;

namespace Haldane.Screens;

/// <summary>Pairs of answers that differ, as plain lines.</summary>
internal static class PairScreen
{
    public static void Write(TextWriter to, IReadOnlyList<DifferingPair> pairs)
    {
        foreach (var pair in pairs)
        {
            var fields = pair.Fields.Count == 0 ? "" : $"  differs at {string.Join(", ", pair.Fields)}";
            to.WriteLine($"{pair.At.ToString("u", CultureInfo.InvariantCulture)}{fields}");
            to.WriteLine($"  request   {Plain(pair.Request)}");
            to.WriteLine($"  baseline  {Side(pair.Baseline)}");
            to.WriteLine($"  canary    {Side(pair.Canary)}");
        }

        to.WriteLine(pairs.Count == 0 ? "no pair that differs is kept: keepPairs of the stage says how many are" : $"{pairs.Count} pairs, the newest first");
    }

    private static string Side(PairSide side) =>
        $"{side.Status}{(side.Seconds is { } seconds ? $" in {(seconds * 1000).ToString("0.0", CultureInfo.InvariantCulture)} ms" : "")}  {Plain(side.Body ?? "(too large or encoded)")}";

    // Callers wrote some of it: a control character could paint over the rest of the screen.
    private static string Plain(string text) => string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c));
}

namespace Haldane.Judge;

/// <summary>Numbers for people: few digits, thousands separators, a unit that fits.</summary>
internal static class Say
{
    // Observations of the canary in the stage below which nothing is said.
    private const int Fewest = 10;

    /// <summary>The sentence for too few observations in a stage, or null.</summary>
    public static string? FewerThanNeeded(long seen, string what) =>
        seen >= Fewest ? null : $"{Count(seen)} {what} in this stage, {Fewest} are the least";

    /// <summary>E.g. <c>6,912</c>.</summary>
    public static string Count(long count) => count.ToString("N0");

    /// <summary>So many significant digits, never an exponent, no zeros at the end: <c>0.0123</c>, <c>44.1</c>, <c>1,240</c>.</summary>
    public static string Number(double value, int digits = 3)
    {
        if (value == 0)
        {
            return "0";
        }

        var magnitude = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        var decimals = Math.Clamp(digits - 1 - magnitude, 0, 9);
        return Math.Round(value, decimals).ToString("#,##0.#########");
    }

    /// <summary>A fraction, e.g. <c>0.52 %</c>.</summary>
    public static string Percent(double fraction) => Number(fraction * 100) + " %";

    /// <summary>A ratio, e.g. <c>39 % higher</c>, <c>5 % lower</c> or <c>the same</c>.</summary>
    public static string Change(double ratio) => Number(Math.Abs(ratio - 1) * 100, 2) switch
    {
        "0" => "the same",
        var percent => $"{percent} % {(ratio > 1 ? "higher" : "lower")}",
    };

    /// <summary>A ratio, e.g. <c>6.1 times</c>.</summary>
    public static string Times(double ratio) => Number(ratio, 2) + " times";

    /// <summary>A ratio to the baseline, e.g. <c>6.1 times the baseline</c> or <c>as the baseline</c>.</summary>
    public static string Compared(double ratio) => Number(ratio, 2) == "1" ? "as the baseline" : Times(ratio) + " the baseline";

    /// <summary>A difference of numbers, e.g. <c>5 lower</c> or <c>the same</c>.</summary>
    public static string More(double difference) => difference == 0 ? "the same" : $"{Number(Math.Abs(difference))} {(difference > 0 ? "higher" : "lower")}";

    /// <summary>A difference of fractions without its sign, e.g. <c>2.4 points</c>.</summary>
    public static string Points(double difference) => Number(Math.Abs(difference) * 100, 2) switch
    {
        "1" => "1 point",
        var points => points + " points",
    };

    /// <summary>A difference of fractions with its sign, in points, without the unit, e.g. <c>+2.4</c>.</summary>
    public static string Signed(double difference) => (difference > 0 ? "+" : "") + Number(difference * 100, 2);

    /// <summary>A latency, e.g. <c>44.1 ms</c>.</summary>
    public static string Seconds(double seconds) => seconds switch
    {
        < 1e-3 => Number(seconds * 1e6) + " us",
        < 1 => Number(seconds * 1e3) + " ms",
        _ => Number(seconds) + " s",
    };

    /// <summary>A difference of latencies, e.g. <c>12 ms higher</c> or <c>the same</c>.</summary>
    public static string SecondsMore(double difference) => difference == 0 ? "the same" : $"{Seconds(Math.Abs(difference))} {(difference > 0 ? "higher" : "lower")}";

    /// <summary>A stretch of time, e.g. <c>14 s</c> or <c>2.5 min</c>.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds switch
    {
        < 120 => Number(time.TotalSeconds, 2) + " s",
        < 7200 => Number(time.TotalMinutes, 2) + " min",
        _ => Number(time.TotalHours, 2) + " h",
    };

    /// <summary>Further segments in one sentence; null when there is nothing to say.</summary>
    public static string? Aside(IEnumerable<string> harmed, IEnumerable<string> suspects)
    {
        var parts = new List<string>();
        if (harmed.Any())
        {
            parts.Add("harm is proven in " + string.Join(", ", harmed) + " too");
        }

        if (suspects.Any())
        {
            parts.Add("worth a look: " + string.Join(", ", suspects));
        }

        return parts.Count == 0 ? null : string.Join("; ", parts);
    }

    /// <summary>A name of a latency quantile, e.g. <c>p99.9</c>.</summary>
    public static string Quantile(double quantile) => "p" + (quantile * 100).ToString("0.###");

    /// <summary>That the baseline is beyond a limit itself.</summary>
    public static string Trouble(double rate, long count, string of, string margin) =>
        $"the baseline itself is beyond the limit: {Percent(rate)} of its last {Count(count)} {of}; {margin}; what both versions suffer is not held against the canary";
}

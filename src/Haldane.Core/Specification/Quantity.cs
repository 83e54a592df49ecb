using System.Globalization;

namespace Haldane.Core.Specification;

/// <summary>Reads the amounts of a specification: shares, rates, durations, percentage points and ratios.</summary>
/// <remarks>Each reader gives what to change when it refuses; null when only its general rule can help. Ranges are checked by the fields.</remarks>
internal static class Quantity
{
    private static readonly string[] MemoryUnits = ["MiB", "GiB", "TiB"];

    private const decimal LongestDays = 3_650;

    /// <summary>The patterns for editors; looser than the readers only in their ranges.</summary>
    internal const string SharePattern = @"^[0-9]+(\.[0-9]{1,2})?%$";
    internal const string RatePattern = @"^[0-9]*\.?[0-9]+%?$";
    internal const string DurationPattern = @"^(?=[0-9])([0-9]+(\.[0-9]+)?d)?([0-9]+(\.[0-9]+)?h)?([0-9]+(\.[0-9]+)?m)?([0-9]+(\.[0-9]+)?s)?([0-9]+(\.[0-9]+)?ms)?$";
    internal const string PointsPattern = @"^[+-]?[0-9]*\.?[0-9]+pp$";
    internal const string FrequencyPattern = @"^[0-9]*\.?[0-9]+/(s|m|h|d)$";
    internal const string RatioPattern = @"^[0-9]*\.?[0-9]+x?$";

    // Largest first: a duration is written like 1h30m, never like 30m1h.
    private static readonly (string Unit, decimal Seconds)[] Units = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1), ("ms", 0.001m)];

    /// <summary>A part of the traffic: <c>10%</c>, <c>0.25%</c>. A plain number is refused: <c>1</c> could be one percent or everything.</summary>
    public static bool TryShare(string text, out Share share, out string? cure)
    {
        share = default;
        cure = null;
        if (!text.EndsWith('%'))
        {
            cure = TryDecimal(text, out var plain)
                ? $"the percent sign is missing, write {Show(plain)}%" + (plain is > 0 and < 1 ? $" or {Show(plain * 100)}%" : "") : null;
            return false;
        }

        if (!TryDecimal(text[..^1], out var percent) || percent is < 0 or > 100)
        {
            return false;
        }

        var points = percent * 100;
        if (points != decimal.Truncate(points))
        {
            cure = $"round it, e.g. to {Show(Math.Max(0.01m, Math.Round(percent, 2)))}%";
            return false;
        }

        share = new((int)points);
        return true;
    }

    /// <summary>A part of a whole, as a fraction: <c>1%</c> or <c>0.01</c>.</summary>
    public static bool TryRate(string text, out double fraction, out string? cure)
    {
        var isPercent = text.EndsWith('%');
        var read = TryDecimal(isPercent ? text[..^1] : text, out var number);
        fraction = (double)(isPercent ? number / 100 : number);
        cure = !read && text.EndsWith("pp", StringComparison.Ordinal) ? "percentage points are for differences, write a percentage" : null;
        return read;
    }

    /// <summary>A difference of rates, as a fraction: <c>-1pp</c> is one percentage point lower.</summary>
    public static bool TryPoints(string text, out double fraction, out string? cure)
    {
        fraction = 0;
        cure = null;
        if (text.EndsWith("pp", StringComparison.Ordinal))
        {
            var read = TryDecimal(text[..^2], out var points);
            fraction = (double)(points / 100);
            return read;
        }

        if (TryDecimal(text.EndsWith('%') ? text[..^1] : text, out var plain))
        {
            cure = $"a difference is in percentage points, write e.g. {Show(plain)}pp";
        }

        return false;
    }

    /// <summary>One number divided by another: <c>1.1</c> or <c>1.1x</c>.</summary>
    public static bool TryRatio(string text, out double ratio, out string? cure)
    {
        var read = TryDecimal(text.EndsWith('x') ? text[..^1] : text, out var number);
        ratio = (double)number;
        cure = !read && text.EndsWith('%') && TryDecimal(text[..^1], out var percent)
            ? $"a ratio has no percent sign, write e.g. {Show(percent < 100 ? 1 + percent / 100 : percent / 100)}"
            : null;
        return read;
    }

    /// <summary>How often something happens, per second: <c>200/s</c>, <c>30/m</c>.</summary>
    public static bool TryFrequency(string text, out double perSecond, out string? cure)
    {
        perSecond = 0;
        cure = TryDecimal(text, out var plain) && plain > 0 ? $"the unit of time is missing, write e.g. {Show(plain)}/s" : null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
        {
            return false;
        }

        var unit = Array.FindIndex(Units, u => u.Unit != "ms" && text.AsSpan(slash + 1).SequenceEqual(u.Unit));
        if (unit < 0 || !TryDecimal(text[..slash], out var amount))
        {
            cure = "the units of time are s, m, h and d";
            return false;
        }

        perSecond = (double)(amount / Units[unit].Seconds);
        return true;
    }

    /// <summary>A plain number.</summary>
    public static bool TryNumber(string text, out double number, out string? cure)
    {
        cure = null;
        var read = TryDecimal(text, out var exact);
        number = (double)exact;
        return read;
    }

    /// <summary>A length of time: <c>300ms</c>, <c>15m</c>, <c>1h30m</c>; units from large to small, each at most once.</summary>
    public static bool TryDuration(string text, out TimeSpan duration, out string? cure)
    {
        duration = default;
        cure = text.Length > 0 && TryDecimal(text, out var bare) && bare >= 0 ? $"the unit is missing, write e.g. {Show(bare)}s" : null;
        var seconds = 0m;
        var nextUnit = 0;
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            i = SkipWhile(text, i, static c => char.IsAsciiDigit(c) || c == '.');
            var afterNumber = i;
            i = SkipWhile(text, i, char.IsAsciiLetter);
            var unit = Array.FindIndex(Units, nextUnit, u => text.AsSpan(afterNumber, i - afterNumber).SequenceEqual(u.Unit));
            if (unit < 0 || !TryDecimal(text[start..afterNumber], out var amount))
            {
                cure ??= "the units are d, h, m, s and ms, from large to small and without spaces";
                return false;
            }

            seconds += amount > LongestDays * 86_400_000 ? LongestDays * 86_400 : amount * Units[unit].Seconds;
            nextUnit = unit + 1;
        }

        if (text.Length == 0 || seconds >= LongestDays * 86_400)
        {
            return false;
        }

        duration = TimeSpan.FromTicks((long)(seconds * TimeSpan.TicksPerSecond));
        return true;
    }

    /// <summary>An amount of memory, as text.</summary>
    public const string BytesPattern = "^[0-9]+(\\.[0-9]+)?(MiB|GiB|TiB)$";

    /// <summary>Reads <c>512MiB</c> or <c>1.5GiB</c>.</summary>
    public static bool TryBytes(string text, out long bytes, out string? cure)
    {
        (bytes, cure) = (0, null);
        var unit = Array.FindIndex(MemoryUnits, u => text.EndsWith(u, StringComparison.Ordinal));
        if (unit < 0)
        {
            cure = text.EndsWith('B') || text.All(char.IsAsciiDigit) ? "the units are MiB, GiB and TiB" : null;
            return false;
        }

        if (!TryDecimal(text[..^3], out var number) || number <= 0 || number > 1_000_000)
        {
            return false;
        }

        bytes = (long)(number * (1L << (20 + 10 * unit)));
        return true;
    }

    /// <summary>As a specification would write it.</summary>
    public static string Show(TimeSpan duration) => duration switch
    {
        { TotalDays: >= 2 } when duration.Ticks % TimeSpan.TicksPerDay == 0 => Show((decimal)duration.TotalDays) + "d",
        { TotalHours: >= 2 } => Show((decimal)duration.TotalHours) + "h",
        { TotalMinutes: >= 1 } => Show((decimal)duration.TotalMinutes) + "m",
        { TotalSeconds: >= 1 } => Show((decimal)duration.TotalSeconds) + "s",
        _ => Show((decimal)duration.TotalMilliseconds) + "ms",
    };

    private static string Show(decimal number) => number.ToString("0.####", CultureInfo.InvariantCulture);

    // Decimal, because a tenth of a percent is exact in it. No exponents, no thousands, no spaces: what a person writes.
    private static bool TryDecimal(string text, out decimal number)
    {
        number = 0;
        return text.Length is > 0 and <= 20
            && decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out number);
    }

    private static int SkipWhile(string text, int from, Func<char, bool> belongs)
    {
        while (from < text.Length && belongs(text[from]))
        {
            from++;
        }

        return from;
    }
}

/// <summary>Durations as specifications write them, for whoever else takes and shows them.</summary>
public static class Durations
{
    /// <summary>Reads <c>300ms</c>, <c>15m</c> or <c>1h30m</c>.</summary>
    public static bool TryRead(string text, out TimeSpan duration) => Quantity.TryDuration(text, out duration, out _);

    /// <summary>As a specification would write it.</summary>
    public static string Show(TimeSpan duration) => Quantity.Show(duration);
}

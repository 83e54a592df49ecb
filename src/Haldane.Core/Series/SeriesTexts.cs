using System.Globalization;

namespace Haldane.Core.Series;

/// <summary>Reads the single texts of series: times, values, directions, rates.</summary>
public static class SeriesTexts
{
    /// <summary>What a time may look like, for messages.</summary>
    public const string WantedTime = "a number of seconds or a time such as 2026-03-04T12:00:00Z";

    /// <summary>What a duration may look like, for messages.</summary>
    public const string WantedDuration = "a duration such as 90s, 30m or 1h";

    private const double LatestSecond = 2e11;

    private static readonly string[] Gaps = ["", "nan", "null", "na", "n/a", "-"];

    /// <summary>Reads a text; false when it is something else.</summary>
    public delegate bool Parser<T>(string text, out T value);

    /// <summary>A value; an empty text, <c>null</c> and <c>NaN</c> are gaps, and so are infinities.</summary>
    public static bool TryValue(ReadOnlySpan<char> text, out double value)
    {
        text = text.Trim();
        foreach (var gap in Gaps)
        {
            if (text.Equals(gap, StringComparison.OrdinalIgnoreCase))
            {
                value = double.NaN;
                return true;
            }
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) || TryInfinity(text, ref value);
    }

    /// <summary>A time, as seconds.</summary>
    public static bool TryTime(string text, out double seconds)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out seconds))
        {
            return double.IsFinite(seconds);
        }

        var read = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time);
        seconds = (time - DateTimeOffset.UnixEpoch).TotalSeconds;
        return read;
    }

    /// <summary>A moment: a time, or seconds since 1970.</summary>
    public static bool TryMoment(string text, out DateTimeOffset moment)
    {
        var read = TryTime(text, out var seconds) && Math.Abs(seconds) < LatestSecond;
        moment = read ? DateTimeOffset.UnixEpoch.AddSeconds(seconds) : default;
        return read;
    }

    /// <summary>A duration such as <c>90s</c>, <c>30m</c> or <c>1h30m</c>; a plain number is seconds.</summary>
    public static bool TryDuration(string text, out TimeSpan duration)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds))
        {
            duration = seconds is > 0 and < 1e9 ? TimeSpan.FromSeconds(seconds) : default;
            return duration > TimeSpan.Zero;
        }

        return Specification.Quantity.TryDuration(text, out duration, out _) && duration > TimeSpan.Zero;
    }

    /// <summary>A whole number.</summary>
    public static bool TrySeed(string text, out long seed) => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out seed);

    /// <summary>Which change is harm.</summary>
    public static bool TryDirection(string text, out HarmDirection direction)
    {
        (var read, direction) = text.Trim().ToLowerInvariant() switch
        {
            "either" => (true, HarmDirection.Either),
            "increase" => (true, HarmDirection.Increase),
            "decrease" => (true, HarmDirection.Decrease),
            _ => (false, HarmDirection.Either),
        };
        return read;
    }

    /// <summary>A chance: <c>1%</c> or <c>0.01</c>.</summary>
    public static bool TryRate(string text, out double rate)
    {
        var isPercent = text.EndsWith('%');
        var read = double.TryParse(isPercent ? text[..^1] : text, NumberStyles.Float, CultureInfo.InvariantCulture, out rate) && double.IsFinite(rate);
        rate = isPercent ? rate / 100 : rate;
        return read;
    }

    /// <summary>A text cut to a length that messages can bear, without control characters.</summary>
    public static string Clip(string text) => Specification.Yaml.Clip.Plain(text);

    private static bool TryInfinity(ReadOnlySpan<char> text, ref double value)
    {
        var isInfinite = text.TrimStart("+-").Equals("inf", StringComparison.OrdinalIgnoreCase);
        value = isInfinite ? double.NaN : value;
        return isInfinite;
    }
}

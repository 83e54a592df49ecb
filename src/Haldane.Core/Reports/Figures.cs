namespace Haldane.Core.Reports;

/// <summary>Numbers for people who read a pack: few digits, a unit, never an exponent.</summary>
public static class Figures
{
    /// <summary>E.g. <c>6,912</c>.</summary>
    public static string Count(long count) => count.ToString("N0");

    /// <summary>So many significant digits, no zeros at the end: <c>0.0123</c>, <c>44.1</c>, <c>1,240</c>.</summary>
    public static string Number(double value, int digits = 3)
    {
        if (!double.IsFinite(value))
        {
            return "unbounded";
        }

        if (value == 0)
        {
            return "0";
        }

        var decimals = Math.Clamp(digits - 1 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 9);
        return Math.Round(value, decimals).ToString("#,##0.#########");
    }

    /// <summary>A fraction, e.g. <c>0.52 %</c>.</summary>
    public static string Percent(double fraction, int digits = 3) => Number(fraction * 100, digits) + " %";

    /// <summary>A latency, e.g. <c>44.1 ms</c>.</summary>
    public static string Seconds(double seconds, int digits = 3) => Math.Abs(seconds) switch
    {
        0 => "0 s",
        < 1e-3 => Number(seconds * 1e6, digits) + " us",
        < 1 => Number(seconds * 1e3, digits) + " ms",
        _ => Number(seconds, digits) + " s",
    };

    /// <summary>A stretch of time, e.g. <c>14 s</c>, <c>2.5 min</c> or <c>3.2 days</c>.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds switch
    {
        < 120 => Number(time.TotalSeconds, 2) + " s",
        < 7_200 => Number(time.TotalMinutes, 2) + " min",
        < 172_800 => Number(time.TotalHours, 2) + " h",
        _ => Number(time.TotalDays, 2) + " days",
    };

    /// <summary>A moment, in UTC, to the second.</summary>
    public static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss") + " UTC";

    /// <summary>A number for an axis: like <see cref="Of"/>, without a unit that would take more room than it; see <see cref="AxisOf"/>.</summary>
    public static string Mark(double value, GuardUnit unit) => unit switch
    {
        GuardUnit.Fraction => Percent(value),
        GuardUnit.Seconds => Seconds(value),
        GuardUnit.Points => Number(value * 100),
        _ => Number(value),
    };

    /// <summary>What such an axis shows.</summary>
    public static string AxisOf(GuardUnit unit) => unit switch
    {
        GuardUnit.Ratio => "times the baseline",
        GuardUnit.Points => "points above the baseline",
        GuardUnit.Bits => "bits from the baseline",
        _ => "value, or difference to the baseline",
    };

    /// <summary>A number in its unit, e.g. <c>1.4 times</c>, <c>-0.5 points</c>.</summary>
    public static string Of(double value, GuardUnit unit, int digits = 3) => unit switch
    {
        GuardUnit.Ratio => Number(value, digits) + " times",
        GuardUnit.Fraction => Percent(value, digits),
        GuardUnit.Points => Number(value * 100, digits) is var points && points is "1" or "-1" ? points + " point" : points + " points",
        GuardUnit.Seconds => Seconds(value, digits),
        GuardUnit.Bits => Number(value, digits) + " bits",
        _ => Number(value, digits),
    };
}

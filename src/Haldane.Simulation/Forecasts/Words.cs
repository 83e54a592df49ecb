namespace Haldane.Simulation.Forecasts;

/// <summary>Forecasts for people: two digits are all that they are worth.</summary>
public static class Words
{
    /// <summary>E.g. <c>45 s</c>, <c>15 min</c>, <c>9.2 h</c> or <c>12 d</c>.</summary>
    public static string Time(TimeSpan time) => time switch
    {
        { TotalSeconds: < 120 } => Number(time.TotalSeconds) + " s",
        { TotalMinutes: < 120 } => Number(time.TotalMinutes) + " min",
        { TotalHours: < 48 } => Number(time.TotalHours) + " h",
        _ => Number(time.TotalDays) + " d",
    };

    /// <summary>E.g. <c>200 requests/s</c> or <c>3 requests/h</c>.</summary>
    public static string Rate(double perSecond) => perSecond switch
    {
        >= 1 => Number(perSecond) + " requests/s",
        >= 1 / 60.0 => Number(perSecond * 60) + " requests/min",
        _ => Number(perSecond * 3600) + " requests/h",
    };

    /// <summary>Two digits at least, thousands separators, no exponent.</summary>
    public static string Number(double value)
    {
        if (value == 0)
        {
            return "0";
        }

        var magnitude = (int)Math.Floor(Math.Log10(Math.Abs(value)));
        return Math.Round(value, Math.Clamp(1 - magnitude, 0, 9)).ToString("#,##0.#########");
    }
}

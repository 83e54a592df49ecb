using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Haldane.Core.Specification;

/// <summary>The minutes that a line of a crontab names: minute, hour, day of month, month, day of week.</summary>
/// <remarks>
/// POSIX, crontab(1), with what all crons add to it: names of months and days, steps, 7 for Sunday. Where both days are restricted, either will do. Our own
/// because no package of this restores; it only ever looks back over some weeks. Immutable.
/// </remarks>
public sealed class CronTimes : IEquatable<CronTimes>
{
    private static readonly string[] MonthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

    private static readonly (int Least, int Most, string[] Names, int FirstName)[] Places =
        [(0, 59, [], 0), (0, 23, [], 0), (1, 31, [], 0), (1, 12, MonthNames, 1), (0, 7, DayNames, 0)];

    private readonly ulong _minutes, _hours, _days, _months, _weekdays;
    private readonly bool _anyDay, _anyWeekday;

    private CronTimes(string text, ulong[] sets, bool anyDay, bool anyWeekday)
    {
        Text = text;
        (_minutes, _hours, _days, _months, _weekdays) = (sets[0], sets[1], sets[2], sets[3], sets[4] | (sets[4] >> 7 & 1));
        (_anyDay, _anyWeekday) = (anyDay, anyWeekday);
    }

    /// <summary>As it was written.</summary>
    public string Text { get; }

    /// <summary>Reads five fields.</summary>
    public static bool TryParse(string text, [MaybeNullWhen(false)] out CronTimes times)
    {
        times = null;
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != Places.Length)
        {
            return false;
        }

        var sets = new ulong[Places.Length];
        for (var i = 0; i < fields.Length; i++)
        {
            if (!TrySet(fields[i], Places[i], out sets[i]))
            {
                return false;
            }
        }

        times = new(text, sets, fields[2].StartsWith('*'), fields[4].StartsWith('*'));
        return true;
    }

    /// <summary>The latest of its moments that is not after a moment, as far as it is not further back than asked; null when there is none.</summary>
    /// <param name="now">The moment.</param>
    /// <param name="zone">Where the clocks stand.</param>
    /// <param name="back">How far to look back.</param>
    public DateTimeOffset? LastUpTo(DateTimeOffset now, TimeZoneInfo zone, TimeSpan back)
    {
        var today = TimeZoneInfo.ConvertTime(now, zone).Date;
        var first = TimeZoneInfo.ConvertTime(now - back, zone).Date.AddDays(-1);
        for (var day = today; day >= first; day = day.AddDays(-1))
        {
            if (!Names(day))
            {
                continue;
            }

            for (var minute = (24 * 60) - 1; minute >= 0; minute--)
            {
                if (Has(_hours, minute / 60) && Has(_minutes, minute % 60) && At(day.AddMinutes(minute), zone) is var at && at <= now)
                {
                    return at;
                }
            }
        }

        return null;
    }

    /// <summary>The moment at which clocks of a zone show a time: the first where they show it twice, and the end of the gap where they pass over it.</summary>
    public static DateTimeOffset At(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local))
        {
            local = local.AddMinutes(1);
        }

        var offset = zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max() : zone.GetUtcOffset(local);
        return new(local, offset);
    }

    /// <inheritdoc/>
    public bool Equals(CronTimes? other) => other?.Text == Text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as CronTimes);

    /// <inheritdoc/>
    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);

    private bool Names(DateTime day)
    {
        var (inMonth, inWeek) = (Has(_days, day.Day), Has(_weekdays, (int)day.DayOfWeek));
        return Has(_months, day.Month) && (_anyDay || _anyWeekday ? inMonth && inWeek : inMonth || inWeek);
    }

    private static bool Has(ulong set, int value) => (set >> value & 1) == 1;

    private static bool TrySet(string field, (int Least, int Most, string[] Names, int FirstName) place, out ulong set)
    {
        set = 0;
        foreach (var part in field.Split(','))
        {
            var (range, step) = part.Split('/') switch
            {
                [var all] => (all, 1),
                [var all, var every] when TryNumber(every, out var n) && n is >= 1 and <= 59 => (all, n),
                _ => ("", 0),
            };
            var (least, most) = range.Split('-') switch
            {
                ["*"] => (place.Least, place.Most),
                [var one] when TryValue(one, place, out var v) => (v, part.Contains('/', StringComparison.Ordinal) ? place.Most : v),
                [var from, var to] when TryValue(from, place, out var a) && TryValue(to, place, out var b) && a <= b => (a, b),
                _ => (1, 0),
            };
            if (least > most)
            {
                return false;
            }

            for (var value = least; value <= most; value += step)
            {
                set |= 1UL << value;
            }
        }

        return true;
    }

    private static bool TryValue(string text, (int Least, int Most, string[] Names, int FirstName) place, out int value)
    {
        var name = Array.FindIndex(place.Names, n => n.Equals(text, StringComparison.OrdinalIgnoreCase));
        value = name + place.FirstName;
        return name >= 0 || (TryNumber(text, out value) && value >= place.Least && value <= place.Most);
    }

    private static bool TryNumber(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}

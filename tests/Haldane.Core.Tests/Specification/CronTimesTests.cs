using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

public sealed class CronTimesTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    // 2026-11-22 is a Sunday.
    [Theory]
    [InlineData("0 16 * * 5", "2026-11-22 09:00", "2026-11-20 16:00")]
    [InlineData("0 16 * * fri", "2026-11-20 16:00", "2026-11-20 16:00")]
    [InlineData("0 16 * * fri", "2026-11-20 15:59", "2026-11-13 16:00")]
    [InlineData("*/20 9-11 * * *", "2026-11-22 10:59", "2026-11-22 10:40")]
    [InlineData("5/20 * * * *", "2026-11-22 10:04", "2026-11-22 09:45")]
    [InlineData("30 8 1 * *", "2026-11-22 00:00", "2026-11-01 08:30")]
    [InlineData("0 0 * nov,dec 7", "2026-11-22 23:59", "2026-11-22 00:00")]
    [InlineData("0 0 13 * 5", "2026-11-22 00:00", "2026-11-20 00:00")] // both days restricted: either will do
    [InlineData("0 0 */2 * 1", "2026-11-22 00:00", "2026-11-09 00:00")] // a star with a step restricts nothing by itself: both must fit, a Monday on an odd day
    [InlineData("0 12 * 1 *", "2026-11-22 00:00", null)] // too long ago
    public void The_latest_moment_is_found(string text, string now, string? expected)
    {
        Assert.True(CronTimes.TryParse(text, out var times));

        Assert.Equal(expected is null ? (DateTimeOffset?)null : Utc(expected), times.LastUpTo(Utc(now), TimeZoneInfo.Utc, TimeSpan.FromDays(25)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("5-1 * * * *")]
    [InlineData("1,, * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("*/x * * * *")]
    [InlineData("1/2/3 * * * *")]
    [InlineData("-1 * * * *")]
    [InlineData("@daily")]
    [InlineData("* * * foo *")]
    public void What_is_no_crontab_line_is_refused(string text) => Assert.False(CronTimes.TryParse(text, out _));

    [Fact]
    public void Clocks_that_are_set_forward_and_back_lose_and_double_no_window()
    {
        Assert.True(CronTimes.TryParse("30 2 * * *", out var times));

        // 29 March 2026: 02:30 is passed over in Berlin; the window begins when the clocks show 03:00. 25 October: 02:30 comes twice; the first counts.
        Assert.Equal(Utc("2026-03-29 01:00"), times.LastUpTo(Utc("2026-03-29 12:00"), Berlin, TimeSpan.FromDays(1)));
        Assert.Equal(Utc("2026-10-25 00:30"), times.LastUpTo(Utc("2026-10-25 12:00"), Berlin, TimeSpan.FromDays(1)));
        Assert.Equal(Utc("2026-10-24 00:30"), times.LastUpTo(Utc("2026-10-25 00:29"), Berlin, TimeSpan.FromDays(1)));
    }

    // Against a plain walk through every minute, which needs no cleverness.
    [Fact]
    public void It_agrees_with_looking_at_every_minute()
    {
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var (minute, hour, weekday) = (random.Next(60), random.Next(24), random.Next(7));
            Assert.True(CronTimes.TryParse($"{minute} {hour} * * {weekday}", out var times));
            var now = Utc("2026-03-20 00:00").AddMinutes(random.Next(60 * 24 * 20));

            var at = now;
            while (TimeZoneInfo.ConvertTime(at, Berlin) is var local && !(local.Minute == minute && local.Hour == hour && (int)local.DayOfWeek == weekday))
            {
                at = at.AddMinutes(-1);
            }

            // In the hour that clocks pass over no minute has its name; there the walk finds another week.
            if (!(hour == 2 && weekday == 0))
            {
                Assert.Equal(at, times.LastUpTo(now, Berlin, TimeSpan.FromDays(8)));
            }
        }
    }

    private static DateTimeOffset Utc(string text) => DateTimeOffset.Parse(text + "Z", System.Globalization.CultureInfo.InvariantCulture);
}

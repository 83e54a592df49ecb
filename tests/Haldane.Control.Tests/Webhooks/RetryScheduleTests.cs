using Haldane.Control.Webhooks;

namespace Haldane.Control.Tests.Webhooks;

public sealed class RetryScheduleTests
{
    [Theory]
    [InlineData(0.0, 18, 20)]
    [InlineData(0.5, 24, 26)]
    [InlineData(0.999, 30, 32)]
    public void All_attempts_together_take_about_a_day(double chance, int least, int most)
    {
        var all = Enumerable.Range(1, RetrySchedule.Attempts - 1).Aggregate(TimeSpan.Zero, (sum, attempt) => sum + RetrySchedule.Wait(attempt, chance));

        Assert.InRange(all.TotalHours, least, most);
    }

    [Theory]
    [InlineData(1, 0.0, 3.75)]
    [InlineData(1, 1.0, 6.25)]
    [InlineData(4, 0.5, 40)]
    [InlineData(400, 0.5, 7200)]
    public void A_wait_doubles_up_to_two_hours_and_varies_by_a_quarter(int attempts, double chance, double seconds) =>
        Assert.Equal(seconds, RetrySchedule.Wait(attempts, chance).TotalSeconds, 6);

    [Theory]
    [InlineData(1, 0, 100, false)]
    [InlineData(22, 0, 100, false)]
    [InlineData(23, 0, 0, true)]
    [InlineData(1, 1, 23, false)]
    [InlineData(1, 1, 24, true)]
    public void It_gives_up_in_time(int attempts, int givenUp, int hours, bool expected) => Assert.Equal(expected, RetrySchedule.GivesUp(attempts, givenUp, TimeSpan.FromHours(hours)));

    [Theory]
    [InlineData(-1, true)]
    [InlineData(0, true)]
    [InlineData(1, false)]
    [InlineData(9_000, false)]
    [InlineData(100_000, true)]
    public void A_clock_that_was_set_back_does_not_silence_a_webhook(int seconds, bool expected)
    {
        var now = DateTimeOffset.UnixEpoch;

        Assert.Equal(expected, RetrySchedule.IsDue(now.AddSeconds(seconds), now));
        Assert.True(RetrySchedule.IsDue(null, now));
    }
}

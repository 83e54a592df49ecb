using Haldane.Core.Ledger;

namespace Haldane.Core.Tests.Ledger;

public sealed class HeadScheduleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(0, null, 0, false)] // nothing to sign
    [InlineData(1, null, 0, true)]
    [InlineData(1, 1L, 0, false)]
    [InlineData(1, 1L, 100, false)] // signed already, however long ago
    [InlineData(2, 1L, 0, false)]
    [InlineData(100, 1L, 0, false)]
    [InlineData(101, 1L, 0, true)]
    [InlineData(2, 1L, 22.9, false)]
    [InlineData(2, 1L, 23, true)]
    [InlineData(2, 1L, -1, true)] // a clock that was set back
    [InlineData(5, 9L, 100, false)] // the ledger was cut: what is left is not signed anew
    public void An_end_is_signed_when_it_is_due(long number, long? last, double hours, bool isDue) => Assert.Equal(
        isDue, HeadSchedule.IsDue(number, last is { } l ? new(l, "aa", SignedHead.TimeOf(Noon), "k", "s") : null, Noon.AddHours(hours)));

    [Fact]
    public void A_time_that_cannot_be_read_is_no_reason_to_wait() =>
        Assert.True(HeadSchedule.IsDue(2, new(1, "aa", "yesterday", "k", "s"), Noon));

    [Fact]
    public void Times_are_told_in_UTC() =>
        Assert.Equal("2026-03-04T04:00:00.250Z", SignedHead.TimeOf(new(2026, 3, 4, 12, 0, 0, 250, TimeSpan.FromHours(8))));
}

using Haldane.Gateway.Copies;

namespace Haldane.Gateway.Tests.Copies;

public sealed class RateCapTests
{
    [Theory]
    [InlineData(10, 0, 10)] // a second's worth at once
    [InlineData(10, 0.1, 1)]
    [InlineData(10, 0.55, 5)]
    [InlineData(10, 100, 10)] // and no more after a long pause
    [InlineData(0.5, 0, 1)] // less than one a second: one at once
    [InlineData(0.5, 1.9, 0)]
    [InlineData(0.5, 2.1, 1)]
    public void So_many_pass_after_a_pause(double rate, double seconds, int pass)
    {
        var clock = new Clock();
        var cap = new RateCap(rate, clock);
        if (seconds > 0)
        {
            Passed(cap);
        }

        clock.Advance(seconds);

        Assert.Equal(pass, Passed(cap));
    }

    [Fact]
    public void Over_a_long_time_the_rate_is_kept()
    {
        var clock = new Clock();
        var cap = new RateCap(100, clock);
        var passed = 0;
        for (var i = 0; i < 60_000; i++)
        {
            clock.Advance(0.001);
            passed += cap.TryPass() ? 1 : 0;
        }

        Assert.InRange(passed, 6_000, 6_100);
    }

    private static int Passed(RateCap cap)
    {
        var passed = 0;
        while (passed < 1_000 && cap.TryPass())
        {
            passed++;
        }

        return passed;
    }

    private sealed class Clock : TimeProvider
    {
        private long _now = 12_345;

        public override long TimestampFrequency => 1_000_000;

        public void Advance(double seconds) => _now += (long)(seconds * 1_000_000);

        public override long GetTimestamp() => _now;
    }
}

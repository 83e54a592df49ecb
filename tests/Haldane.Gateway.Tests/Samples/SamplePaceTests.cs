using Haldane.Core;
using Haldane.Gateway.Samples;

namespace Haldane.Gateway.Tests.Samples;

/// <summary>Which exchanges evaluators get.</summary>
public sealed class SamplePaceTests
{
    private readonly Clock _time = new();

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.5)]
    [InlineData(0.95)]
    public void At_every_time_as_many_of_one_arm_as_of_the_other(double share)
    {
        var (pace, chance) = (new SamplePace(2, isPaired: true, _time), new Random(7));
        var (baseline, canary, furthest) = (0, 0, 0);
        for (var i = 0; i < 200_000; i++) // a hundred a second for half an hour
        {
            _time.Pass(TimeSpan.FromMilliseconds(10));
            var arm = chance.NextDouble() < share ? Arm.Canary : Arm.Baseline;
            if (pace.TryPass(arm))
            {
                (baseline, canary) = arm == Arm.Canary ? (baseline, canary + 1) : (baseline + 1, canary);
            }

            furthest = Math.Max(furthest, Math.Abs(baseline - canary));
        }

        Assert.InRange(furthest, 0, 8);
        Assert.InRange(canary, 1_500, 4_001);
    }

    [Fact]
    public void Where_one_arm_has_everyone_there_is_nothing_to_keep_up_with()
    {
        var pace = new SamplePace(1, isPaired: false, _time);
        var taken = 0;
        for (var second = 0; second < 100; second++)
        {
            _time.Pass(TimeSpan.FromSeconds(1));
            taken += pace.TryPass(Arm.Canary) ? 1 : 0;
        }

        Assert.Equal(100, taken);
    }

    private sealed class Clock : TimeProvider
    {
        private long _now;

        public override long GetTimestamp() => _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Pass(TimeSpan time) => _now += time.Ticks;
    }
}

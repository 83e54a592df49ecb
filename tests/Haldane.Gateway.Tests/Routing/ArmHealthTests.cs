using Haldane.Core.Rollouts;
using Haldane.Gateway.Routing;

namespace Haldane.Gateway.Tests.Routing;

/// <summary>When a canary is plainly dead, and when it may be tried again.</summary>
public sealed class ArmHealthTests
{
    [Theory]
    [InlineData("uuuu", false)]
    [InlineData("uuuuu", true)]
    [InlineData("bbbbbbbbb", false)]
    [InlineData("bbbbbbbbbb", true)]
    [InlineData("eeeeeeeeeeeeeeeeeee", false)]
    [InlineData("eeeeeeeeeeeeeeeeeeee", true)]
    [InlineData("uubbbbeeee", true)]
    [InlineData("uubbbbeee", false)]
    [InlineData("uuuu+uuuu", false)] // one success, and it begins anew
    [InlineData("eeeeeeeeeeeeeeeeeee+e", false)]
    [InlineData("+++uuuuu", true)]
    [InlineData("uuuuu+", false)]
    public void Enough_failures_in_a_row_are_plain(string calls, bool ejected)
    {
        var health = new ArmHealth();

        Play(health, calls, 100);

        Assert.Equal(ejected, health.IsEjected);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(3, false)]
    [InlineData(4, true)]
    public void What_breaks_in_one_moment_is_one_event(int apart, bool ejected)
    {
        var health = new ArmHealth();

        Play(health, new string('u', 30), apart);

        Assert.Equal(ejected, health.IsEjected);
    }

    [Fact]
    public void It_is_tried_again_after_twice_as_long_each_time_up_to_half_a_minute()
    {
        var health = Dead(EjectionCause.Broken);
        var probes = new List<long>();
        for (var now = 400L; now < 120_000; now += 50)
        {
            if (health.TryProbe(now, true))
            {
                probes.Add(now);
                Assert.False(health.TryProbe(now, true));
                health.Failed(EjectionCause.Broken, now);
            }
        }

        Assert.Equal([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000], probes.Prepend(400).Zip(probes, (a, b) => b - a));
        Assert.True(health.IsEjected);
    }

    [Theory]
    [InlineData(EjectionCause.Unreachable, true)]
    [InlineData(EjectionCause.Broken, false)]
    [InlineData(EjectionCause.Erring, false)]
    public void A_call_that_cannot_be_repeated_is_let_through_only_where_nobody_would_see_it(EjectionCause cause, bool may)
    {
        Assert.Equal(may, Dead(cause).TryProbe(5_000, false));
        Assert.True(Dead(cause).TryProbe(5_000, true));
    }

    [Fact]
    public void A_probe_that_is_accepted_and_breaks_closes_the_door_to_calls_that_cannot_be_repeated()
    {
        var health = Dead(EjectionCause.Unreachable);
        Assert.True(health.TryProbe(5_000, false));

        health.Failed(EjectionCause.Broken, 5_001);

        Assert.False(health.TryProbe(60_000, false));
        Assert.True(health.TryProbe(60_000, true));
    }

    [Fact]
    public void What_the_controller_is_told_is_since_when_why_and_how_often()
    {
        var health = Dead(EjectionCause.Unreachable);

        Assert.Equal(new Ejection(TimeSpan.FromSeconds(2), EjectionCause.Unreachable, 5), health.Told(2_400));
        health.Failed(EjectionCause.Broken, 2_400);
        Assert.Equal(new Ejection(TimeSpan.FromSeconds(3), EjectionCause.Broken, 6), health.Told(3_400));
        health.Succeeded();
        Assert.Null(health.Told(3_400));
        Play(health, "uuuu", 100);
        Assert.Null(health.Told(10_000));
    }

    // Ejected at 400.
    private static ArmHealth Dead(EjectionCause cause)
    {
        var health = new ArmHealth();
        var calls = cause switch { EjectionCause.Unreachable => 5, EjectionCause.Broken => 10, _ => 20 };
        for (var i = 1; i <= calls; i++)
        {
            health.Failed(cause, i == calls ? 400 : 0);
        }

        Assert.True(health.IsEjected);
        return health;
    }

    private static void Play(ArmHealth health, string calls, long apart)
    {
        var now = 0L;
        foreach (var call in calls)
        {
            now += apart;
            switch (call)
            {
                case '+':
                    health.Succeeded();
                    break;
                default:
                    health.Failed(call switch { 'u' => EjectionCause.Unreachable, 'b' => EjectionCause.Broken, _ => EjectionCause.Erring }, now);
                    break;
            }
        }
    }
}

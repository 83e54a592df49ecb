using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Totals;

/// <summary>How bursts and users add up, and what of them is taken for chance.</summary>
public sealed class DesignEffectTests
{
    [Fact]
    public void What_bursts_and_users_add_to_the_variance_adds_up()
    {
        Assert.Equal(1, DesignEffect.None.Value);
        Assert.Equal(6, new DesignEffect(3, 4).Value);
        Assert.Equal(3, new DesignEffect(3, 1).Value);
        Assert.Equal(double.PositiveInfinity, new DesignEffect(1, double.PositiveInfinity).Value);
    }

    [Fact]
    public void More_moments_make_bursts_matter_less_but_the_same_users_say_nothing_new()
    {
        Assert.Equal(6 / 3.0 + 4 - 1, new DesignEffect(6, 4).After(3), 12);
        Assert.Equal(new DesignEffect(6, 4).Value, new DesignEffect(6, 4).After(1), 12);
        Assert.Equal(0.25, DesignEffect.None.After(4), 12);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1.2499, false)]
    [InlineData(1.25, true)]
    [InlineData(double.PositiveInfinity, true)]
    public void Only_users_who_are_alike_last_longer_than_a_stage(double users, bool lasts) =>
        Assert.Equal((lasts, false), (new DesignEffect(1, users).Lasts, new DesignEffect(users, 1).Lasts));

    [Theory]
    [InlineData(5, 5, 2.5, 1)] // (2 + 2) / 4
    [InlineData(3, 17, 17 / 7.0, 0.75)] // (2 + 7) / 16
    [InlineData(1, 5, 5 / 34.0, 3)] // (2 + 34) / 4: below 1, which the caller takes for 1
    public void What_lies_within_a_standard_error_and_a_half_is_taken_for_chance(double seen, double clusters, double independent, double error) =>
        Assert.Equal(seen - 1.5 * error, DesignEffect.LessChance(seen, clusters, independent), 12);

    [Fact]
    public void The_worse_of_two_is_so_in_both_respects()
    {
        Assert.Equal(new(5, 3), DesignEffect.Largest(new(5, 2), new(4, 3)));
        Assert.Equal(new(5, 3), DesignEffect.Largest(new(4, 3), new(5, 2)));
    }
}

using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("1%", 100)]
    [InlineData("0.01%", 1)]
    [InlineData("0.25%", 25)]
    [InlineData("12.50%", 1_250)]
    [InlineData("100%", 10_000)]
    [InlineData("0%", 0)]
    public void A_share_is_a_percentage_in_steps_of_a_basis_point(string text, int points)
    {
        Assert.True(Quantity.TryShare(text, out var share, out _));
        Assert.Equal(points, share.BasisPoints);
    }

    [Theory]
    [InlineData("10", "the percent sign is missing, write 10%")]
    [InlineData("0.1", "the percent sign is missing, write 0.1% or 10%")]
    [InlineData("0.001%", "round it, e.g. to 0.01%")]
    [InlineData("33.333%", "round it, e.g. to 33.33%")]
    [InlineData("101%", null)]
    [InlineData("-1%", null)]
    [InlineData("1 %", null)]
    [InlineData("%", null)]
    [InlineData("1e1%", null)]
    [InlineData("99999999999999999999999999%", null)]
    [InlineData("", null)]
    public void A_share_that_is_refused_is_cured(string text, string? cure)
    {
        Assert.False(Quantity.TryShare(text, out _, out var says));
        Assert.Equal(cure, says);
    }

    [Theory]
    [InlineData("300ms", 0.3)]
    [InlineData("20s", 20)]
    [InlineData("15m", 900)]
    [InlineData("2h", 7_200)]
    [InlineData("3d", 259_200)]
    [InlineData("1h30m", 5_400)]
    [InlineData("1d2h3m4s5ms", 93_784.005)]
    [InlineData("1.5s", 1.5)]
    [InlineData("0s", 0)]
    public void A_duration_adds_up_its_units(string text, double seconds)
    {
        Assert.True(Quantity.TryDuration(text, out var duration, out _));
        Assert.Equal(seconds, duration.TotalSeconds);
    }

    [Theory]
    [InlineData("300", "the unit is missing, write e.g. 300s")]
    [InlineData("30m1h", "the units are d, h, m, s and ms, from large to small and without spaces")]
    [InlineData("1h1h", "the units are d, h, m, s and ms, from large to small and without spaces")]
    [InlineData("5min", "the units are d, h, m, s and ms, from large to small and without spaces")]
    [InlineData("5 m", "the units are d, h, m, s and ms, from large to small and without spaces")]
    [InlineData("m", "the units are d, h, m, s and ms, from large to small and without spaces")]
    [InlineData("-5m", "the units are d, h, m, s and ms, from large to small and without spaces")]
    [InlineData("99999999999999999999d", null)]
    [InlineData("999999999999999999999d", "the units are d, h, m, s and ms, from large to small and without spaces")]
    [InlineData("", null)]
    public void A_duration_that_is_refused_is_cured(string text, string? cure)
    {
        Assert.False(Quantity.TryDuration(text, out _, out var says));
        Assert.Equal(cure, says);
    }

    [Theory]
    [InlineData("-1pp", -0.01)]
    [InlineData("0.5pp", 0.005)]
    [InlineData("+2pp", 0.02)]
    [InlineData("0pp", 0)]
    public void Points_are_a_difference_of_fractions(string text, double fraction)
    {
        Assert.True(Quantity.TryPoints(text, out var read, out _));
        Assert.Equal(fraction, read);
    }

    [Theory]
    [InlineData("-1%", "a difference is in percentage points, write e.g. -1pp")]
    [InlineData("-1", "a difference is in percentage points, write e.g. -1pp")]
    [InlineData("pp", null)]
    public void Points_that_are_refused_are_cured(string text, string? cure)
    {
        Assert.False(Quantity.TryPoints(text, out _, out var says));
        Assert.Equal(cure, says);
    }

    [Theory]
    [InlineData("2.0", 2)]
    [InlineData("2x", 2)]
    [InlineData("1.10", 1.1)]
    public void A_ratio_may_end_with_an_x(string text, double ratio)
    {
        Assert.True(Quantity.TryRatio(text, out var read, out _));
        Assert.Equal(ratio, read);
    }

    [Theory]
    [InlineData("10%", "a ratio has no percent sign, write e.g. 1.1")]
    [InlineData("110%", "a ratio has no percent sign, write e.g. 1.1")]
    [InlineData("NaN", null)]
    [InlineData("1e999", null)]
    public void A_ratio_that_is_refused_is_cured(string text, string? cure)
    {
        Assert.False(Quantity.TryRatio(text, out _, out var says));
        Assert.Equal(cure, says);
    }

    [Theory]
    [InlineData("1%", 0.01)]
    [InlineData("0.01", 0.01)]
    [InlineData("0.1%", 0.001)]
    public void A_rate_is_a_percentage_or_a_fraction(string text, double fraction)
    {
        Assert.True(Quantity.TryRate(text, out var read, out _));
        Assert.Equal(fraction, read);
    }
}

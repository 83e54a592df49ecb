using Haldane.Judge.Statistics;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>Sums and means of logarithms, and functions that keep their digits near 0.</summary>
public sealed class LogSpaceTests
{
    private const double Nothing = double.NegativeInfinity;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, -2)]
    [InlineData(-3, 4.5)]
    [InlineData(-35, 0)]
    public void The_sum_is_that_of_the_numbers_themselves(double a, double b)
    {
        Assert.Equal(Math.Log(Math.Exp(a) + Math.Exp(b)), LogSpace.Add(a, b), 12);
        Assert.Equal(LogSpace.Add(a, b), LogSpace.Add(b, a));
    }

    [Fact]
    public void Numbers_too_large_to_be_written_out_are_added_all_the_same()
    {
        Assert.Equal(2_000 + Math.Log(2), LogSpace.Add(2_000, 2_000), 9);
        Assert.Equal(-2_000 + Math.Log(4.0 / 3), LogSpace.Mean([-2_000, -2_000 + Math.Log(2), -2_000]), 9);
    }

    [Fact]
    public void Zero_adds_nothing()
    {
        Assert.Equal(3, LogSpace.Add(3, Nothing));
        Assert.Equal(3, LogSpace.Add(Nothing, 3));
        Assert.Equal(Nothing, LogSpace.Add(Nothing, Nothing));
        Assert.Equal(Nothing, LogSpace.Mean([Nothing, Nothing]));
        Assert.Equal(3 - Math.Log(4), LogSpace.Mean([Nothing, 3, Nothing, Nothing]), 12);
    }

    [Fact]
    public void The_mean_and_the_average_are_those_of_the_numbers_themselves()
    {
        Assert.Equal(Math.Log((1 + Math.E + Math.Exp(-2)) / 3), LogSpace.Mean([0, 1, -2]), 12);
        Assert.Equal(Math.Log((1 + Math.E) / 2), LogSpace.Average(0, 1), 12);
        Assert.Equal(7, LogSpace.Mean([7]), 12);
    }

    [Theory]
    [InlineData(1e-3)]
    [InlineData(-1e-4)]
    [InlineData(1e-9)]
    [InlineData(-1e-13)]
    [InlineData(1e-20)]
    public void No_digit_is_lost_near_zero(double x)
    {
        // Taylor's series; the terms that are left out are below 1e-16 of the first.
        var log = x * (1 - x * (1 / 2.0 - x * (1 / 3.0 - x * (1 / 4.0 - x * (1 / 5.0 - x / 6)))));
        var exp = x * (1 + x / 2 * (1 + x / 3 * (1 + x / 4 * (1 + x / 5 * (1 + x / 6)))));

        Assert.InRange(LogSpace.Log1P(x) / log, 1 - 1e-14, 1 + 1e-14);
        Assert.InRange(LogSpace.ExpM1(x) / exp, 1 - 1e-14, 1 + 1e-14);
    }

    [Fact]
    public void Far_from_zero_they_are_the_usual_functions()
    {
        Assert.Equal(Math.Log(3.5), LogSpace.Log1P(2.5), 12);
        Assert.Equal(Math.Log(0.25), LogSpace.Log1P(-0.75), 12);
        Assert.Equal(Math.Exp(2) - 1, LogSpace.ExpM1(2), 12);
        Assert.Equal(Math.Exp(-3) - 1, LogSpace.ExpM1(-3), 12);
        Assert.Equal(-1, LogSpace.ExpM1(-800));
        Assert.Equal(0, LogSpace.Log1P(0));
        Assert.Equal(0, LogSpace.ExpM1(0));
    }
}

using Haldane.Simulation.Chance;
using Haldane.Simulation.Tests.Support;

namespace Haldane.Simulation.Tests.Chance;

/// <summary>Counts have exactly the distribution that they are named after.</summary>
public sealed class CountsTests
{
    private const int Draws = 200_000;

    [Theory]
    [InlineData(1, 0.3)]
    [InlineData(20, 0.5)]
    [InlineData(2_000, 0.001)]
    [InlineData(2_000, 0.05)]
    [InlineData(60, 0.4)]
    [InlineData(100_000, 0.9)]
    public void Binomial_counts_fit(long trials, double chance)
    {
        var expected = new double[trials + 1];
        for (var k = 0L; k <= trials; k++)
        {
            expected[k] = Draws * Math.Exp(LogChoose(trials, k) + k * Math.Log(chance) + (trials - k) * Math.Log(1 - chance));
        }

        Fit(expected, new Dice(1), dice => dice.Binomial(trials, chance));
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(11)]
    [InlineData(14)]
    [InlineData(900)]
    public void Poisson_counts_fit(double mean)
    {
        var expected = new double[(int)(mean * 2) + 40];
        for (var k = 0; k < expected.Length; k++)
        {
            expected[k] = Draws * Math.Exp(k * Math.Log(mean) - mean - LogFactorial.Of(k));
        }

        Fit(expected, new Dice(2), dice => dice.Poisson(mean));
    }

    [Theory]
    [InlineData(10, 4, 3)]
    [InlineData(2_000, 300, 40)]
    [InlineData(100_000, 50_000, 2_000)]
    [InlineData(5_000, 4_990, 4_000)]
    public void Hypergeometric_counts_fit(long all, long marked, long drawn)
    {
        var expected = new double[Math.Min(marked, drawn) + 1];
        for (var k = Math.Max(0, drawn + marked - all); k < expected.Length; k++)
        {
            expected[k] = Draws * Math.Exp(LogChoose(marked, k) + LogChoose(all - marked, drawn - k) - LogChoose(all, drawn));
        }

        Fit(expected, new Dice(3), dice => dice.Hypergeometric(all, marked, drawn));
    }

    [Fact]
    public void Nothing_that_cannot_happen_is_drawn()
    {
        var dice = new Dice(4);

        Assert.Equal(0, dice.Binomial(0, 0.5));
        Assert.Equal(0, dice.Binomial(7, 0));
        Assert.Equal(0, dice.Binomial(7, double.NaN));
        Assert.Equal(7, dice.Binomial(7, 1));
        Assert.Equal(0, dice.Poisson(0));
        Assert.Equal(5, dice.Hypergeometric(5, 5, 5));
        Assert.InRange(dice.Hypergeometric(10, 5, 7), 2, 5);
    }

    [Theory]
    [InlineData(30)]
    [InlineData(30_000)]
    public void A_multinomial_fits_one_by_one_and_all_at_once(long trials)
    {
        double[] chances = [0.5, 0, 0.3, 0.15, 0.05];
        var (table, dice) = (new AliasTable(chances), new Dice(5));
        long[] counts = new long[5], conditional = new long[5], row = new long[5];
        for (var i = 0; i < 600_000 / trials; i++)
        {
            dice.AddMultinomial(trials, table, chances, counts);
            dice.Multinomial(trials, chances, row);
            for (var k = 0; k < row.Length; k++)
            {
                conditional[k] += row[k];
            }
        }

        Chi.Fits([.. chances.Select(c => 600_000 * c)], [.. counts.Select(c => (double)c)]);
        Chi.Fits([.. chances.Select(c => 600_000 * c)], [.. conditional.Select(c => (double)c)]);
    }

    [Fact]
    public void Seeds_that_are_neighbours_have_nothing_in_common()
    {
        var sums = new double[1_000];
        for (var seed = 0; seed < sums.Length; seed++)
        {
            sums[seed] = new Dice((ulong)seed).NextDouble();
        }

        Chi.Near(0.5, Math.Sqrt(1 / 12.0), sums.Average(), sums.Length);
        Assert.Equal(sums.Length, sums.Distinct().Count());
        Assert.NotEqual(Dice.SeedOf(1, 2), Dice.SeedOf(2, 1));
    }

    private static void Fit(double[] expected, Dice dice, Func<Dice, long> draw)
    {
        var counted = new double[expected.Length];
        for (var i = 0; i < Draws; i++)
        {
            counted[draw(dice)]++;
        }

        Chi.Fits(expected, counted);
    }

    private static double LogChoose(long all, long drawn) => LogFactorial.Of(all) - LogFactorial.Of(drawn) - LogFactorial.Of(all - drawn);
}

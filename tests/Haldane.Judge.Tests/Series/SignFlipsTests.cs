using Haldane.Core.Series;
using Haldane.Judge.Series;

namespace Haldane.Judge.Tests.Series;

/// <summary>The chance of the largest statistic under random order and signs, against chances that can be counted by hand.</summary>
public sealed class SignFlipsTests
{
    private const double OutOfReach = 1e20;
    private const double Any = 1e-300;

    private static readonly ScoreSeries Ones = new(SeriesAspect.Spread, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 1);

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void No_sign_of_harm_at_all_has_a_chance_of_one(double largest) => Assert.Equal(1, P([Ones], largest, 100));

    [Theory]
    [InlineData(1, 0.5)]
    [InlineData(99, 0.01)]
    [InlineData(1_999, 0.0005)]
    public void What_no_draw_reaches_has_a_chance_of_one_in_the_draws_and_one_more(int most, double expected) =>
        Assert.Equal(expected, P([Ones], OutOfReach, most), 1e-15);

    [Theory]
    [InlineData(19)]
    [InlineData(20)]
    [InlineData(int.MaxValue)]
    public void What_each_draw_reaches_is_certain_and_the_twentieth_draw_the_last(int most) => Assert.Equal(1, P(BothWays(), Any, most));

    [Fact]
    public void The_chance_is_twenty_in_the_draws_that_it_took()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var draws = 20 / P([Ones], Any, 1_000, seed);

            Assert.Equal(Math.Round(draws), draws, 1e-9);
            Assert.InRange(draws, 20, 100);
        }
    }

    [Fact]
    public void Eight_of_ten_signs_alike_have_the_chance_of_the_binomial()
    {
        var scores = new ScoreSeries(SeriesAspect.Spread, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], 1);
        double sum = 8 - 2, t = sum / Math.Sqrt(10) / Math.Sqrt((10 - sum * sum / 10) / 9);

        // 45 + 10 + 1 of 1,024; nine or ten alike are 11 of them.
        Assert.Equal(56 / 1024.0, MeanP([scores], t), 0.004);
        Assert.Equal(56 / 1024.0, MeanP([scores], t * (1 + 1e-10)), 0.004);
        Assert.Equal(11 / 1024.0, MeanP([scores], t * (1 + 1e-8)), 0.0012);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 11)]
    [InlineData(5, 6)]
    [InlineData(10, 11)]
    public void Every_order_of_the_cells_is_as_likely_wherever_they_stood(int one, int other)
    {
        var scores = new double[12];
        (scores[one], scores[other]) = (1, 1);

        // Both in the last six places, (6 * 5) / (12 * 11), and both with a plus; together in that half they give sqrt(5/2), and at most sqrt(11/5) in the whole.
        Assert.Equal(30 / 132.0 / 4, MeanP([new(SeriesAspect.Spread, scores, 1)], 1.53), 0.004);
    }

    [Fact]
    public void Any_one_of_the_questions_may_reach()
    {
        var silent = new ScoreSeries(SeriesAspect.Spread, new double[11], 1);

        Assert.Equal(1 / 1001.0, P([silent, silent], 1, 1_000), 1e-15);
        Assert.Equal(P([Ones], 1, 1_000), P([silent, Ones], 1, 1_000));
        Assert.Equal(P([Ones], 1, 1_000), P([Ones, silent], 1, 1_000));
    }

    [Fact]
    public void Who_gives_up_is_heard()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();

        Assert.Throws<OperationCanceledException>(() => SignFlips.PValue([Ones], 1, 100, new(1), cancel.Token));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    public void Each_sign_is_one_bit_of_the_generator_from_the_lowest_on(int count)
    {
        var (signs, random) = (new double[count], new SeededRandom(5));
        SignFlips.Draw(signs, new(5));

        var bits = Enumerable.Range(0, (count + 63) / 64).Select(_ => random.NextBits()).ToArray();

        Assert.Equal(Enumerable.Range(0, count).Select(k => (bits[k / 64] >> k % 64 & 1) == 1 ? -1.0 : 1.0), signs);
    }

    // Eleven of +1 or -1 never add up to 0, so one of the two is always above it.
    private static ScoreSeries[] BothWays() => [Ones, new(SeriesAspect.Spread, [.. Ones.Scores.Select(s => -s)], 1)];

    private static double P(IReadOnlyList<ScoreSeries> questions, double largest, int most, long seed = 1) => SignFlips.PValue(questions, largest, most, new(seed), default);

    private static double MeanP(IReadOnlyList<ScoreSeries> questions, double largest) =>
        Enumerable.Range(1, 200).Average(seed => 19 / (20 / P(questions, largest, int.MaxValue, seed) - 1));
}

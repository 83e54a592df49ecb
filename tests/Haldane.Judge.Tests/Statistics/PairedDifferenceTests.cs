using Haldane.Judge.Statistics;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>Bounded numbers and pairs of answers, against naive restatements.</summary>
public sealed class PairedDifferenceTests
{
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.001)]
    public void A_bet_rests_on_the_mean_and_the_variance_of_what_came_before(double alpha)
    {
        var process = new EmpiricalBernstein(alpha);
        double above = 0, below = 0, spread = 0.25, sum = 0.5;
        var t = 0;
        foreach (var x in new[] { 0.1, 0.9, 0.4, 0.45, 1, 0, 0.3, 0.35, 0.5, 0.5, 0.5, 0.52, 0.48, 0.5, 0.5, 0.5, 0.5, 0.5 })
        {
            t++;
            var mean = sum / t;
            var bet = Math.Min(0.5, Math.Sqrt(2 * Math.Log(2 / alpha) / (spread / t * t * Math.Log(t + 1))));
            var penalty = 4 * (x - mean) * (x - mean) * (-Math.Log(1 - bet) - bet) / 4;
            above += bet * (x - 0.3) - penalty;
            below += bet * (0.6 - x) - penalty;
            sum += x;
            spread += (x - sum / (t + 1)) * (x - sum / (t + 1));

            process.Add(1, x, x * x);

            Assert.Equal(above, process.LogE(0.3, Null.AtMost), 9);
            Assert.Equal(below, process.LogE(0.6, Null.AtLeast), 9);
            Assert.Equal(4 * above, process.LogEAfter(4, 0.3, Null.AtMost), 9);
        }
    }

    [Fact]
    public void The_numbers_of_a_slice_share_one_bet()
    {
        var process = new EmpiricalBernstein(0.05);
        process.Add(3, 1.2, 0.6);

        // Before: a mean of 1/2 and a variance of 1/4; then 3 numbers around (0.5 + 1.2) / 4, with a spread of 1/4 beside their own.
        var first = Math.Min(0.5, Math.Sqrt(2 * Math.Log(40) / (0.25 * Math.Log(2))));
        Assert.Equal(first * (1.2 - 3 * 0.3) - (0.6 - 1.2 + 0.75) * (-Math.Log(1 - first) - first), process.LogE(0.3, Null.AtMost), 12);

        const double Mean = 1.7 / 4;
        process.Add(50, 20, 9);
        process.Add(2, 1, 0.7);
        var spread = 0.25 + (0.6 - 2 * Mean * 1.2 + 3 * Mean * Mean);
        var second = Math.Min(0.5, Math.Sqrt(2 * Math.Log(40) / (spread * Math.Log(5))));
        const double Next = 21.7 / 54;
        var wider = spread + 9 - 2 * Next * 20 + 50 * Next * Next;
        var third = Math.Min(0.5, Math.Sqrt(2 * Math.Log(40) / (wider * Math.Log(55))));
        var bets = 3 * first + 50 * second + 2 * third;
        var penalty = 0.15 * (-Math.Log(1 - first) - first) + (9 - 40 * Mean + 50 * Mean * Mean) * (-Math.Log(1 - second) - second)
            + (0.7 - 2 * Next + 2 * Next * Next) * (-Math.Log(1 - third) - third);
        var (centre, half) = process.Interval(3)!.Value;
        Assert.Equal((1.2 * first + 20 * second + third) / bets, centre, 9);
        Assert.Equal((3 + penalty) / bets, half, 9);
    }

    [Fact]
    public void Much_that_was_spread_widely_makes_bets_small()
    {
        var process = new EmpiricalBernstein(0.05);
        process.Add(200, 110, 90);

        // Half is bet first; then 200 numbers around 110.5 / 201 have shown a spread of about 30.
        const double Mean = 110.5 / 201;
        var spread = 0.25 + 90 - 2 * Mean * 110 + 200 * Mean * Mean;
        var bet = Math.Sqrt(2 * Math.Log(2 / 0.05) / (spread * Math.Log(202)));
        Assert.InRange(bet, 0.1, 0.3);
        process.Add(100, 50, 40);
        var penalty = (90 - 110 + 50) * (-Math.Log(0.5) - 0.5) + (40 - 2 * Mean * 50 + 100 * Mean * Mean) * (-Math.Log(1 - bet) - bet);
        Assert.Equal(0.5 * (110 - 200 * 0.3) + bet * (50 - 100 * 0.3) - penalty, process.LogE(0.3, Null.AtMost), 9);
    }

    [Fact]
    public void Nothing_seen_has_no_interval_and_a_slice_without_numbers_changes_nothing()
    {
        var process = new EmpiricalBernstein(0.05);
        process.Add(0, 0, 0);

        Assert.Null(process.Interval(3));
        Assert.Equal(0, process.LogE(0.3, Null.AtMost));
    }

    [Theory]
    [InlineData(0, true, true)]
    [InlineData(-0.1, true, true)]
    [InlineData(0.1, true, false)]
    [InlineData(0, false, true)]
    [InlineData(0.1, false, true)]
    [InlineData(-0.1, false, false)]
    public void McNemar_s_coin_speaks_only_where_the_line_is_no_difference_or_less(double line, bool atMost, bool speaks)
    {
        var side = atMost ? Null.AtMost : Null.AtLeast;
        var pairs = new PairedDifference(line, side, 0.05);
        var bounded = new EmpiricalBernstein(0.05);
        foreach (var (all, canary, baseline) in new[] { (20, 5, 1), (30, 6, 4), (0, 0, 0) })
        {
            pairs.Add(all, canary, baseline);

            // (D + 1) / 2 is 1 where the canary alone was wrong, 0 where the baseline alone was, else 1/2.
            var even = all - canary - baseline;
            bounded.Add(all, canary + 0.5 * even, canary + 0.25 * even);
        }

        double OfBounded(double factor) => factor * bounded.LogE((1 + line) / 2, side);
        double Expected(double factor) => !speaks
            ? OfBounded(factor)
            : Math.Log((Math.Exp(OfBounded(factor)) + Math.Exp(TiltMixture.ForRate(0.5, side).LogE(factor * 11, factor * 16))) / 2);
        Assert.Equal(Expected(1), pairs.LogE, 9);
        Assert.Equal(Expected(1), pairs.LogEAfter(1), 9);
        Assert.Equal(Expected(2.5), pairs.LogEAfter(2.5), 9);
    }

    [Fact]
    public void Only_pairs_where_one_alone_was_wrong_tell_the_coin_anything()
    {
        Assert.Equal(0, PairedDifference.McNemar(Null.AtMost).LogE(0, 0), 12);
        Assert.True(PairedDifference.McNemar(Null.AtMost).LogE(20, 25) > 2);
        Assert.Equal(PairedDifference.McNemar(Null.AtMost).LogE(20, 25), PairedDifference.McNemar(Null.AtLeast).LogE(5, 25), 9);
    }
}

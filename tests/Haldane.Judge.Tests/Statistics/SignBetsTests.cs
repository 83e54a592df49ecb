using Haldane.Judge.Statistics;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>The promise of bets on signs, simulated, and how soon they see what is there.</summary>
public sealed class SignBetsTests
{
    // At most half of the time given any past: independent; in bursts after which quiet is likelier; and by an adversary that puts all that it may where the bets stand best.
    [Theory]
    [InlineData("independent")]
    [InlineData("in bursts")]
    [InlineData("when it hurts")]
    [InlineData("after a good day")]
    public void Whatever_hangs_together_they_grow_beyond_a_hundred_once_in_a_hundred_times_at_most(string kind)
    {
        const int Runs = 2_000;
        var random = new Random(4);
        var beyond = 0;
        for (var run = 0; run < Runs; run++)
        {
            var (bets, largest, wasBeyond) = (new SignBets(), 0.0, false);
            for (var i = 0; i < 1_000; i++)
            {
                var chance = kind switch
                {
                    "in bursts" => wasBeyond ? 0.5 : 0.1,
                    "when it hurts" => bets.LogE > 0 ? 0.5 : 0.3,
                    "after a good day" => i < 700 ? 0 : 0.5,
                    _ => 0.5,
                };
                wasBeyond = random.NextDouble() < chance;
                bets.Add(wasBeyond);
                largest = Math.Max(largest, bets.LogE);
            }

            beyond += largest >= Math.Log(100) ? 1 : 0;
        }

        Assert.InRange(beyond, 0, 0.01 * Runs + 3 * Math.Sqrt(0.01 * Runs)); // Ville's inequality; in fact far fewer
    }

    [Fact]
    public void Before_the_first_sign_and_in_the_mean_they_are_worth_one()
    {
        Assert.Equal(0, new SignBets().LogE);
        var worth = 0.0;
        for (var signs = 0; signs < 1 << 10; signs++)
        {
            var bets = new SignBets();
            for (var i = 0; i < 10; i++)
            {
                bets.Add((signs >> i & 1) == 1);
            }

            worth += Math.Exp(bets.LogE) / (1 << 10);
        }

        Assert.Equal(1, worth, 9); // over all ten signs of a fair coin
    }

    // In signs; with ten seconds each, so many plateaus are proven within two to seven minutes.
    [Theory]
    [InlineData(0, 13)]
    [InlineData(60, 25)]
    [InlineData(1_080, 34)]
    [InlineData(60_480, 47)]
    public void A_plateau_after_a_good_past_takes_little_longer(int goodPast, int atMost)
    {
        var bets = new SignBets();
        for (var i = 0; i < goodPast; i++)
        {
            bets.Add(false);
        }

        var taken = 0;
        while (bets.LogE < Math.Log(500))
        {
            bets.Add(true);
            taken++;
        }

        Assert.InRange(taken, 8, atMost);
        Assert.Equal((taken, taken), (bets.Lately, bets.LatelyBeyond));
    }

    [Fact]
    public void A_burst_now_and_then_proves_nothing()
    {
        var (bets, largest) = (new SignBets(), 0.0);
        for (var i = 0; i < 10_000; i++)
        {
            bets.Add(i % 30 < 4); // forty seconds in five minutes
            largest = Math.Max(largest, bets.LogE);
        }

        Assert.InRange(largest, 0, Math.Log(10));
    }
}

namespace Haldane.Simulation.Chance;

/// <summary>Random counts, drawn exactly and in a time that hardly grows with them.</summary>
public static class Counts
{
    // Below this mean, walking through the distribution is faster than rejection.
    private const double SmallMean = 12;

    /// <summary>Successes among so many trials.</summary>
    /// <remarks>
    /// Small means by inversion; larger ones by the transformed rejection "BTRS" of Hörmann, "The generation of binomial random variates", J. Stat. Computation
    /// and Simulation 46 (1993). Both exact.
    /// </remarks>
    /// <param name="dice">Chance.</param>
    /// <param name="trials">At least 0.</param>
    /// <param name="chance">Of a success; what lies outside [0, 1] counts as its end.</param>
    public static long Binomial(this Dice dice, long trials, double chance)
    {
        if (trials <= 0 || !(chance > 0))
        {
            return 0;
        }

        if (chance >= 1)
        {
            return trials;
        }

        return chance > 0.5 ? trials - LowBinomial(dice, trials, 1 - chance) : LowBinomial(dice, trials, chance);
    }

    /// <summary>How many of something that happens at random times.</summary>
    /// <remarks>Small means by inversion; larger ones by "PTRS", Hörmann, "The transformed rejection method for generating Poisson random variables",
    /// Insurance: Mathematics and Economics 12 (1993). Both exact.</remarks>
    public static long Poisson(this Dice dice, double mean)
    {
        if (!(mean > 0))
        {
            return 0;
        }

        return mean < SmallMean ? SmallPoisson(dice, mean) : LargePoisson(dice, mean);
    }

    /// <summary>How many of a drawn sample are marked.</summary>
    /// <remarks>
    /// By inversion, walking out from the mode to both sides; exact to the precision of log-factorials. Takes about as many steps as a standard deviation.
    /// </remarks>
    /// <param name="dice">Chance.</param>
    /// <param name="all">The population.</param>
    /// <param name="marked">How many of it are marked.</param>
    /// <param name="drawn">How many are drawn, without putting back.</param>
    public static long Hypergeometric(this Dice dice, long all, long marked, long drawn)
    {
        long least = Math.Max(0, drawn + marked - all), most = Math.Min(drawn, marked);
        if (least == most)
        {
            return least;
        }

        var mode = Math.Clamp((long)((drawn + 1.0) * (marked + 1.0) / (all + 2.0)), least, most);
        var atMode = Math.Exp(
            LogChoose(marked, mode) + LogChoose(all - marked, drawn - mode) - LogChoose(all, drawn));
        var left = dice.NextDouble() - atMode;
        double up = atMode, down = atMode;
        for (long high = mode, low = mode; left > 0 && (high < most || low > least);)
        {
            if (high < most)
            {
                up *= (double)(marked - high) / (high + 1) * (drawn - high) / (all - marked - drawn + high + 1);
                high++;
                left -= up;
                if (left <= 0)
                {
                    return high;
                }
            }

            if (low > least)
            {
                down *= (double)low / (marked - low + 1) * (all - marked - drawn + low) / (drawn - low + 1);
                low--;
                left -= down;
                if (left <= 0)
                {
                    return low;
                }
            }
        }

        return mode;
    }

    private static long LowBinomial(Dice dice, long trials, double chance) =>
        trials * chance < SmallMean ? SmallBinomial(dice, trials, chance) : LargeBinomial(dice, trials, chance);

    private static long SmallBinomial(Dice dice, long trials, double chance)
    {
        var odds = chance / (1 - chance);
        var none = Math.Exp(trials * Math.Log(1 - chance));
        while (true)
        {
            double term = none, left = dice.NextDouble() - none;
            var count = 0L;
            while (left > 0 && count < trials)
            {
                count++;
                term *= odds * (trials - count + 1) / count;
                left -= term;
                if (term == 0)
                {
                    break;
                }
            }

            // What rounding left over at the far end is drawn again.
            if (left <= 0)
            {
                return count;
            }
        }
    }

    private static long LargeBinomial(Dice dice, long trials, double chance)
    {
        double n = trials, spread = Math.Sqrt(n * chance * (1 - chance));
        double b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * chance;
        double center = n * chance + 0.5, quick = 0.92 - 4.2 / b, height = (2.83 + 5.1 / b) * spread;
        var logOdds = Math.Log(chance / (1 - chance));
        var mode = Math.Floor((n + 1) * chance);
        var atMode = LogFactorial.Of(mode) + LogFactorial.Of(n - mode);
        while (true)
        {
            var v = dice.NextDouble();
            var u = dice.NextDouble() - 0.5;
            var edge = 0.5 - Math.Abs(u);
            var k = Math.Floor((2 * a / edge + b) * u + center);
            if (edge >= 0.07 && v <= quick)
            {
                return (long)k;
            }

            if (k < 0 || k > n)
            {
                continue;
            }

            var accept = Math.Log(v * height / (a / (edge * edge) + b));
            if (accept <= atMode - LogFactorial.Of(k) - LogFactorial.Of(n - k) + (k - mode) * logOdds)
            {
                return (long)k;
            }
        }
    }

    private static long SmallPoisson(Dice dice, double mean)
    {
        var term = Math.Exp(-mean);
        var left = dice.NextDouble() - term;
        var count = 0L;
        while (left > 0 && term > 0)
        {
            count++;
            term *= mean / count;
            left -= term;
        }

        return count;
    }

    private static long LargePoisson(Dice dice, double mean)
    {
        double b = 0.931 + 2.53 * Math.Sqrt(mean), a = -0.059 + 0.02483 * b;
        double quick = 0.9277 - 3.6224 / (b - 2), inverse = 1.1239 + 1.1328 / (b - 3.4), log = Math.Log(mean);
        while (true)
        {
            var u = dice.NextDouble() - 0.5;
            var v = dice.NextDouble();
            var edge = 0.5 - Math.Abs(u);
            var k = Math.Floor((2 * a / edge + b) * u + mean + 0.43);
            if (edge >= 0.07 && v <= quick)
            {
                return (long)k;
            }

            if (k < 0 || (edge < 0.013 && v > edge))
            {
                continue;
            }

            if (Math.Log(v * inverse / (a / (edge * edge) + b)) <= k * log - mean - LogFactorial.Of(k))
            {
                return (long)k;
            }
        }
    }

    private static double LogChoose(double all, double drawn) => LogFactorial.Of(all) - LogFactorial.Of(drawn) - LogFactorial.Of(all - drawn);
}

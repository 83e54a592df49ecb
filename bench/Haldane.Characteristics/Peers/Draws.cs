namespace Haldane.Characteristics.Peers;

/// <summary>Random counts in constant time.</summary>
internal static class Draws
{
    // Below this mean, counting geometric gaps is as fast as rejection, whose envelope needs a mean of 10.
    private const double FewEvents = 10;

    /// <summary>Successes among n trials; exact.</summary>
    /// <remarks>Transformed rejection: Hörmann, "The generation of binomial random variates", J. Stat. Computation and Simulation 46 (1993), algorithm BTRS.</remarks>
    public static int Successes(this Random random, int n, double p)
    {
        if (p > 0.5)
        {
            return n - random.Successes(n, 1 - p);
        }

        if (p <= 0 || n <= 0)
        {
            return 0;
        }

        return n * p < FewEvents ? ByGaps(random, n, p) : ByRejection(random, n, p);
    }

    /// <summary>Arrivals when so many are expected; a binomial of many rare trials, which is a Poisson number for all that is measured here.</summary>
    public static int Arrivals(this Random random, double expected) => random.Successes(1_000_000_000, expected / 1_000_000_000);

    private static int ByGaps(Random random, int n, double p)
    {
        var log = Math.Log(1 - p);
        int successes = -1;
        double at = 0;
        do
        {
            successes++;
            at += 1 + Math.Floor(Math.Log(1 - random.NextDouble()) / log);
        }
        while (at <= n);

        return successes;
    }

    private static int ByRejection(Random random, int n, double p)
    {
        double spread = Math.Sqrt(n * p * (1 - p)), b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p;
        double center = n * p + 0.5, squeeze = 0.92 - 4.2 / b, alpha = (2.83 + 5.1 / b) * spread, odds = Math.Log(p / (1 - p));
        var mode = Math.Floor((n + 1) * p);
        var top = LogFactorial(mode) + LogFactorial(n - mode);
        while (true)
        {
            double u = random.NextDouble() - 0.5, v = 1 - random.NextDouble(), us = 0.5 - Math.Abs(u);
            var k = Math.Floor((2 * a / us + b) * u + center);
            if (k < 0 || k > n)
            {
                continue;
            }

            if (us >= 0.07 && v <= squeeze)
            {
                return (int)k;
            }

            v = Math.Log(v * alpha / (a / (us * us) + b));
            if (v <= top - LogFactorial(k) - LogFactorial(n - k) + (k - mode) * odds)
            {
                return (int)k;
            }
        }
    }

    private static double LogFactorial(double k) => MathNet.Numerics.SpecialFunctions.GammaLn(k + 1);
}

namespace Haldane.Judge.Tests.Worlds;

/// <summary>Random counts and numbers.</summary>
internal static class Draw
{
    /// <summary>Successes among n trials: by geometric gaps, so rare events are cheap; exact.</summary>
    public static long Binomial(this Random random, long n, double p)
    {
        if (p > 0.5)
        {
            return n - random.Binomial(n, 1 - p);
        }

        if (p <= 0)
        {
            return 0;
        }

        var log = Math.Log(1 - p);
        long successes = -1, at = 0;
        do
        {
            successes++;
            at += 1 + (long)Math.Min(1e12, Math.Log(1 - random.NextDouble()) / log);
        }
        while (at <= n);

        return successes;
    }

    /// <summary>A standard normal number (Box and Muller).</summary>
    public static double Normal(this Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}

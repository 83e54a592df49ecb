namespace Haldane.Series.Set;

/// <summary>What a metric does when nothing is wrong.</summary>
internal enum NoiseKind
{
    Normal,
    Skewed,
    HeavyTailed,
    Resembling,
    Daily,
    Counts,
}

/// <summary>Draws both arms of a metric in which nothing is wrong. Deviations are the marginal standard deviation of the noise, or a robust one where that is infinite.</summary>
internal sealed record Arms(double[] Baseline, double[] Canary, double Level, double Deviation)
{
    /// <summary>Where points lie without noise, at each place.</summary>
    public Func<int, double> Middle { get; init; } = _ => Level;

    /// <summary>Whether points are numbers of events.</summary>
    public bool IsCount { get; init; }

    /// <summary>Draws.</summary>
    /// <param name="random">Chance.</param>
    /// <param name="kind">Of what kind.</param>
    /// <param name="count">Points in each arm.</param>
    /// <param name="part">Noise as a part of the level.</param>
    public static Arms Draw(Random random, NoiseKind kind, int count, double part)
    {
        const double level = 100;
        var deviation = part * level;
        return kind switch
        {
            NoiseKind.Normal => Each(() => level + deviation * Gauss(random)),
            NoiseKind.Skewed => Skewed(),
            NoiseKind.HeavyTailed => Each(() => level + deviation * Gauss(random) / Math.Sqrt(Chi(random) / 3)),
            NoiseKind.Resembling => new(Chain(random, count, level, deviation), Chain(random, count, level, deviation), level, deviation),
            NoiseKind.Daily => Daily(),
            _ => Counts(),
        };

        Arms Each(Func<double> draw) => new(Many(count, draw), Many(count, draw), level, deviation);

        // Log-normal, with a median of one level.
        Arms Skewed()
        {
            var sigma = Math.Sqrt(Math.Log(1 + part * part));
            return Each(() => level * Math.Exp(sigma * Gauss(random)));
        }

        // The hour of the day is on both arms and larger than the noise.
        Arms Daily()
        {
            var (phase, size) = (random.NextDouble() * 2 * Math.PI, 0.1 + 0.3 * random.NextDouble());
            double At(int i) => level * (1 + size * Math.Sin(phase + 2 * Math.PI * i / count * 1.5));
            double[] Arm() => [.. Enumerable.Range(0, count).Select(i => At(i) + deviation * Gauss(random))];
            return new(Arm(), Arm(), level, deviation) { Middle = At };
        }

        // Few events a point: the smaller the noise asked for, the more of them.
        Arms Counts()
        {
            var mean = Math.Clamp(1 / (part * part), 0.5, 400);
            return new(Many(count, () => Poisson(random, mean)), Many(count, () => Poisson(random, mean)), mean, Math.Sqrt(mean)) { IsCount = true };
        }
    }

    public static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    public static double Poisson(Random random, double mean)
    {
        if (mean > 50)
        {
            return Math.Max(0, Math.Round(mean + Math.Sqrt(mean) * Gauss(random)));
        }

        double limit = Math.Exp(-mean), product = random.NextDouble();
        var count = 0;
        while (product > limit)
        {
            product *= random.NextDouble();
            count++;
        }

        return count;
    }

    // Chi-square with three degrees of freedom.
    private static double Chi(Random random) => Enumerable.Range(0, 3).Sum(_ => Math.Pow(Gauss(random), 2));

    // First-order autoregression with a correlation of 0.5 between neighbours.
    private static double[] Chain(Random random, int count, double level, double deviation)
    {
        var (values, state) = (new double[count], Gauss(random));
        for (var i = 0; i < count; i++)
        {
            state = 0.5 * state + Math.Sqrt(0.75) * Gauss(random);
            values[i] = level + deviation * state;
        }

        return values;
    }

    private static double[] Many(int count, Func<double> draw) => [.. Enumerable.Range(0, count).Select(_ => draw())];
}

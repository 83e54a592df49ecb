using Haldane.Samples.Payments;

namespace Haldane.Samples.ModelServer;

/// <summary>How long a call takes, from the last byte of the request to the first of the answer: a lognormal distribution.</summary>
/// <param name="Median">Half of the calls take longer.</param>
/// <param name="Sigma">Standard deviation of the logarithm.</param>
internal readonly record struct ServiceTime(TimeSpan Median, double Sigma)
{
    /// <summary>The standard normal quantile at 0.99.</summary>
    private const double Z99 = 2.3263478740408408;

    /// <summary>The 99th percentile.</summary>
    public TimeSpan P99 => Median * Math.Exp(Z99 * Sigma);

    /// <summary>The same median with a 99th percentile that is <paramref name="factor"/> times as high.</summary>
    public ServiceTime WithTail(double factor) => this with { Sigma = Sigma + Math.Log(factor) / Z99 };

    /// <summary>Draws the time of one call.</summary>
    public TimeSpan Draw(Random random) => Median * Math.Exp(Sigma * Normal.Next(random));
}

/// <summary>What chance decided for one call.</summary>
/// <param name="Takes">How long the call takes, also if it fails.</param>
/// <param name="Fails">Whether it answers 500.</param>
internal readonly record struct CallFate(TimeSpan Takes, bool Fails);

/// <summary>The dice that every call rolls once. Any thread may roll; the sequence of fates depends on the seed only.</summary>
internal sealed class CallDice(Random random, ServiceTime time, double errorShare)
{
    private readonly Lock _gate = new();

    public CallFate Roll()
    {
        lock (_gate)
        {
            return new(time.Draw(random), random.NextDouble() < errorShare);
        }
    }
}

namespace Haldane.Judge.Statistics;

/// <summary>Watches for a change that may begin at any time: the Shiryaev-Roberts and the CUSUM form over log factors.</summary>
/// <remarks>
/// <para>Shiryaev-Roberts: M = (M + 1) e^l; CUSUM: M = max(M, 1) e^l, l the log factor of a step, whose mean factor is at most 1 as long as nothing has
/// changed. The average number of steps until M reaches A without a change is at least A.</para>
/// <para>Shin, Ramdas and Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", New England J. of Statistics in Data Science (2023),
/// theorem 2.4. Natural logarithms. For one thread.</para>
/// </remarks>
internal sealed class EDetector
{
    /// <summary>ln M of the Shiryaev-Roberts form.</summary>
    public double ShiryaevRoberts { get; private set; } = double.NegativeInfinity;

    /// <summary>ln M of the CUSUM form.</summary>
    public double Cusum { get; private set; } = double.NegativeInfinity;

    /// <summary>Takes a step.</summary>
    public void Add(double logFactor)
    {
        ShiryaevRoberts = LogSpace.Add(ShiryaevRoberts, 0) + logFactor;
        Cusum = Math.Max(Cusum, 0) + logFactor;
    }

    /// <summary>Starts anew.</summary>
    public void Reset() => (ShiryaevRoberts, Cusum) = (double.NegativeInfinity, double.NegativeInfinity);
}

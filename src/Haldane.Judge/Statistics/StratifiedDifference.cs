namespace Haldane.Judge.Statistics;

/// <summary>Estimates the difference of two arms' rates over stages without mixing them.</summary>
/// <remarks>
/// <para>sum w_s (c_s / m_s - b_s / n_s) / sum w_s with w_s = m_s n_s / (m_s + n_s): Mantel and Haenszel's weights, so that a base rate that moves
/// while the share moves is not taken for a difference (Greenland and Robins, Biometrics 41 (1985)). Its variance adds those of the stages, with
/// rates shrunk by half an event so that it is never 0. For people and intervals only; verdicts rest on <see cref="TwoRates"/>.</para>
/// <para>Asymptotic. Rates are fractions. For one thread.</para>
/// </remarks>
internal sealed class StratifiedDifference(int stages)
{
    private readonly Rate[] _baseline = new Rate[stages];
    private readonly Rate[] _canary = new Rate[stages];

    /// <summary>The baseline over all stages.</summary>
    public Rate Baseline => Sum(_baseline);

    /// <summary>The canary over all stages.</summary>
    public Rate Canary => Sum(_canary);

    /// <summary>The baseline in one stage.</summary>
    public Rate BaselineIn(int stage) => _baseline[stage];

    /// <summary>The canary in one stage.</summary>
    public Rate CanaryIn(int stage) => _canary[stage];

    /// <summary>Adds counts of a stage.</summary>
    public void Add(int stage, Rate baseline, Rate canary)
    {
        _baseline[stage] += baseline;
        _canary[stage] += canary;
    }

    /// <summary>Canary minus baseline, with its standard error; null before both arms were seen in a stage.</summary>
    public (double Difference, double Error)? Estimate()
    {
        double weights = 0, sum = 0, variance = 0;
        for (var s = 0; s < _baseline.Length; s++)
        {
            var (b, c) = (_baseline[s], _canary[s]);
            if (b.Count == 0 || c.Count == 0)
            {
                continue;
            }

            var weight = (double)b.Count * c.Count / (b.Count + c.Count);
            weights += weight;
            sum += weight * (c.Value - b.Value);
            variance += weight * weight * (b.Variance + c.Variance);
        }

        return weights > 0 ? (sum / weights, Math.Sqrt(variance) / weights) : null;
    }

    private static Rate Sum(Rate[] rates)
    {
        var sum = default(Rate);
        foreach (var rate in rates)
        {
            sum += rate;
        }

        return sum;
    }
}

/// <summary>Events among observations.</summary>
internal readonly record struct Rate(long Events, long Count)
{
    /// <summary>Events per observation; 0 when nothing was observed.</summary>
    public double Value => Count == 0 ? 0 : Events / (double)Count;

    /// <summary>The same, or null when nothing was observed.</summary>
    public double? ValueOrNull => Count == 0 ? null : Value;

    /// <summary>Variance of the rate, shrunk by half an event.</summary>
    public double Variance
    {
        get
        {
            var shrunk = (Events + 0.5) / (Count + 1);
            return shrunk * (1 - shrunk) / Count;
        }
    }

    /// <summary>Adds up.</summary>
    public static Rate operator +(Rate left, Rate right) => new(left.Events + right.Events, left.Count + right.Count);
}

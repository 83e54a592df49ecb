namespace Haldane.Judge.Statistics;

/// <summary>Keeps what methods work out for the few shares of a rollout, so that cells and guards share it. For one thread.</summary>
internal sealed class ShareTables
{
    private readonly Dictionary<double, double[]> _perEvent = [];
    private readonly Dictionary<(double Quantile, double Share), QuantileRatio> _quantiles = [];

    /// <summary>What an event costs at a share, see <see cref="RateRatioProfile.PerEvent"/>.</summary>
    public double[] PerEvent(double share)
    {
        if (!_perEvent.TryGetValue(share, out var table))
        {
            _perEvent[share] = table = RateRatioProfile.PerEvent(share);
        }

        return table;
    }

    /// <summary>The exact lane of a quantile where the arm that may be slower has a share.</summary>
    public QuantileRatio Quantile(double quantile, double share)
    {
        if (!_quantiles.TryGetValue((quantile, share), out var lane))
        {
            _quantiles[(quantile, share)] = lane = new(quantile, share);
        }

        return lane;
    }
}

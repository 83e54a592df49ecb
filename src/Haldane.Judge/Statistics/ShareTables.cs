namespace Haldane.Judge.Statistics;

/// <summary>Keeps <see cref="RateRatioProfile.PerEvent"/> for the few shares of a rollout. For one thread.</summary>
internal sealed class ShareTables
{
    private readonly Dictionary<double, double[]> _tables = [];

    /// <summary>The table of a share.</summary>
    public double[] For(double share)
    {
        if (!_tables.TryGetValue(share, out var table))
        {
            _tables[share] = table = RateRatioProfile.PerEvent(share);
        }

        return table;
    }
}

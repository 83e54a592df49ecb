namespace Haldane.Characteristics.Cells;

/// <summary>How often harm was found within a cell's horizon, and after how many requests.</summary>
/// <param name="Streams">Streams run.</param>
/// <param name="Found">Those in which it was found.</param>
/// <param name="MeanFound">Mean requests to Fail, of those.</param>
/// <param name="Capped">Mean requests to Fail or to the horizon, of all: one number for both columns.</param>
/// <param name="Spread">Standard deviation of the same, between streams.</param>
internal readonly record struct CellSummary(int Streams, int Found, double MeanFound, double Capped, double Spread)
{
    /// <summary>Part of the streams in which harm was found.</summary>
    public double Rate => Found / (double)Streams;

    /// <summary>Sums up ends, 0 for none.</summary>
    public static CellSummary Of(IReadOnlyList<int> ends, int horizon)
    {
        var found = ends.Where(e => e > 0).ToList();
        var capped = ends.Select(e => (double)(e > 0 ? e : horizon)).ToList();
        var mean = capped.Average();
        return new(ends.Count, found.Count, found.Count > 0 ? found.Average() : 0, mean, Math.Sqrt(capped.Sum(c => (c - mean) * (c - mean)) / (capped.Count - 1)));
    }
}

/// <summary>The figures of a reference column: detection rate and mean requests to detection among those found.</summary>
/// <param name="Streams">Streams behind them.</param>
/// <param name="Rate">Part found.</param>
/// <param name="MeanFound">Mean requests of those found.</param>
internal readonly record struct Published(int Streams, double Rate, double MeanFound)
{
    /// <summary>Mean requests to Fail or to the horizon.</summary>
    public double Capped(int horizon) => Rate * MeanFound + (1 - Rate) * horizon;

    /// <summary>How many standard errors ours needs more requests than this; both sides' noise counted, with our spread for both.</summary>
    public double Behind(CellSummary ours, int horizon)
    {
        // The published means are whole numbers, and where every stream ends at the same look there is no spread at all.
        var error = Math.Max(1, ours.Spread * Math.Sqrt(1.0 / ours.Streams + 1.0 / Streams));
        return (ours.Capped - Capped(horizon)) / error;
    }
}

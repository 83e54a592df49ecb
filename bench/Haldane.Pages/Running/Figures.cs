namespace Haldane.Pages.Running;

/// <summary>What many measurements of one thing say.</summary>
internal static class Figures
{
    /// <summary>The value that this part of all does not exceed.</summary>
    public static double Quantile(IEnumerable<double> values, double part)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(part * sorted.Length) - 1)];
    }

    /// <summary>Median, 95th percentile and most, as cells of a table.</summary>
    public static string Cells(IReadOnlyList<double> values) => $"{Quantile(values, 0.5):0} | {Quantile(values, 0.95):0} | {Quantile(values, 1):0}";

    /// <summary>Median, least and most.</summary>
    public static string Spread(IReadOnlyList<double> values, string format) =>
        $"{Quantile(values, 0.5).ToString(format)} ({Quantile(values, 0).ToString(format)} to {Quantile(values, 1).ToString(format)})";

    /// <summary>The mean, and two standard errors to both sides.</summary>
    public static string Mean(IReadOnlyList<double> values, string format)
    {
        var mean = values.Average();
        var error = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / Math.Max(1, values.Count - 1) / values.Count);
        return $"{mean.ToString(format)} ({(mean - 2 * error).ToString(format)} to {(mean + 2 * error).ToString(format)})";
    }

    /// <summary>Whether a value meets its target, as a cell of a table.</summary>
    public static string Met(double value, double target) => value < target ? "met" : "**missed**";
}

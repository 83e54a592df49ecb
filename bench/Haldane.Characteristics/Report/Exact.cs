using System.Globalization;
using MathNet.Numerics.Distributions;

namespace Haldane.Characteristics.Report;

/// <summary>Rates with their exact interval, for tables.</summary>
internal static class Exact
{
    /// <summary>The 95 % interval of a rate: Clopper and Pearson, Biometrika 26 (1934).</summary>
    public static (double Low, double High) Interval(int events, int count) => (
        events == 0 ? 0 : Beta.InvCDF(events, count - events + 1, 0.025),
        events == count ? 1 : Beta.InvCDF(events + 1, count - events, 0.975));

    /// <summary>E.g. <c>0.8 % (0.5 to 1.2)</c>.</summary>
    public static string Rate(int events, int count)
    {
        var (low, high) = Interval(events, count);
        return string.Create(CultureInfo.InvariantCulture, $"{100.0 * events / count:0.0} % ({100 * low:0.0} to {100 * high:0.0})");
    }

    /// <summary>E.g. <c>12,345</c>; a dash for none.</summary>
    public static string Count(double? count) => count is { } number ? number.ToString("N0", CultureInfo.InvariantCulture) : "-";
}

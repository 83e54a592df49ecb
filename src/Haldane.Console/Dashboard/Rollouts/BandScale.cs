using Haldane.Core.Reports;

namespace Haldane.Console.Dashboard.Rollouts;

/// <summary>Where a difference lies in a picture: along the logarithm where it is a ratio. Immutable.</summary>
public sealed class BandScale
{
    private readonly double _from, _to;

    private BandScale(GuardUnit unit, double fine, double bad, bool atLeast, double from, double to) =>
        (Unit, Fine, Bad, AtLeast, _from, _to) = (unit, fine, bad, atLeast, from, to);

    /// <summary>What the numbers are.</summary>
    public GuardUnit Unit { get; }

    /// <summary>Better than this is fine.</summary>
    public double Fine { get; }

    /// <summary>Worse than this is bad.</summary>
    public double Bad { get; }

    /// <summary>Whether less is worse.</summary>
    public bool AtLeast { get; }

    /// <summary>No difference; null where the numbers are none.</summary>
    public double? None => NoneOf(Unit);

    /// <summary>A scale that shows the lines, and as much of the numbers as leaves the lines apart.</summary>
    /// <param name="unit">What the numbers are.</param>
    /// <param name="fine">Better than this is fine.</param>
    /// <param name="bad">Worse than this is bad.</param>
    /// <param name="atLeast">Whether less is worse.</param>
    /// <param name="numbers">Estimates and ends of intervals.</param>
    public static BandScale Of(GuardUnit unit, double fine, double bad, bool atLeast, IEnumerable<double?> numbers)
    {
        double[] lines = [.. new[] { fine, bad, NoneOf(unit) }.OfType<double>().Select(v => Along(unit, v))];
        double[] ends = [.. numbers.OfType<double>().Select(v => Along(unit, v))];
        var (first, last) = (lines.Min(), lines.Max());
        var step = last > first ? last - first : Math.Abs(last) > 0 ? Math.Abs(last) / 2 : 1;

        // What lies far outside the lines is cut and shown as an arrow: the lines matter more than the size of the uncertainty.
        var from = Math.Max(Math.Min(first - 0.6 * step, ends.Select(n => n - 0.15 * step).DefaultIfEmpty(first).Min()), first - 2.5 * step);
        var to = Math.Min(Math.Max(last + 0.6 * step, ends.Select(n => n + 0.15 * step).DefaultIfEmpty(last).Max()), last + 2.5 * step);
        if (unit is GuardUnit.Fraction or GuardUnit.Bits or GuardUnit.Seconds && bad >= 0)
        {
            from = Math.Max(from, -0.12 * (to - from));
        }

        return new(unit, fine, bad, atLeast, from, to);
    }

    /// <summary>Where a number is, from the left.</summary>
    public double X(double value) => Math.Clamp((Along(Unit, value) - _from) / (_to - _from) * DifferenceBands.Width, 0, DifferenceBands.Width);

    /// <summary>Whether a number lies outside; one that there is not lies infinitely far.</summary>
    public bool IsCut(double? value) => value is not { } v || Along(Unit, v) < _from || Along(Unit, v) > _to;

    private static double? NoneOf(GuardUnit unit) => unit switch
    {
        GuardUnit.Ratio => 1,
        GuardUnit.Points or GuardUnit.Bits => 0,
        _ => null,
    };

    private static double Along(GuardUnit unit, double value) => unit == GuardUnit.Ratio ? Math.Log(Math.Max(value, 1e-9)) : value;
}

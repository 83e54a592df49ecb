using Haldane.Core.Reports;

namespace Haldane.Console.Reports;

/// <summary>The frame of a chart over the time of a run: where things stand, axes, the stages.</summary>
/// <remarks>Coordinates are those of the picture, whole from 0 to <see cref="Width"/>. What must be told apart is told apart without colour.</remarks>
internal sealed class Plot
{
    private const double Left = 62, Right = 10, Top = 20, Bottom = 24;

    // The least distance of two labels of the time axis.
    private const double TickWidth = 62;

    private static readonly double[] Steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 2_592_000];

    private readonly DateTimeOffset _from;
    private readonly double _seconds;
    private readonly double _low;
    private readonly double _high;
    private readonly bool _log;

    /// <summary>A frame.</summary>
    /// <param name="from">The left end.</param>
    /// <param name="to">The right end.</param>
    /// <param name="low">The lower end.</param>
    /// <param name="high">The upper end, above the lower one.</param>
    /// <param name="log">Whether the scale is logarithmic; both ends are above 0 then.</param>
    /// <param name="size">Width and height of the picture.</param>
    public Plot(DateTimeOffset from, DateTimeOffset to, double low, double high, bool log, (double Width, double Height) size)
    {
        (_from, _seconds, _log, Width, Height) = (from, Math.Max(1e-3, (to - from).TotalSeconds), log, size.Width, size.Height);
        (_low, _high) = (Along(low), Along(high));
    }

    public double Width { get; }

    public double Height { get; }

    /// <summary>The left end of the plotted area.</summary>
    public static double X0 => Left;

    public double X1 => Width - Right;

    /// <summary>Its upper end.</summary>
    public static double Y0 => Top;

    public double Y1 => Height - Bottom;

    public double X(DateTimeOffset at) => X0 + (X1 - X0) * Math.Clamp((at - _from).TotalSeconds / _seconds, 0, 1);

    /// <summary>Where a value stands, held to the area: what lies beyond is drawn at its edge.</summary>
    public double Y(double value) => double.IsFinite(value) ? Math.Clamp(Y1 - (Y1 - Y0) * (Along(value) - _low) / (_high - _low), Y0, Y1) : value > 0 ? Y0 : Y1;

    /// <summary>Frame, grid and the time axis.</summary>
    /// <param name="html">Where to.</param>
    /// <param name="label">Writes a value.</param>
    public void Axes(HtmlText html, Func<double, string> label)
    {
        html.Add($"<rect class=\"frame\" x=\"{X0}\" y=\"{Y0}\" width=\"{X1 - X0}\" height=\"{Y1 - Y0}\"/>");
        foreach (var value in Ticks())
        {
            html.Add($"<path class=\"grid\" d=\"M{X0} {Y(value)}H{X1}\"/><text class=\"tick end\" x=\"{X0 - 5}\" y=\"{Y(value) + 3.5}\">{label(value)}</text>");
        }

        var step = Steps.FirstOrDefault(s => s >= _seconds * TickWidth / (X1 - X0), Steps[^1]);
        for (var at = 0.0; at <= _seconds; at += step)
        {
            var x = X0 + (X1 - X0) * at / _seconds;
            html.Add($"<path class=\"grid\" d=\"M{x} {Y1}v4\"/><text class=\"tick middle\" x=\"{x}\" y=\"{Y1 + 16}\">{(at == 0 ? "0" : Figures.Time(TimeSpan.FromSeconds(at)))}</text>");
        }
    }

    /// <summary>Where each stage begins, with its name where there is room.</summary>
    public void Stages(HtmlText html, IEnumerable<StageReport> stages)
    {
        StageReport[] entered = [.. stages.Where(s => s.Entered is not null)];
        for (var i = 0; i < entered.Length; i++)
        {
            var (x, next) = (X(entered[i].Entered!.Value), i + 1 < entered.Length ? X(entered[i + 1].Entered!.Value) : X1);
            html.Add($"<path class=\"stage\" d=\"M{x} {Y0}V{Y1}\"/>");
            if (next - x > 5.5 * entered[i].Name.Length + 6)
            {
                html.Add($"<text class=\"tick\" x=\"{x + 3}\" y=\"{Y0 - 6}\">{entered[i].Name}</text>");
            }
        }
    }

    /// <summary>A line through points, broken where there is no value.</summary>
    public Markup Line(IEnumerable<(DateTimeOffset At, double? Value)> points)
    {
        var path = new HtmlText();
        var isOn = false;
        foreach (var (at, value) in points)
        {
            if (value is { } number)
            {
                // A point between two gaps shows as a dot: a line of no length with round ends.
                path.Add($"{(isOn ? "L" : "M")}{X(at)} {Y(number)}{(isOn ? "" : "h0")}");
            }

            isOn = value is not null;
        }

        return path.ToMarkup();
    }

    private double Along(double value) => _log ? Math.Log(Math.Max(value, 1e-9)) : value;

    private IEnumerable<double> Ticks()
    {
        var (low, high) = _log ? (Math.Exp(_low), Math.Exp(_high)) : (_low, _high);
        if (_log && high / low > 4)
        {
            for (var power = Math.Pow(10, Math.Floor(Math.Log10(low))); power <= high; power *= 10)
            {
                foreach (var value in new[] { power, 2 * power, 5 * power }.Where(v => v >= low && v <= high))
                {
                    yield return value;
                }
            }

            yield break;
        }

        // Three to six marks, at 1, 2 or 5 of some power of ten.
        var rough = (high - low) / 4;
        var ten = Math.Pow(10, Math.Floor(Math.Log10(rough)));
        var step = ten * ((rough / ten) switch { > 5 => 10, > 2 => 5, > 1 => 2, _ => 1 });
        for (var mark = Math.Ceiling(low / step); mark * step <= high; mark++)
        {
            yield return mark * step;
        }
    }
}

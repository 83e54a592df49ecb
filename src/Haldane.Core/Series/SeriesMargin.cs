using System.Globalization;

namespace Haldane.Core.Series;

/// <summary>On which scale a margin stands.</summary>
public enum MarginScale
{
    /// <summary>A fraction of the baseline's level.</summary>
    Relative,

    /// <summary>Standard deviations of the metric's own noise.</summary>
    Noise,

    /// <summary>The metric's own unit.</summary>
    Own,
}

/// <summary>How large a shift of a metric's level may be: <c>5%</c> of the baseline's level, <c>0.5sd</c> of its noise, or <c>20</c> in its own unit.</summary>
/// <param name="Amount">At least 0, finite.</param>
/// <param name="Scale">Of what.</param>
public readonly record struct SeriesMargin(double Amount, MarginScale Scale)
{
    /// <summary>What a margin may look like, for messages.</summary>
    public const string Wanted = "a margin such as 5% (of the baseline's level), 0.5sd (of the noise) or 20 (in the metric's own unit), at least 0";

    /// <summary>Reads a margin.</summary>
    public static bool TryParse(string text, out SeriesMargin margin)
    {
        var (number, scale, factor) = text.Trim() switch
        {
            var t when t.EndsWith('%') => (t[..^1], MarginScale.Relative, 0.01),
            var t when t.EndsWith("sd", StringComparison.Ordinal) => (t[..^2], MarginScale.Noise, 1),
            var t => (t, MarginScale.Own, 1.0),
        };
        var read = double.TryParse(number.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) && double.IsFinite(amount) && amount >= 0;
        margin = read ? new(amount * factor, scale) : default;
        return read;
    }

    /// <summary>The same margin, smaller or larger.</summary>
    public SeriesMargin Times(double factor) => this with { Amount = Amount * factor };

    /// <inheritdoc/>
    public override string ToString() => Scale switch
    {
        MarginScale.Relative => $"{(Amount * 100).ToString("0.###", CultureInfo.InvariantCulture)}%",
        MarginScale.Noise => $"{Amount.ToString("0.###", CultureInfo.InvariantCulture)}sd",
        _ => Amount.ToString("G6", CultureInfo.InvariantCulture),
    };
}

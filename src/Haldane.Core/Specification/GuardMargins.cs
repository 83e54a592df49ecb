using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;

namespace Haldane.Core.Specification;

/// <summary>A way to draw the line for a signal.</summary>
/// <param name="Signal">The family of the signal.</param>
/// <param name="Side"><c>atMost</c> or <c>atLeast</c>.</param>
/// <param name="Scale">How the canary is compared.</param>
/// <param name="Wanted">The line that is accepted, with an example.</param>
/// <param name="Noun">What the amount is called.</param>
/// <param name="Parse">Reads the amount, into the units of <see cref="GuardSpec.Bad"/>.</param>
/// <param name="Schema">Describes the amount to editors.</param>
/// <param name="IsLine">Whether the amount is possible as the line.</param>
/// <param name="IsFine">Whether the amount is possible as the fine line; that it is better than the line is checked apart.</param>
internal sealed record GuardMargin(
    SignalKind Signal,
    string Side,
    Scale Scale,
    string Wanted,
    string Noun,
    TryParse<double> Parse,
    Func<JsonObject> Schema,
    Func<double, bool> IsLine,
    Func<double, bool> IsFine)
{
    /// <summary>The field that holds the amount.</summary>
    public string Field => GuardMargins.FieldOf(Scale);

    /// <summary>Whether the fine line is better than the line; a limit on the value itself may be both.</summary>
    public bool IsBetter(double fine, double line) =>
        (Scale == Scale.Value && fine == line) || (Side == GuardMargins.AtMost ? fine < line : fine > line);
}

/// <summary>Which signals can be held to which lines: the table behind the reader, the schema and the documentation.</summary>
internal static class GuardMargins
{
    internal const string AtMost = "atMost";
    internal const string AtLeast = "atLeast";

    /// <summary>The names of the signals.</summary>
    public static readonly (string Word, SignalSpec Value)[] Signals =
    [
        ("error-rate", new(SignalKind.ErrorRate)),
        ("latency-p50", new(SignalKind.Latency, 0.5)),
        ("latency-p90", new(SignalKind.Latency, 0.9)),
        ("latency-p95", new(SignalKind.Latency, 0.95)),
        ("latency-p99", new(SignalKind.Latency, 0.99)),
        ("latency-p99.9", new(SignalKind.Latency, 0.999)),
        ("prediction-drift", new(SignalKind.PredictionDrift)),
        ("accuracy", new(SignalKind.Accuracy)),
    ];

    /// <summary>Every combination that is accepted; what is not here is refused.</summary>
    public static readonly GuardMargin[] All =
    [
        // The judge tells ratios of error rates apart in steps of 5 %, from 0.007 to 148 around both lines; latencies in steps of 1.2 %.
        Ratio(SignalKind.ErrorRate, "a ratio from 1.1 to 50, e.g. 2.0", static r => r is >= 1.1 and <= 50),
        Value(SignalKind.ErrorRate, AtMost, "a rate above 0% and below 100%, e.g. 2%"),
        Points(SignalKind.ErrorRate, AtMost, "a difference above 0pp and below 100pp, e.g. 0.5pp", static d => d is > 0 and < 1),
        Ratio(SignalKind.Latency, "a ratio from 1.02 to 100, e.g. 1.10", static r => r is >= 1.02 and <= 100),
        new(
            SignalKind.Latency, AtMost, Scale.Value, "a duration above 0s and at most 1d, e.g. 300ms", "duration",
            ParseSeconds, static () => Amounts.Pattern(Quantity.DurationPattern), IsLatency, IsLatency),
        new(
            SignalKind.PredictionDrift, AtMost, Scale.JensenShannon, "a divergence in bits above 0 and below 1, e.g. 0.05", "divergence",
            Quantity.TryNumber, static () => new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0, ["exclusiveMaximum"] = 1 },
            IsInsideUnit, IsInsideUnit),
        Points(SignalKind.Accuracy, AtLeast, "a difference below 0pp and above -100pp, e.g. -1pp", static d => d is < 0 and > -1),
        Value(SignalKind.Accuracy, AtLeast, "a rate above 0% and below 100%, e.g. 92%"),
    ];

    /// <summary>The field of a margin that holds an amount on this scale.</summary>
    public static string FieldOf(Scale scale) => scale switch
    {
        Scale.Ratio => "ratio",
        Scale.Difference => "difference",
        Scale.Value => "value",
        _ => "jensenShannon",
    };

    /// <summary>What a signal accepts, for messages.</summary>
    public static string Accepted(SignalKind signal) =>
        string.Join(", or ", All.Where(m => m.Signal == signal).Select(m => $"{m.Side} with {m.Field} ({m.Wanted})"));

    private static GuardMargin Ratio(SignalKind signal, string wanted, Func<double, bool> isLine) => new(
        signal, AtMost, Scale.Ratio, wanted, "ratio", Quantity.TryRatio,
        static () => Amounts.NumberOr(Quantity.RatioPattern), isLine, static r => r is >= 0.2 and <= 100);

    private static GuardMargin Value(SignalKind signal, string side, string wanted) => new(
        signal, side, Scale.Value, wanted, "rate", Quantity.TryRate, static () => Amounts.NumberOr(Quantity.RatePattern), IsInsideUnit, IsInsideUnit);

    private static GuardMargin Points(SignalKind signal, string side, string wanted, Func<double, bool> isLine) => new(
        signal, side, Scale.Difference, wanted, "difference", Quantity.TryPoints,
        static () => Amounts.Pattern(Quantity.PointsPattern), isLine, static d => d is > -1 and < 1);

    private static bool IsInsideUnit(double value) => value is > 0 and < 1;

    private static bool IsLatency(double seconds) => seconds is > 0 and <= 86_400;

    private static bool ParseSeconds(string text, out double seconds, out string? cure)
    {
        var read = Quantity.TryDuration(text, out var duration, out cure);
        seconds = duration.TotalSeconds;
        return read;
    }
}

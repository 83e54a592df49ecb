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

    /// <summary>Every combination that is accepted; what is not here is refused.</summary>
    public static readonly GuardMargin[] All =
    [
        // The judge tells ratios of rates apart in steps of 5 %, from 0.007 to 148 around both lines; latencies in steps of 1.2 %.
        Ratio(SignalKind.ErrorRate, AtMost, "a ratio from 1.1 to 50, e.g. 2.0", IsRateRatio),
        Rate(SignalKind.ErrorRate, AtMost, "a rate above 0% and below 100%, e.g. 2%"),
        Points(SignalKind.ErrorRate, AtMost, MorePoints, IsMore),
        .. Times(SignalKind.Latency),
        Points(SignalKind.LatencyDistribution, AtMost, MorePoints, IsMore),
        .. Times(SignalKind.FirstToken),
        Ratio(SignalKind.Throughput, AtLeast, LessRatio, IsLess),
        Divergence(SignalKind.PredictionDrift),
        Divergence(SignalKind.ConfidenceDrift),
        Divergence(SignalKind.AttributionDrift),
        Points(SignalKind.Accuracy, AtLeast, FewerPoints, IsFewer),
        Ratio(SignalKind.Accuracy, AtLeast, LessRatio, IsLess),
        Rate(SignalKind.Accuracy, AtLeast, "a rate above 0% and below 100%, e.g. 92%"),
        Points(SignalKind.Calibration, AtMost, MorePoints, IsMore),
        Rate(SignalKind.Calibration, AtMost, "a rate above 0% and below 100%, e.g. 5%"),
        .. Both(SignalKind.EventRate, "a rate above 0% and below 100%, e.g. 2%"),
        Ratio(SignalKind.Mean, AtLeast, LessRatio, IsLess),
        Ratio(SignalKind.Mean, AtMost, MoreRatio, IsGreater),
        Amount(SignalKind.Mean, AtLeast, Scale.Difference, "a difference below 0, e.g. -0.05", "difference", static d => d < 0),
        Amount(SignalKind.Mean, AtMost, Scale.Difference, "a difference above 0, e.g. 0.05", "difference", static d => d > 0),
        Amount(SignalKind.Mean, AtLeast, Scale.Value, "a number, e.g. 0.8", "number", static _ => true),
        Amount(SignalKind.Mean, AtMost, Scale.Value, "a number, e.g. 0.8", "number", static _ => true),
        .. Levels(AtMost, MoreRatio, IsGreater, "a difference above 0, e.g. 0.05", static d => d > 0),
        .. Levels(AtLeast, LessRatio, IsLess, "a difference below 0, e.g. -0.05", static d => d < 0),
        Rate(SignalKind.Agreement, AtLeast, "a rate above 0% and below 100%, e.g. 98%"),
    ];

    private const string MorePoints = "a difference above 0pp and below 100pp, e.g. 0.5pp";
    private const string FewerPoints = "a difference below 0pp and above -100pp, e.g. -1pp";
    private const string MoreRatio = "a ratio from 1.02 to 100, e.g. 1.10";
    private const string LessRatio = "a ratio from 0.01 to 0.98, e.g. 0.95";

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

    /// <summary>The sides that a signal can be held to.</summary>
    public static IEnumerable<string> SidesOf(SignalKind signal) => All.Where(m => m.Signal == signal).Select(m => m.Side).Distinct();

    private static GuardMargin[] Times(SignalKind signal) =>
    [
        Ratio(signal, AtMost, MoreRatio, IsGreater),
        Duration(signal, Scale.Value, "a duration above 0s and at most 1d, e.g. 300ms"),
        Duration(signal, Scale.Difference, "a duration above 0s and at most 1d, e.g. 20ms"),
    ];

    private static GuardMargin[] Both(SignalKind signal, string rate) =>
    [
        Ratio(signal, AtMost, "a ratio from 1.1 to 50, e.g. 2.0", IsRateRatio),
        Ratio(signal, AtLeast, "a ratio from 0.02 to 0.95, e.g. 0.9", static r => r is >= 0.02 and <= 0.95),
        Points(signal, AtMost, MorePoints, IsMore),
        Points(signal, AtLeast, FewerPoints, IsFewer),
        Rate(signal, AtMost, rate),
        Rate(signal, AtLeast, rate),
    ];

    private static GuardMargin[] Levels(string side, string ratio, Func<double, bool> isRatio, string difference, Func<double, bool> isDifference) =>
    [
        Amount(SignalKind.Gauge, side, Scale.Value, "a number, e.g. 0.8", "number", static _ => true),
        Ratio(SignalKind.Gauge, side, ratio, isRatio),
        Amount(SignalKind.Gauge, side, Scale.Difference, difference, "difference", isDifference),
    ];

    private static GuardMargin Ratio(SignalKind signal, string side, string wanted, Func<double, bool> isLine) => new(
        signal, side, Scale.Ratio, wanted, "ratio", Quantity.TryRatio,
        static () => Amounts.NumberOr(Quantity.RatioPattern), isLine, static r => r is >= 0.01 and <= 100);

    private static GuardMargin Rate(SignalKind signal, string side, string wanted) => new(
        signal, side, Scale.Value, wanted, "rate", Quantity.TryRate, static () => Amounts.NumberOr(Quantity.RatePattern), IsInsideUnit, IsInsideUnit);

    private static GuardMargin Points(SignalKind signal, string side, string wanted, Func<double, bool> isLine) => new(
        signal, side, Scale.Difference, wanted, "difference", Quantity.TryPoints,
        static () => Amounts.Pattern(Quantity.PointsPattern), isLine, static d => d is > -1 and < 1);

    private static GuardMargin Divergence(SignalKind signal) => new(
        signal, AtMost, Scale.JensenShannon, "a divergence in bits above 0 and below 1, e.g. 0.05", "divergence",
        Quantity.TryNumber, static () => new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0, ["exclusiveMaximum"] = 1 },
        IsInsideUnit, IsInsideUnit);

    private static GuardMargin Duration(SignalKind signal, Scale scale, string wanted) => new(
        signal, AtMost, scale, wanted, "duration", ParseSeconds, static () => Amounts.Pattern(Quantity.DurationPattern), IsTime, IsTime);

    private static GuardMargin Amount(SignalKind signal, string side, Scale scale, string wanted, string noun, Func<double, bool> isLine) => new(
        signal, side, scale, wanted, noun, Quantity.TryNumber, static () => new JsonObject { ["type"] = "number" }, isLine, static _ => true);

    private static bool IsInsideUnit(double value) => value is > 0 and < 1;

    private static bool IsRateRatio(double ratio) => ratio is >= 1.1 and <= 50;

    private static bool IsMore(double difference) => difference is > 0 and < 1;

    private static bool IsFewer(double difference) => difference is < 0 and > -1;

    private static bool IsGreater(double ratio) => ratio is >= 1.02 and <= 100;

    private static bool IsLess(double ratio) => ratio is >= 0.01 and <= 0.98;

    private static bool IsTime(double seconds) => seconds is > 0 and <= 86_400;

    private static bool ParseSeconds(string text, out double seconds, out string? cure)
    {
        var read = Quantity.TryDuration(text, out var duration, out cure);
        seconds = duration.TotalSeconds;
        return read;
    }
}

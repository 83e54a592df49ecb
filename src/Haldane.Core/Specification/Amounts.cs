using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;

namespace Haldane.Core.Specification;

/// <summary>The shapes of amounts: a format of <see cref="Quantity"/> with a range.</summary>
internal static class Amounts
{
    /// <summary>What the canary serves.</summary>
    public static readonly Shape<Share> Share = new ScalarShape<Share>(
        "a share from 0.01% to 100% in steps of 0.01%, e.g. 10%",
        static () => Pattern(Quantity.SharePattern),
        static (string text, out Share value, out string? cure) => Quantity.TryShare(text, out value, out cure) && value.BasisPoints > 0);

    /// <summary>How long a stage lasts at least.</summary>
    public static readonly Shape<TimeSpan> Bake = Duration(
        "a duration above 0s and at most 30d, e.g. 15m", TimeSpan.FromTicks(1), TimeSpan.FromDays(30));

    /// <summary>How long a version may take.</summary>
    public static readonly Shape<TimeSpan> Timeout = Duration(
        "a duration from 1ms to 1d, e.g. 30s", TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));

    /// <summary>An error rate that the judge keeps.</summary>
    public static readonly Shape<double> Promise = Rate(
        "a rate above 0% and at most 50%, e.g. 1%", static rate => rate is > 0 and <= 0.5);

    /// <summary>An error rate below which no canary is bad; 0 for none.</summary>
    public static readonly Shape<double> Floor = Rate(
        "a rate from 0% (none) to below 100%, e.g. 0.1%", static rate => rate is >= 0 and < 1);

    /// <summary>A guard's part of a budget.</summary>
    public static readonly Shape<double> Weight = new ScalarShape<double>(
        "a number above 0 and at most 100, e.g. 2",
        static () => new JsonObject { ["type"] = "number", ["exclusiveMinimum"] = 0, ["maximum"] = 100 },
        static (string text, out double value, out string? cure) => Quantity.TryNumber(text, out value, out cure) && value is > 0 and <= 100,
        Plain.Only);

    /// <summary>Any number of a sensible size.</summary>
    public static readonly Shape<double> Number = new ScalarShape<double>(
        "a number of at most 1,000,000,000,000 in size, e.g. 500",
        static () => new JsonObject { ["type"] = "number", ["minimum"] = -1e12, ["maximum"] = 1e12 },
        static (string text, out double value, out string? cure) => Quantity.TryNumber(text, out value, out cure) && Math.Abs(value) <= 1e12,
        Plain.Only);

    /// <summary>The schema of a text of a pattern.</summary>
    public static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    /// <summary>The schema of a number or a text of a pattern.</summary>
    public static JsonObject NumberOr(string pattern) => new() { ["type"] = new JsonArray("number", "string"), ["pattern"] = pattern };

    private static ScalarShape<TimeSpan> Duration(string wanted, TimeSpan least, TimeSpan most) => new(
        wanted,
        static () => Pattern(Quantity.DurationPattern),
        (string text, out TimeSpan value, out string? cure) => Quantity.TryDuration(text, out value, out cure) && value >= least && value <= most);

    private static ScalarShape<double> Rate(string wanted, Predicate<double> accepts) => new(
        wanted,
        static () => NumberOr(Quantity.RatePattern),
        (string text, out double value, out string? cure) => Quantity.TryRate(text, out value, out cure) && accepts(value));
}

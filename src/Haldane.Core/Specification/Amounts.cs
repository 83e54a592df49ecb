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

    /// <summary>How long an experiment lasts.</summary>
    public static readonly Shape<TimeSpan> Lasts = Duration("a duration above 0s and at most 365d, e.g. 14d", TimeSpan.FromTicks(1), TimeSpan.FromDays(365));

    /// <summary>How long a stage lasts at most.</summary>
    public static readonly Shape<TimeSpan> Stay = Duration("a duration above 0s and at most 365d, e.g. 2h", TimeSpan.FromTicks(1), TimeSpan.FromDays(365));

    /// <summary>How long a step of taking a canary back lasts.</summary>
    public static readonly Shape<TimeSpan> Step = Duration("a duration from 1s to 1d, e.g. 1m", TimeSpan.FromSeconds(1), TimeSpan.FromDays(1));

    /// <summary>How long the old version stays ready.</summary>
    public static readonly Shape<TimeSpan> Warm = Duration("a duration from 0s to 30d, e.g. 1h", TimeSpan.Zero, TimeSpan.FromDays(30));

    /// <summary>How long a window of a freeze lasts.</summary>
    public static readonly Shape<TimeSpan> Window = Duration("a duration from 1m to 31d, e.g. 64h", TimeSpan.FromMinutes(1), TimeSpan.FromDays(31));

    /// <summary>How long somebody's agreement counts.</summary>
    public static readonly Shape<TimeSpan> Expiry = Duration("a duration from 1m to 90d, e.g. 3d", TimeSpan.FromMinutes(1), TimeSpan.FromDays(90));

    /// <summary>What the baseline keeps in a switch.</summary>
    public static readonly Shape<Share> Holdback = new ScalarShape<Share>(
        "a part from 0% to 50% in steps of 0.01%, e.g. 5%",
        static () => Pattern(Quantity.SharePattern),
        static (string text, out Share value, out string? cure) => Quantity.TryShare(text, out value, out cure) && value.BasisPoints <= 5_000);

    /// <summary>How many of something there are to be at least.</summary>
    public static readonly Shape<long> Fewest = new ScalarShape<long>(
        "a whole number from 0 to 1,000,000,000, e.g. 5000",
        static () => new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = 1_000_000_000 },
        static (string text, out long value, out string? cure) =>
        {
            cure = null;
            return long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out value) && value <= 1_000_000_000;
        },
        Plain.Only);

    /// <summary>How long a version may take.</summary>
    public static readonly Shape<TimeSpan> Timeout = Duration(
        "a duration from 1ms to 1d, e.g. 30s", TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1));

    /// <summary>How long a dead canary is borne.</summary>
    public static readonly Shape<TimeSpan> Unreachable = Duration("a duration from 0s to 1d, e.g. 30s", TimeSpan.Zero, TimeSpan.FromDays(1));

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

    /// <summary>A size that is not negative.</summary>
    public static readonly Shape<double> Size = new ScalarShape<double>(
        "a number from 0 to 1,000,000,000,000, e.g. 10",
        static () => new JsonObject { ["type"] = "number", ["minimum"] = 0, ["maximum"] = 1e12 },
        static (string text, out double value, out string? cure) => Quantity.TryNumber(text, out value, out cure) && value is >= 0 and <= 1e12,
        Plain.Only);

    /// <summary>A part of a whole, possibly nothing.</summary>
    public static readonly Shape<double> Part = Rate("a part from 0% to 100%, e.g. 30%", static part => part is >= 0 and <= 1);

    /// <summary>A part of a whole.</summary>
    public static readonly Shape<double> SomePart = Rate("a part above 0% and at most 100%, e.g. 30%", static part => part is > 0 and <= 1);

    /// <summary>How near numbers are to be called alike.</summary>
    public static readonly Shape<double> Tolerance = Rate("a part from 0 to below 100%, e.g. 0.001", static part => part is >= 0 and < 1);

    /// <summary>How many pairs are kept.</summary>
    public static readonly Shape<int> KeptPairs = Whole("a whole number from 0 to 1,000, e.g. 200", 0, 1_000);

    /// <summary>How far something swings around its mean.</summary>
    public static readonly Shape<double> Swing = Rate("a part from 0% to below 100%, e.g. 50%", static part => part is >= 0 and < 1);

    /// <summary>How long an answer takes.</summary>
    public static readonly Shape<TimeSpan> Taken = Duration("a duration above 0s and at most 100s, e.g. 20ms", TimeSpan.FromTicks(1), TimeSpan.FromSeconds(100));

    /// <summary>How long feedback takes.</summary>
    public static readonly Shape<TimeSpan> Delay = Duration("a duration from 0s to 365d, e.g. 12s", TimeSpan.Zero, TimeSpan.FromDays(365));

    /// <summary>How often something happens, per second.</summary>
    public static readonly Shape<double> Frequency = new ScalarShape<double>(
        "a rate above 0/d and at most 1000000/s, with its unit of time, e.g. 200/s",
        static () => Pattern(Quantity.FrequencyPattern),
        static (string text, out double value, out string? cure) => Quantity.TryFrequency(text, out value, out cure) && value is > 0 and <= 1e6);

    /// <summary>How many exchanges an evaluator gets, per second.</summary>
    public static readonly Shape<double> EvaluatorRate = new ScalarShape<double>(
        "a rate above 0/d and at most 100/s, with its unit of time, e.g. 1/s",
        static () => Pattern(Quantity.FrequencyPattern),
        static (string text, out double value, out string? cure) => Quantity.TryFrequency(text, out value, out cure) && value is > 0 and <= 100);

    /// <summary>How long an evaluator may take.</summary>
    public static readonly Shape<TimeSpan> EvaluatorTimeout = Duration("a duration from 100ms to 5m, e.g. 30s", TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));

    /// <summary>How many people must agree.</summary>
    public static readonly Shape<int> People = Whole("a whole number from 1 to 10, e.g. 2", 1, 10);

    /// <summary>How many rollouts may move at once.</summary>
    public static readonly Shape<int> AtOnce = Whole("a whole number from 1 to 10,000, e.g. 3", 1, 10_000);

    /// <summary>How many requests of callers are sent again.</summary>
    public static readonly Shape<int> Recent = Whole("a whole number from 1 to 256, e.g. 50", 1, 256);

    /// <summary>How often a request is sent.</summary>
    public static readonly Shape<int> Times = Whole("a whole number from 1 to 10,000, e.g. 20", 1, 10_000);

    /// <summary>How often a process is started again.</summary>
    public static readonly Shape<int> Restarts = Whole("a whole number from 0 to 100, e.g. 5", 0, 100);

    /// <summary>Cores of a processor.</summary>
    public static readonly Shape<double> Cores = new ScalarShape<double>(
        "a number of cores from 0.01 to 1,024, e.g. 2",
        static () => new JsonObject { ["type"] = "number", ["minimum"] = 0.01, ["maximum"] = 1_024 },
        static (string text, out double value, out string? cure) => Quantity.TryNumber(text, out value, out cure) && value is >= 0.01 and <= 1_024,
        Plain.Only);

    /// <summary>An amount of memory.</summary>
    public static readonly Shape<long> Bytes = new ScalarShape<long>(
        "an amount of memory from 1MiB to 64TiB in MiB, GiB or TiB, e.g. 4GiB",
        static () => Pattern(Quantity.BytesPattern),
        static (string text, out long value, out string? cure) => Quantity.TryBytes(text, out value, out cure) && value is >= 1L << 20 and <= 64L << 40);

    /// <summary>How many subjects there are.</summary>
    public static readonly Shape<int> Subjects = Whole("a whole number from 2 to 10,000,000, e.g. 5000", 2, 10_000_000);

    /// <summary>The schema of a text of a pattern.</summary>
    public static JsonObject Pattern(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    /// <summary>The schema of a number or a text of a pattern.</summary>
    public static JsonObject NumberOr(string pattern) => new() { ["type"] = new JsonArray("number", "string"), ["pattern"] = pattern };

    private static ScalarShape<int> Whole(string wanted, int least, int most) => new(
        wanted,
        () => new JsonObject { ["type"] = "integer", ["minimum"] = least, ["maximum"] = most },
        (string text, out int value, out string? cure) =>
        {
            var read = Quantity.TryNumber(text, out var number, out cure) && number >= least && number <= most && number == Math.Floor(number);
            value = read ? (int)number : 0;
            return read;
        },
        Plain.Only);

    private static ScalarShape<TimeSpan> Duration(string wanted, TimeSpan least, TimeSpan most) => new(
        wanted,
        static () => Pattern(Quantity.DurationPattern),
        (string text, out TimeSpan value, out string? cure) => Quantity.TryDuration(text, out value, out cure) && value >= least && value <= most);

    private static ScalarShape<double> Rate(string wanted, Predicate<double> accepts) => new(
        wanted,
        static () => NumberOr(Quantity.RatePattern),
        (string text, out double value, out string? cure) => Quantity.TryRate(text, out value, out cure) && accepts(value));
}

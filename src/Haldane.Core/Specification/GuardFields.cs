using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of a guard.</summary>
internal static class GuardFields
{
    // What two versions that hardly ever fail may differ by; see GuardSpec.Floor.
    private const double DefaultFloor = 0.001;

    private static readonly MappingShape<Line> AtMost = MarginOf("a line such as { ratio: 1.10 }");
    private static readonly MappingShape<Line> AtLeast = MarginOf("a line such as { difference: -1pp }");
    private static readonly MappingShape<Line> Fine = MarginOf("a line on the same scale, such as { ratio: 1.0 }");

    private static readonly MappingShape<Draft> Fields = new(
        "a guard such as { name: errors, signal: error-rate, atMost: { ratio: 2.0 } }",
        new(),
        [
            Field<Draft, string>.Required("name", Texts.Name, (d, v) => d with { Name = v }, "What the guard is called; unique within the rollout."),
            Field<Draft, SignalSpec>.Required(
                "signal", new SignalShape(), (d, v) => d with { Signal = v }, "What is measured."),
            Field<Draft, Line>.Optional(
                GuardMargins.AtMost, AtMost, (d, v) => d with { Line = v, Side = GuardMargins.AtMost },
                "The canary is bad above this line. A guard has either atMost or atLeast."),
            Field<Draft, Line>.Optional(
                GuardMargins.AtLeast, AtLeast, (d, v) => d with { Line = v, Side = GuardMargins.AtLeast },
                "The canary is bad below this line. A guard has either atMost or atLeast."),
            Field<Draft, Line>.Optional(
                "fine",
                Fine,
                (d, v) => d with { Fine = v },
                "The canary is fine on the good side of this line; on the scale of the other line. Default: half-way from no difference, or the limit itself for a value."),
            Field<Draft, double>.Optional(
                "floor", Amounts.Floor, (d, v) => d with { Floor = v },
                "Only for atMost with ratio of error-rate, rate:refused and rate:empty: below this rate the canary is never bad. Default: 0.1%."),
            Field<Draft, SegmentScan>.Optional(
                "segments", new SegmentScanShape(), (d, v) => d with { Segments = v },
                "Which segments are scanned for harm beside the whole: all, none, or a list of names. Default: all; none for throughput and gauges."),
            Field<Draft, Share>.Optional(
                "requiredFrom",
                Amounts.Share,
                (d, v) => d with { RequiredFrom = v },
                "The first share that may only be left when the guard has passed; at most the share of the last stage. Default: only the last stage asks for it."),
            Field<Draft, double>.Optional(
                "weight", Amounts.Weight, (d, v) => d with { Weight = v },
                "The guard's part of the budget for false rollbacks, relative to the others. Default: 1."),
        ],
        refine: AddCombinations);

    /// <summary>A guard.</summary>
    public static readonly Shape<GuardSpec> Guard = new Completed();

    // The line as it was written; what it means depends on the signal.
    private static MappingShape<Line> MarginOf(string wanted) => new(
        wanted,
        new(),
        [
            Amount(Scale.Ratio, "The canary's value divided by the baseline's, e.g. 1.10 or 1.10x."),
            Amount(Scale.Difference, "The canary's value minus the baseline's: percentage points such as -1pp, a duration such as 20ms, or a number."),
            Amount(Scale.Value, "The canary's value alone: a rate such as 2%, a duration such as 300ms, or a number."),
            Amount(Scale.JensenShannon, "The Jensen-Shannon divergence of the two mixes of classes or confidences, in bits, e.g. 0.05."),
        ],
        static (line, node, errors) =>
        {
            if (node.Entries.Count != 1 && !node.IsCut)
            {
                errors.Report(node, $"found {node.Entries.Count} amounts; wanted exactly one of ratio, difference, value and jensenShannon");
            }

            return line;
        },
        static schema => (schema["minProperties"], schema["maxProperties"]) = (1, 1));

    private static Field<Line> Amount(Scale scale, string about) =>
        Field<Line, YamlScalar>.Optional(GuardMargins.FieldOf(scale), new AmountShape(), (line, v) => line with { Amount = v, Scale = scale }, about);

    // Says to editors which line goes with which signal, from the same table that the reader uses.
    private static void AddCombinations(JsonObject schema)
    {
        var rules = new JsonArray();
        foreach (var signal in GuardMargins.All.GroupBy(m => m.Signal))
        {
            var sides = new JsonObject();
            foreach (var side in new[] { GuardMargins.AtMost, GuardMargins.AtLeast })
            {
                sides[side] = AmountsOf(signal.Where(m => m.Side == side));
            }

            rules.Add((JsonNode)new JsonObject
            {
                ["if"] = new JsonObject
                {
                    ["properties"] = new JsonObject { ["signal"] = new JsonObject { ["pattern"] = string.Join('|', SignalShape.Patterns(signal.Key)) } },
                    ["required"] = new JsonArray("signal"),
                },
                ["then"] = new JsonObject
                {
                    ["properties"] = sides,
                    ["oneOf"] = new JsonArray([.. GuardMargins.SidesOf(signal.Key).Select(side => new JsonObject { ["required"] = new JsonArray(side) })]),
                },
            });
        }

        schema["allOf"] = rules;
    }

    private static JsonNode AmountsOf(IEnumerable<GuardMargin> margins)
    {
        var amounts = new JsonObject();
        foreach (var margin in margins)
        {
            var amount = margin.Schema();
            amount.Insert(0, "description", margin.Wanted);
            amounts[margin.Field] = amount;
        }

        return amounts.Count == 0 ? false : new JsonObject { ["properties"] = amounts, ["additionalProperties"] = false };
    }

    /// <summary>A line as it was written.</summary>
    internal sealed record Line(YamlScalar? Amount = null, Scale Scale = default);

    /// <summary>A guard as far as its fields say it, each by itself.</summary>
    internal sealed record Draft
    {
        public string Name { get; init; } = "";

        public SignalSpec? Signal { get; init; }

        public string Side { get; init; } = "";

        public Line Line { get; init; } = new();

        public Line? Fine { get; init; }

        public double? Floor { get; init; }

        public SegmentScan? Segments { get; init; }

        public Share? RequiredFrom { get; init; }

        public double Weight { get; init; } = 1;
    }

    /// <summary>Any single value.</summary>
    private sealed class AmountShape : Shape<YamlScalar>
    {
        public override string Wanted => "an amount such as 1.10, 2%, -1pp or 300ms";

        public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out YamlScalar value)
        {
            value = node is YamlScalar { IsNothing: false } scalar ? scalar : null;
            if (value is null)
            {
                errors.Wrong(node, Wanted);
            }

            return value is not null;
        }

        public override JsonObject Schema() => new() { ["type"] = new JsonArray("number", "string") };
    }

    /// <summary>A guard whose fields fit each other.</summary>
    private sealed class Completed : Shape<GuardSpec>
    {
        public override string Wanted => Fields.Wanted;

        public override JsonObject Schema() => Fields.Schema();

        public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out GuardSpec value)
        {
            value = null;
            if (!Fields.TryRead(node, errors, out var draft) || node is not YamlMapping mapping)
            {
                return false;
            }

            var (bad, fine) = GuardLines.Read(draft, mapping, errors);
            if (draft is { Signal: { IsOfEveryone: true } signal, Segments: { } scan } && scan != SegmentScan.None)
            {
                errors.Report(mapping.Find("segments")!, $"found segments on {signal}; wanted none: it is counted for everyone only");
            }

            value = new()
            {
                Name = draft.Name,
                Signal = draft.Signal ?? default,
                Scale = draft.Line.Scale,
                Bad = bad,
                AtLeast = draft.Side == GuardMargins.AtLeast,
                Fine = fine,
                Floor = draft.Floor ?? (GuardLines.TakesFloor(draft.Signal ?? default, draft.Line.Scale, draft.Side) ? DefaultFloor : 0),
                Segments = draft.Segments ?? (draft.Signal?.IsOfEveryone == true ? SegmentScan.None : SegmentScan.All),
                RequiredFrom = draft.RequiredFrom,
                Weight = draft.Weight,
            };
            return true;
        }
    }
}

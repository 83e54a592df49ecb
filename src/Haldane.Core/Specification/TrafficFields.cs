using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of <c>traffic</c>.</summary>
internal static class TrafficFields
{
    private static readonly MappingShape<TimesSpec> Times = new(
        "times such as { p50: 20ms, p99: 80ms }",
        new(TimeSpan.Zero, TimeSpan.MaxValue),
        [
            Field<TimesSpec, TimeSpan>.Required("p50", Amounts.Taken, static (t, v) => t with { P50 = v }, "The median."),
            Field<TimesSpec, TimeSpan>.Required("p99", Amounts.Taken, static (t, v) => t with { P99 = v }, "What one answer in a hundred exceeds; at least the median."),
        ],
        static (times, node, errors) =>
        {
            if (times.P99 < times.P50)
            {
                errors.Wrong(node.Find("p99")!, $"at least {Quantity.Show(times.P50)}, the p50");
                return times with { P99 = times.P50 };
            }

            return times;
        });

    private static readonly MappingShape<LabelsSpec> Labels = new(
        "labels such as { coverage: 30%, after: 12s, accuracy: 92% }",
        new(1, TimeSpan.Zero, 0),
        [
            Field<LabelsSpec, double>.Optional("coverage", Amounts.SomePart, static (l, v) => l with { Coverage = v }, "The part of the answers that a label comes for. Default: 100%."),
            Field<LabelsSpec, TimeSpan>.Optional("after", Amounts.Delay, static (l, v) => l with { After = v }, "How long after its answer a label comes. Default: 0s."),
            Field<LabelsSpec, double>.Required("accuracy", Amounts.SomePart, static (l, v) => l with { Accuracy = v }, "The part of the baseline's predictions that are right."),
        ]);

    private static readonly MappingShape<NumberSpec> Number = new(
        "a number such as { mean: 3.2, deviation: 10 }",
        new("", 1, TimeSpan.Zero, 0, 0, 1),
        [
            Field<NumberSpec, double>.Required("mean", Amounts.Number, static (n, v) => n with { Mean = v }, "Its mean for the baseline."),
            Field<NumberSpec, double>.Required("deviation", Amounts.Size, static (n, v) => n with { Deviation = v }, "Its standard deviation."),
            Field<NumberSpec, double>.Optional("nonZero", Amounts.SomePart, static (n, v) => n with { NonZero = v }, "The part that is not 0. Default: 100%."),
            Field<NumberSpec, double>.Optional("coverage", Amounts.SomePart, static (n, v) => n with { Coverage = v }, "The part of the answers that it comes for. Default: 100%."),
            Field<NumberSpec, TimeSpan>.Optional("after", Amounts.Delay, static (n, v) => n with { After = v }, "How long after its answer it comes. Default: 0s."),
        ]);

    private static readonly Shape<ValueList<(string Name, double Value)>> ClassParts = Parts("classes with their parts such as { legit: 97% }", "The class's part of the predictions.");

    private static readonly Shape<ValueList<(string Name, double Value)>> ValueParts = Parts("values with their parts such as { MY: 40%, SG: 30% }", "The value's part of the requests.");

    /// <summary>The traffic of a model.</summary>
    public static readonly MappingShape<TrafficSpec> Traffic = new(
        "what the traffic is like, such as { rate: 200/s, errors: 0.5%, latency: { p50: 20ms, p99: 80ms } }",
        new() { RatePerSecond = 1 },
        [
            Field<TrafficSpec, double>.Required("rate", Amounts.Frequency, static (t, v) => t with { RatePerSecond = v }, "Requests, all together, e.g. 200/s or 30/m."),
            Field<TrafficSpec, double>.Optional("daily", Amounts.Swing, static (t, v) => t with { Daily = v }, "By which part the rate swings around its mean over a day. Default: 0%."),
            Field<TrafficSpec, int>.Optional(
                "subjects", Amounts.Subjects, static (t, v) => t with { Subjects = v }, "How many subjects make the requests. Default: each request has its own."),
            Field<TrafficSpec, double>.Optional("errors", Amounts.Floor, static (t, v) => t with { Errors = v }, "The error rate of the version that serves now. Default: 0.1%."),
            Field<TrafficSpec, TimesSpec>.Optional("latency", Times, static (t, v) => t with { Latency = v }, "Its time to the last byte. Default: { p50: 50ms, p99: 200ms }."),
            Field<TrafficSpec, TimesSpec>.Optional("firstToken", Times, static (t, v) => t with { FirstToken = v }, "Its time to the first byte of the body. Default: not known."),
            Field<TrafficSpec, ValueList<(string Name, double Value)>>.Optional(
                "classes", ClassParts, static (t, v) => t with { Classes = Named(v) }, "What it predicts how often; the rest is spread evenly over the other classes. Default: evenly."),
            Field<TrafficSpec, double>.Optional("confidence", Amounts.SomePart, static (t, v) => t with { Confidence = v }, "Its mean confidence. Default: 80%."),
            Field<TrafficSpec, LabelsSpec>.Optional("labels", Labels, static (t, v) => t with { Labels = v }, "The labels that come as feedback. Default: none."),
            Field<TrafficSpec, ValueList<(string Name, ValueList<(string Name, double Value)> Value)>>.Optional(
                "segments",
                new TableShape<ValueList<(string Name, double Value)>>(ValueParts, "segments with the parts of their values such as { country: { MY: 40%, SG: 30% } }", "The parts of the segment's values."),
                static (t, v) => t with { Segments = v.Select(s => new NamedParts(s.Name, Named(s.Value))).ToValueList() },
                "How often each value of a segment comes; the rest is spread evenly over the values that are not listed and other. Default: evenly."),
            Field<TrafficSpec, ValueList<(string Name, double Value)>>.Optional(
                "events", Parts("events with their rates such as { conversion: 3% }", "The part of the exchanges that it happens to."), static (t, v) => t with { Events = Named(v) },
                "How often events happen; the gateway's own are seen at once, the others come as feedback. Default: never."),
            Field<TrafficSpec, TimeSpan>.Optional(
                "eventsAfter", Amounts.Delay, static (t, v) => t with { EventsAfter = v }, "How long after its answer an event comes as feedback. Default: 0s."),
            Field<TrafficSpec, ValueList<(string Name, NumberSpec Value)>>.Optional(
                "values",
                new TableShape<NumberSpec>(Number, "values such as { revenue: { mean: 3.2, deviation: 10 } }", "The distribution of the value."),
                static (t, v) => t with { Values = v.Select(n => n.Value with { Name = n.Name }).ToValueList() },
                "The numbers that come as feedback. Default: none."),
        ]);

    /// <summary>Reports names that the model does not have, and parts that are more than the whole.</summary>
    public static void Check(ModelSpec model, YamlMapping node, FileErrors errors)
    {
        if (node.Find("traffic") is not YamlMapping traffic)
        {
            return;
        }

        // What is wrong in the model itself is already reported, and nothing is said about names that may stand there.
        CheckParts(traffic, "classes", "class of spec.signals.prediction", model.Signals.Prediction?.Classes, whole: true, errors);
        CheckParts(traffic, "events", "event of the gateway or of spec.signals.events", [.. Evidence.GatewayEvents.ToldBy(model.Protocol), .. model.Signals.Events], whole: false, errors);
        CheckParts(traffic, "values", "value of spec.signals.values", model.Signals.Values.Select(v => v.Name), whole: false, errors);
        CheckParts(traffic, "segments", "segment of spec.segments", model.Segments.Select(s => s.Name), whole: false, errors);
        foreach (var segment in model.Segments)
        {
            if (traffic.Find("segments") is YamlMapping segments)
            {
                CheckParts(segments, segment.Name, $"value of the segment {segment.Name}", segment.Values, whole: true, errors);
            }
        }
    }

    private static void CheckParts(YamlMapping owner, string field, string what, IEnumerable<string>? known, bool whole, FileErrors errors)
    {
        if (owner.Find(field) is not YamlMapping table)
        {
            return;
        }

        string[] names = [.. known ?? []];
        foreach (var (key, _) in table.Entries.Where(e => !names.Contains(e.Key.Text)))
        {
            errors.Report(key.At, table.PathTo("." + Clip.Plain(key.Text)), Nearest.Unknown(key.Text, what, names));
        }

        var sum = table.Entries.Sum(e => e.Value is YamlScalar scalar && Quantity.TryRate(scalar.Text, out var part, out _) ? part : 0);
        if (whole && sum > 1 + 1e-9)
        {
            errors.Report(table, $"found parts that add up to {sum * 100:0.##}%; wanted at most 100%");
        }
    }

    private static TableShape<double> Parts(string wanted, string about) => new(Amounts.Part, wanted, about);

    private static ValueList<NamedPart> Named(ValueList<(string Name, double Value)> parts) => parts.Select(p => new NamedPart(p.Name, p.Value)).ToValueList();
}

using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of a gauge, and what models say of where gauges are read.</summary>
internal static class GaugeFields
{
    private const string Metric = "metric", Gauges = "gauges", Metrics = "metrics";

    // What says how a metric is read says nothing where none is.
    private static readonly string[] OfMetric = ["labels", "perSecond", "together"];

    /// <summary>A gauge.</summary>
    public static readonly MappingShape<GaugeSpec> Gauge = new(
        "a gauge such as { name: queue } or { name: gpu, metric: DCGM_FI_DEV_GPU_UTIL }",
        new(""),
        [
            Field<GaugeSpec, string>.Required("name", Texts.Name, (g, v) => g with { Name = v }, "What guards call it, as gauge:<name>; unique within the model."),
            Field<GaugeSpec, string>.Optional(
                Metric, Texts.Metric, (g, v) => g with { Metric = v }, "The metric that it is read from every ten seconds, at each version's metrics. Default: it is pushed."),
            Field<GaugeSpec, ValueList<(string Name, string Value)>>.Optional(
                "labels", LabelFields.Table, (g, v) => g with { Labels = LabelFields.Named(v) },
                "Labels that a series of the metric must have. Default: all its series."),
            Field<GaugeSpec, bool>.Optional("perSecond", new SwitchShape(), (g, v) => g with { PerSecond = v }, "For a counter: its growth in a second. Default: false."),
            Field<GaugeSpec, Together>.Optional(
                "together", new ChoiceShape<Together>(("mean", Together.Mean), ("sum", Together.Sum), ("max", Together.Max)), (g, v) => g with { Together = v },
                "What several series at one address come to. Default: mean."),
        ],
        static (gauge, node, errors) =>
        {
            foreach (var field in OfMetric.Where(f => gauge.Metric is null && node.Find(Metric) is null && node.Find(f) is not null))
            {
                errors.Report(node.Find(field)!, $"found {field} of a gauge that is pushed; wanted it only beside {Metric}: remove it, or say which metric is read");
            }

            return gauge;
        });

    /// <summary>Reports versions whose gauges nobody could read, and addresses that nobody reads.</summary>
    public static void Check(ModelSpec model, YamlMapping node, FileErrors errors)
    {
        if (node.Find("versions") is not YamlSequence versions)
        {
            return;
        }

        var read = model.Signals.Gauges.FirstOrDefault(g => g.Metric is not null);
        foreach (var version in versions.Items.OfType<YamlMapping>())
        {
            if (read is not null && version.Find(Metrics) is null)
            {
                errors.Report(version, $"found a version without {Metrics} in a model whose gauge \"{read.Name}\" is read; wanted {Metrics}, e.g. [\"http://10.0.0.7:9001/metrics\"], for each version");
            }
            else if (read is null && version.Find(Metrics) is { } idle && (node.Find("signals") as YamlMapping)?.Find(Gauges) is null)
            {
                errors.Report(idle, $"found {Metrics} in a model without a gauge that is read there; wanted spec.signals.{Gauges}, e.g. [{{ name: cpu, metric: process_cpu_seconds_total, perSecond: true }}], or no {Metrics}");
            }
        }
    }
}

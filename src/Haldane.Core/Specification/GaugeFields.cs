using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of a gauge, and what models say of where gauges are read.</summary>
internal static class GaugeFields
{
    private const string Metric = "metric", Process = "process", Gauges = "gauges", Metrics = "metrics";

    /// <summary>Where a version says what its own process is.</summary>
    internal const string Runtime = "runtime";

    // What says how a metric is read says nothing where none is.
    private static readonly string[] OfMetric = ["labels", "perSecond", "together"];

    /// <summary>A gauge.</summary>
    public static readonly MappingShape<GaugeSpec> Gauge = new(
        "a gauge such as { name: queue }, { name: gpu, metric: DCGM_FI_DEV_GPU_UTIL } or { name: memory, process: memory }",
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
            Field<GaugeSpec, ProcessGauge>.Optional(
                Process, new ChoiceShape<ProcessGauge>(("cpu", ProcessGauge.Cpu), ("memory", ProcessGauge.Memory)), (g, v) => g with { Process = v },
                "Instead of a metric: what is read of the version's own process every ten seconds, the cores in use or the bytes resident. Default: it is pushed."),
        ],
        static (gauge, node, errors) =>
        {
            var (metric, process) = (node.Find(Metric), node.Find(Process));
            if (metric is not null && process is not null)
            {
                errors.Report(process, $"found {Process} beside {Metric}; wanted one of the two: remove the other");
            }

            foreach (var field in OfMetric.Where(f => metric is null && node.Find(f) is not null))
            {
                errors.Report(
                    node.Find(field)!, $"found {field} of a gauge that is {(process is null ? "pushed" : "read from a process")}; wanted it only beside {Metric}: remove it, or say which metric is read");
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

        CheckMetrics(model, node, versions, errors);
        CheckProcesses(node, versions, errors);
    }

    private static void CheckMetrics(ModelSpec model, YamlMapping node, YamlSequence versions, FileErrors errors)
    {
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

    private static void CheckProcesses(YamlMapping node, YamlSequence versions, FileErrors errors)
    {
        var gauges = ((node.Find("signals") as YamlMapping)?.Find(Gauges) as YamlSequence)?.Items.OfType<YamlMapping>() ?? [];
        if (gauges.Select(g => g.Find(Process)).FirstOrDefault(p => p is not null) is { } process && !versions.IsCut && !HaveProcesses(versions.Items.OfType<YamlMapping>()))
        {
            errors.Report(process, $"found a gauge of a process in a model whose versions have none of their own; wanted {Runtime}, e.g. {{ command: [python3, server.py] }}, in one of spec.versions");
        }
    }

    /// <summary>Whether any of the versions has a process of its own.</summary>
    internal static bool HaveProcesses(IEnumerable<YamlMapping> versions) => versions.Any(v => v.Find(Runtime) is not null);
}

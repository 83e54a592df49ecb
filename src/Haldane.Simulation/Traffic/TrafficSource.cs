using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;

namespace Haldane.Simulation.Traffic;

/// <summary>Makes traffic from what a specification says of it.</summary>
public static class TrafficSource
{
    /// <summary>The traffic of a model; null when its specification says nothing of it.</summary>
    public static TrafficModel? Of(ModelSpec model)
    {
        if (model.Traffic is not { } said)
        {
            return null;
        }

        var signals = model.Signals;
        var confidence = signals.Confidence is null ? [] : Mixes.ConfidenceOfMean(said.Confidence);
        return new()
        {
            Model = model,
            RatePerSecond = said.RatePerSecond,
            CellParts = CellParts(model.Segments, said.Segments),
            LabelCoverage = said.Labels?.Coverage ?? 0,
            LabelDelay = said.Labels?.After ?? TimeSpan.Zero,
            Values = said.Values.Select(v => new Feedback(v.Name, v.Coverage, v.After)).ToValueList(),
            Events = signals.Events.Select(name => new Feedback(name, 1, said.EventsAfter)).ToValueList(),
            Conditions = new() { DailyRate = said.Daily, Regulars = said.Subjects is { } count ? new(count) : null },
            Baseline = new()
            {
                Errors = said.Errors,
                Latency = Times(said.Latency),
                FirstToken = said.FirstToken is { } first ? Times(first) : null,
                Classes = signals.Prediction is { } prediction ? Spread(said.Classes, [.. prediction.Classes, SegmentCells.Other], spreadOverLast: false) : [],
                Confidence = confidence,
                Accuracy = said.Labels?.Accuracy ?? 1,
                Events = said.Events.Select(e => new EventChance(e.Name, e.Part)).ToValueList(),
                Values = said.Values.Select(v => Shape(v, signals.FindValue(v.Name)!)).ToValueList(),
            },
        };
    }

    private static LatencyShape Times(TimesSpec times) => LatencyShape.LogNormal(times.P50.TotalSeconds, times.P99.TotalSeconds);

    private static ValueShape Shape(NumberSpec said, ValueSpec range) => new(said.Name, said.Mean, said.Deviation, said.NonZero, range.Min, range.Max);

    private static ValueList<double> CellParts(ValueList<SegmentSpec> segments, ValueList<NamedParts> said)
    {
        List<double> parts = [1];
        foreach (var segment in segments)
        {
            var own = said.FirstOrDefault(s => s.Name == segment.Name)?.Parts ?? [];
            parts.AddRange(Spread(own, [.. segment.Values, SegmentCells.Other], spreadOverLast: true));
        }

        return parts.ToValueList();
    }

    // What is said of some, and the rest evenly over those of which nothing is said. Of classes, "other" happens only if somebody says so.
    private static ValueList<double> Spread(ValueList<NamedPart> said, string[] names, bool spreadOverLast)
    {
        var parts = new double[names.Length];
        Array.Fill(parts, double.NaN);
        foreach (var (name, part) in said)
        {
            parts[Array.IndexOf(names, name)] = part;
        }

        if (!spreadOverLast)
        {
            parts[^1] = 0;
        }

        var rest = Math.Max(0, 1 - parts.Where(p => !double.IsNaN(p)).Sum());
        var silent = parts.Count(double.IsNaN);
        if (silent == 0)
        {
            parts[^1] += rest;
        }

        return parts.Select(p => double.IsNaN(p) ? rest / silent : p).ToValueList();
    }
}

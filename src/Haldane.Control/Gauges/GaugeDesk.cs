using System.Collections.Concurrent;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Gauges;

/// <summary>Hands readings of gauges to the rollouts that they are evidence of, and keeps the last one of each.</summary>
/// <remarks>In memory only: a reading is of a moment, and the next one comes soon. What was counted is in the slices.</remarks>
public sealed class GaugeDesk : IGaugeDesk
{
    private const int MostMistakes = 20;
    private const double Largest = 1e15;

    private readonly Func<SpecificationSet> _specification;
    private readonly Func<IReadOnlyList<GaugeCollector>> _running;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<(string Model, string Version, string Gauge), Last> _last = new();

    internal GaugeDesk(Func<SpecificationSet> specification, Func<IReadOnlyList<GaugeCollector>> running, TimeProvider time) => (_specification, _running, _time) = (specification, running, time);

    private sealed record Last(double? Value, DateTimeOffset? At, string? Trouble);

    /// <inheritdoc/>
    public IReadOnlyList<GaugeView> All =>
    [
        .. from model in _specification().Models
           from version in model.Versions
           from gauge in model.Signals.Gauges
           let last = _last.GetValueOrDefault((model.Name, version.Name, gauge.Name))
           select new GaugeView(model.Name, version.Name, gauge.Name, gauge.Metric, gauge.Process, last?.Value, last?.At, last?.Trouble),
    ];

    /// <summary>Versions whose gauges are read now: the two of each rollout that runs.</summary>
    internal IEnumerable<(ModelSpec Model, VersionSpec Version)> Read =>
        from running in _running()
        let model = _specification().FindModel(running.Model)
        where model?.Signals.Gauges.Any(g => !g.IsPushed) == true
        from version in model.Versions
        where running.Has(version.Name)
        select (model, version);

    /// <inheritdoc/>
    public GaugeReceipt Push(string model, IReadOnlyList<GaugeReading> readings)
    {
        if (_specification().FindModel(model) is not { } spec)
        {
            return new(0, 0, [$"there is no model {model}"]) { IsUnknown = true };
        }

        var mistakes = readings.Select((reading, i) => WhyNot(spec, reading) is { } why ? $"readings[{i}]: {why}" : null).OfType<string>().Take(MostMistakes).ToValueList();
        if (mistakes.Count > 0)
        {
            return new(0, 0, mistakes);
        }

        var counted = readings.Count(r => Take(model, r));
        return new(counted, readings.Count - counted, []);
    }

    /// <summary>Takes a reading.</summary>
    /// <returns>Whether it is evidence of a rollout that runs.</returns>
    internal bool Take(string model, GaugeReading reading)
    {
        _last[(model, reading.Version, reading.Gauge)] = new(reading.Value, _time.GetUtcNow(), null);
        var counts = false;
        foreach (var collector in _running())
        {
            counts |= collector.Model == model && collector.Add(reading.Gauge, reading.Version, reading.Value);
        }

        return counts;
    }

    /// <summary>Keeps why a gauge could not be read.</summary>
    internal void Missed(string model, string version, string gauge, string why) =>
        _last.AddOrUpdate((model, version, gauge), _ => new(null, null, why), (_, last) => last with { Trouble = why });

    /// <summary>Whether a number can be a reading: so that no sum of readings ever stops being a number.</summary>
    internal static bool IsFit(double value) => Math.Abs(value) <= Largest;

    private static string? WhyNot(ModelSpec model, GaugeReading reading) =>
        model.Signals.FindGauge(reading.Gauge) is not { } gauge ? $"{model.Name} has no gauge {reading.Gauge}; it has {Names(model.Signals.Gauges.Select(g => g.Name))}"
        : !gauge.IsPushed ? $"{reading.Gauge} is read from {gauge.Metric ?? "the version's process"}, it cannot be pushed"
        : model.FindVersion(reading.Version) is null ? $"{model.Name} has no version {reading.Version}; it has {Names(model.Versions.Select(v => v.Name))}"
        : !IsFit(reading.Value) ? $"{reading.Gauge} of {reading.Version}: wanted is a number between -1e15 and 1e15"
        : null;

    private static string Names(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } all ? all : "none";
}

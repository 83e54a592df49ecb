using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Microsoft.Extensions.Logging;

namespace Haldane.Control.Gauges;

/// <summary>Reads the gauges of versions that a rollout moves, every ten seconds, at each of their addresses.</summary>
public sealed partial class GaugeFollower(GaugeDesk desk, IMetricsReader reader, TimeProvider time, ILogger<GaugeFollower> logger)
{
    private const int MostAtOnce = 64;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;
    private Dictionary<(string Address, GaugeSpec Gauge), Counter> _counters = [];
    private HashSet<string> _silent = new(StringComparer.Ordinal);

    private sealed record Place(ModelSpec Model, VersionSpec Version, string Address);

    private readonly record struct Answer(double?[] Values, string? Fault, long At);

    private readonly record struct Counter(double Value, long At);

    /// <summary>Reads until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            using var timer = new PeriodicTimer(Interval, time);
            do
            {
                await ReadAsync(stop);
            }
            while (await timer.WaitForNextTickAsync(stop));
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    /// <summary>Reads all once.</summary>
    internal async Task ReadAsync(CancellationToken cancel)
    {
        Place[] places = [.. from read in desk.Read from address in read.Version.Metrics select new Place(read.Model, read.Version, address)];
        var answers = new Answer[places.Length];
        await Parallel.ForAsync(0, places.Length, new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancel }, async (i, cancelOne) =>
        {
            try
            {
                answers[i] = new(await reader.ReadAsync(places[i].Address, Gauges(places[i].Model), cancelOne), null, time.GetTimestamp());
            }
            catch (MetricSourceException e)
            {
                answers[i] = new([], e.Message, 0);
            }
        });

        var counters = new Dictionary<(string, GaugeSpec), Counter>();
        foreach (var version in places.Zip(answers).GroupBy(p => (p.First.Model, p.First.Version)))
        {
            Take(version.Key.Model, version.Key.Version, [.. version.Select(v => (v.First.Address, v.Second))], counters);
        }

        Tell(places.Zip(answers).Where(p => p.Second.Fault is not null));
        _counters = counters; // what is no longer read is no longer remembered
    }

    private static GaugeSpec[] Gauges(ModelSpec model) => [.. model.Signals.Gauges.Where(g => g.Metric is not null)];

    // A metric stands at one of a version's addresses mostly: of the server, or of an exporter beside it.
    private void Take(ModelSpec model, VersionSpec version, (string Address, Answer Answer)[] answers, Dictionary<(string, GaugeSpec), Counter> counters)
    {
        foreach (var (g, gauge) in Gauges(model).Index())
        {
            var isThere = false;
            foreach (var (address, answer) in answers.Where(a => a.Answer.Fault is null && a.Answer.Values[g] is { } value && GaugeDesk.IsFit(value)))
            {
                isThere = true;
                if (Reading(gauge, address, answer.Values[g]!.Value, answer.At, counters) is { } reading)
                {
                    desk.Take(model.Name, new(gauge.Name, version.Name, reading));
                }
            }

            if (!isThere)
            {
                desk.Missed(model.Name, version.Name, gauge.Name, answers.Select(a => a.Answer.Fault).FirstOrDefault(f => f is not null) ?? $"no address of its metrics shows {gauge.Metric}{(gauge.Labels.Count > 0 ? " with these labels" : "")}");
            }
        }
    }

    // Null while a counter has been seen but once, or has begun anew with its process.
    private double? Reading(GaugeSpec gauge, string address, double value, long at, Dictionary<(string, GaugeSpec), Counter> counters)
    {
        if (!gauge.PerSecond)
        {
            return value;
        }

        counters[(address, gauge)] = new(value, at);
        return _counters.TryGetValue((address, gauge), out var before) && value >= before.Value && time.GetElapsedTime(before.At, at).TotalSeconds is > 0 and var seconds
            ? (value - before.Value) / seconds
            : null;
    }

    private void Tell(IEnumerable<(Place Place, Answer Answer)> faults)
    {
        var silent = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (place, answer) in faults)
        {
            if (silent.Add(place.Address) && !_silent.Contains(place.Address))
            {
                Missed(place.Model.Name, place.Version.Name, place.Address, answer.Fault!);
            }
        }

        _silent = silent;
    }

    [LoggerMessage(2011, LogLevel.Warning, "The gauges of {Model} {Version} are not read at {Address}: {Why}; it is tried again every 10 s")]
    private partial void Missed(string model, string version, string address, string why);
}

using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Microsoft.Extensions.Logging;

namespace Haldane.Control.Gauges;

/// <summary>Reads the gauges of versions that a rollout moves, every ten seconds, at each of their places.</summary>
public sealed partial class GaugeFollower(GaugeDesk desk, IMetricsReader pages, IProcessMeter processes, TimeProvider time, ILogger<GaugeFollower> logger)
{
    private const int MostAtOnce = 64;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly IGaugeSource[] _sources = [new MetricPages(pages), new VersionProcesses(processes)];
    private readonly ILogger _logger = logger;
    private Dictionary<(string Place, GaugeSpec Gauge), Counter> _counters = [];
    private HashSet<string> _silent = new(StringComparer.Ordinal);

    private readonly record struct Asked(GaugePlace Place, GaugeAnswer? Answer, string? Fault, long At);

    private readonly record struct Counter(double Value, DateTimeOffset Since, long At);

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
        GaugePlace[] places = [.. Places()];
        var asked = new Asked[places.Length];
        await Parallel.ForAsync(0, places.Length, new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancel }, async (i, cancelOne) => asked[i] = await AskAsync(places[i], cancelOne));

        var counters = new Dictionary<(string, GaugeSpec), Counter>();
        foreach (var version in asked.Where(a => a.Answer is not null || a.Fault is not null).GroupBy(a => (a.Place.Source, a.Place.Model, a.Place.Version)))
        {
            Take([.. version], counters);
        }

        Tell(asked.Where(a => a.Fault is not null));
        _counters = counters; // what is no longer read is no longer remembered
    }

    private IEnumerable<GaugePlace> Places() =>
        from read in desk.Read
        from source in _sources
        let gauges = read.Model.Signals.Gauges.Where(source.Has).ToArray()
        where gauges.Length > 0
        from name in source.PlacesOf(read.Model, read.Version)
        select new GaugePlace(source, read.Model, read.Version, name, gauges);

    private async Task<Asked> AskAsync(GaugePlace place, CancellationToken cancel)
    {
        try
        {
            return new(place, await place.Source.ReadAsync(place, cancel), null, time.GetTimestamp());
        }
        catch (MetricSourceException e)
        {
            return new(place, null, e.Message, 0);
        }
    }

    // What one source says of one version. A metric stands at one of a version's addresses mostly: of the server, or of an exporter beside it.
    private void Take(Asked[] places, Dictionary<(string, GaugeSpec), Counter> counters)
    {
        var (source, model, version, _, gauges) = places[0].Place;
        foreach (var (g, gauge) in gauges.Index())
        {
            var isThere = false;
            foreach (var asked in places)
            {
                if (asked.Answer?.Values[g] is { } value && GaugeDesk.IsFit(value))
                {
                    isThere = true;
                    if (Reading(gauge, value, asked, counters) is { } reading)
                    {
                        desk.Take(model.Name, new(gauge.Name, version.Name, reading));
                    }
                }
            }

            if (!isThere)
            {
                desk.Missed(model.Name, version.Name, gauge.Name, places.Select(p => p.Fault).FirstOrDefault(f => f is not null) ?? source.Lacks(gauge));
            }
        }
    }

    // Null while a counter has been seen but once, or has begun anew with its process.
    private double? Reading(GaugeSpec gauge, double value, Asked asked, Dictionary<(string, GaugeSpec), Counter> counters)
    {
        if (!gauge.IsCounter)
        {
            return value;
        }

        var (key, now) = ((asked.Place.Name, gauge), new Counter(value, asked.Answer!.Since, asked.At));
        counters[key] = now;
        return _counters.TryGetValue(key, out var before) && now.Since == before.Since && value >= before.Value && time.GetElapsedTime(before.At, now.At).TotalSeconds is > 0 and var seconds
            ? (value - before.Value) / seconds
            : null;
    }

    private void Tell(IEnumerable<Asked> faults)
    {
        var silent = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (place, _, fault, _) in faults)
        {
            if (silent.Add(place.Name) && !_silent.Contains(place.Name))
            {
                Missed(place.Model.Name, place.Version.Name, place.Name, fault!);
            }
        }

        _silent = silent;
    }

    [LoggerMessage(2011, LogLevel.Warning, "The gauges of {Model} {Version} are not read at {Address}: {Why}; it is tried again every 10 s")]
    private partial void Missed(string model, string version, string address, string why);
}

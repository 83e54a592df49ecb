using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Microsoft.Extensions.Logging;

namespace Haldane.Control.Gauges;

/// <summary>Reads the gauges of versions that a rollout moves, every ten seconds, at each of their addresses.</summary>
public sealed partial class GaugeFollower(GaugeDesk desk, IMetricsReader reader, TimeProvider time, ILogger<GaugeFollower> logger)
{
    private const int MostAtOnce = 16;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ILogger _logger = logger;
    private Dictionary<(string Address, GaugeSpec Gauge), Counter> _counters = [];
    private HashSet<string> _silent = new(StringComparer.Ordinal);

    private sealed record Place(ModelSpec Model, VersionSpec Version, string Address);

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
        Place[] places = [.. from model in desk.Read from version in model.Versions from address in version.Metrics select new Place(model, version, address)];
        var answers = new (double?[] Values, string? Fault, long At)[places.Length];
        await Parallel.ForAsync(0, places.Length, new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = cancel }, async (i, cancelOne) =>
        {
            try
            {
                answers[i] = (await reader.ReadAsync(places[i].Address, Gauges(places[i].Model), cancelOne), null, time.GetTimestamp());
            }
            catch (MetricSourceException e)
            {
                answers[i] = ([], e.Message, 0);
            }
        });

        var counters = new Dictionary<(string, GaugeSpec), Counter>();
        var silent = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < places.Length; i++)
        {
            Take(places[i], answers[i].Values, answers[i].Fault, answers[i].At, counters, silent);
        }

        // What is no longer read is no longer remembered.
        (_counters, _silent) = (counters, silent);
    }

    private static GaugeSpec[] Gauges(ModelSpec model) => [.. model.Signals.Gauges.Where(g => g.Metric is not null)];

    private void Take(Place place, double?[] values, string? fault, long at, Dictionary<(string, GaugeSpec), Counter> counters, HashSet<string> silent)
    {
        var (model, version, address) = place;
        if (fault is not null && silent.Add(address) && !_silent.Contains(address))
        {
            Missed(model.Name, version.Name, address, fault);
        }

        var gauges = Gauges(model);
        for (var g = 0; g < gauges.Length; g++)
        {
            if (fault is not null || values[g] is not { } value)
            {
                desk.Missed(model.Name, version.Name, gauges[g].Name, fault ?? $"the address of its metrics shows no {gauges[g].Metric}{(gauges[g].Labels.Count > 0 ? " with these labels" : "")}");
            }
            else if (!gauges[g].PerSecond)
            {
                desk.Take(model.Name, new(gauges[g].Name, version.Name, value));
            }
            else
            {
                counters[(address, gauges[g])] = new(value, at);

                // A counter that fell has begun anew with its process.
                if (_counters.TryGetValue((address, gauges[g]), out var before) && value >= before.Value && time.GetElapsedTime(before.At, at).TotalSeconds is > 0 and var seconds)
                {
                    desk.Take(model.Name, new(gauges[g].Name, version.Name, (value - before.Value) / seconds));
                }
            }
        }
    }

    [LoggerMessage(2011, LogLevel.Warning, "The gauges of {Model} {Version} are not read at {Address}: {Why}; it is tried again every 10 s")]
    private partial void Missed(string model, string version, string address, string why);
}

using Haldane.Core.Assignment;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Routing;

/// <summary>The gateway as the controller sees it: takes pictures, gives evidence.</summary>
/// <remarks>Requests read <see cref="Current"/> and never lock. Publishing and collecting take turns under one lock that no request takes.</remarks>
public sealed class GatewayRouter : ITrafficRouter, ITrafficStats, IDisposable
{
    private readonly Lock _gate = new();
    private readonly EndpointPool _endpoints;
    private readonly Dictionary<string, ModelTotals> _totals = new(StringComparer.Ordinal);
    private readonly int _cores = Environment.ProcessorCount;
    private volatile RouteSnapshot _current = RouteSnapshot.Empty;

    /// <summary>Routes nothing yet.</summary>
    public GatewayRouter()
        : this(TimeProvider.System, new())
    {
    }

    /// <summary>Routes nothing yet.</summary>
    /// <param name="time">The clock of waits and idle connections.</param>
    /// <param name="limits">How much is taken on at once.</param>
    public GatewayRouter(TimeProvider time, GatewayLimits limits)
    {
        Limits = limits;
        Watch = new(time);
        _endpoints = new(Watch, limits);
    }

    /// <summary>How much is taken on at once.</summary>
    internal GatewayLimits Limits { get; }

    /// <summary>The snapshot in force.</summary>
    internal RouteSnapshot Current => _current;

    /// <summary>Looks at everything that waits.</summary>
    internal ConnectionWatch Watch { get; }

    /// <inheritdoc/>
    public void Publish(RoutingPicture picture)
    {
        lock (_gate)
        {
            _current = new([.. picture.Models.Select(Compile)]);
            _endpoints.Keep(picture.Models.SelectMany(m => m.Spec.Versions).SelectMany(v => v.Endpoints));
        }
    }

    /// <inheritdoc/>
    public ObservedTraffic? Collect(int run)
    {
        lock (_gate)
        {
            var model = _current.Models.FirstOrDefault(m => m.Split?.Run == run);
            if (model is not { Split: { } split, Counters: { } counters })
            {
                return null;
            }

            return counters.Collect(split.Stage, split.Share) with { Ejection = split.Health.Told(Watch.Exactly) };
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<ModelTraffic> Traffic()
    {
        lock (_gate)
        {
            return [.. _totals.Values.SelectMany(t => t.Rows())];
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Watch.Dispose();
        _endpoints.Dispose();
    }

    private ModelRoute Compile(RoutedModel routed)
    {
        var spec = routed.Spec;
        var cells = new SegmentCells(spec.Segments);
        var split = routed.Split is { } s
            ? new SplitRoute(s.Run, s.Stage, s.Share, new Assigner(spec.Name, s.Rollout), Version(spec, s.Baseline), Version(spec, s.Canary)) { FirstToken = s.FirstToken, Health = HealthOf(s.Run) }
            : null;
        if (!_totals.TryGetValue(spec.Name, out var totals))
        {
            _totals[spec.Name] = totals = new(spec.Name);
        }

        return new(spec, cells, new AnswerReader(spec.Signals), Version(spec, routed.Serving), split, CountersFor(spec, cells, split), totals);
    }

    private ArmHealth HealthOf(int run) => _current.Models.FirstOrDefault(m => m.Split?.Run == run)?.Split!.Health ?? new();

    // A stage keeps its counters when the picture is published again for another reason; a new stage starts with new ones, so that
    // an exchange that began under the old share can never be counted under the new one.
    private StageCounters? CountersFor(ModelSpec spec, SegmentCells cells, SplitRoute? split)
    {
        if (split is null)
        {
            return null;
        }

        var before = _current.Models.FirstOrDefault(m => m.Spec.Equals(spec));
        if (before is not null && before.Split?.Run == split.Run && before.Split.Stage == split.Stage)
        {
            return before.Counters;
        }

        var (classes, confidence) = (spec.Signals.Prediction?.Classes.Count ?? 0, spec.Signals.Confidence is not null);
        return new(
            cells,
            new(cells.Count, classes, confidence, split.FirstToken),
            _cores,
            spec.Subject is null ? null : new(cells.Count, classes, confidence, split.FirstToken, _cores),
            ValueCounters.For(spec, cells.Count, _cores));
    }

    private VersionRoute Version(ModelSpec spec, string name)
    {
        var version = spec.FindVersion(name) ?? throw new ArgumentException($"model {spec.Name} has no version {name}", nameof(name));
        return new(name, [.. version.Endpoints.Select(_endpoints.Get)], [.. version.Endpoints.Select(e => EndpointPool.Requests(e, spec.Timeout))], version.Price);
    }
}

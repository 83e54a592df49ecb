using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Recent;
using Haldane.Gateway.Samples;
using Haldane.Gateway.Shadow;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Routing;

/// <summary>The gateway as the controller sees it: takes pictures, gives evidence.</summary>
/// <remarks>Requests read <see cref="Current"/> and never lock. Publishing and collecting take turns under one lock that no request takes.</remarks>
public sealed class GatewayRouter : ITrafficRouter, ITrafficStats, IDisposable
{
    // 128 KiB a run: with a hundred thousand subjects every twentieth new one is taken for returning, with a million every third.
    private const int KnownBits = 20;

    private readonly Lock _gate = new();
    private readonly EndpointPool _endpoints;
    private readonly Dictionary<string, ModelTotals> _totals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ShadowTotals> _shadows = new(StringComparer.Ordinal);
    private readonly SampleDesk _samples = new();
    private readonly TimeProvider _time;
    private readonly int _cores = Environment.ProcessorCount;
    private Dictionary<string, Compiled> _compiled = new(StringComparer.Ordinal); // by model
    private Dictionary<int, ModelRoute> _running = []; // by run
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
        _time = time;
        Limits = limits;
        Watch = new(time);
        _endpoints = new(Watch, limits);
    }

    /// <summary>Sends requests of callers to a version that is to be warmed up.</summary>
    public IRequestReplay Replay => new RequestReplay(model => _current.Find(model), Watch, _time);

    /// <summary>Exchanges for evaluators.</summary>
    public IExchangeSamples Samples => _samples;

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
            var before = _current;
            List<Compiled> compiled = [.. picture.Models.Select(CompileIfNew)];
            _compiled = compiled.ToDictionary(c => c.Asked.Spec.Name, StringComparer.Ordinal);
            _running = compiled.Where(c => c.Route.Split is not null).ToDictionary(c => c.Route.Split!.Run, c => c.Route);
            _current = new([.. compiled.Select(c => c.Route)]);
            foreach (var lane in LanesOf(before).Except(LanesOf(_current)))
            {
                lane.Dispose();
            }

            _endpoints.Keep(picture.Models.SelectMany(m => m.Spec.Versions).SelectMany(v => v.Endpoints));
        }
    }

    /// <inheritdoc/>
    public ObservedTraffic? Collect(int run)
    {
        lock (_gate)
        {
            return _running.GetValueOrDefault(run) switch
            {
                { Split: { Shadow.Pairs: { } pairs } split } => pairs.Counters.Collect(split.Stage, split.Share) with { Pairs = pairs.Take() },
                { Split: { } split, Counters: { } counters } => counters.Collect(split.Stage, split.Share) with { Ejection = split.Health.Told(Watch.Exactly) },
                _ => null,
            };
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
    public IReadOnlyList<ShadowTraffic> Shadows()
    {
        lock (_gate)
        {
            return [.. _shadows.Values.Select(s => s.Row)];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<DifferingPair>? Pairs(string rollout)
    {
        lock (_gate)
        {
            return _current.Models.FirstOrDefault(m => m.Split?.Rollout == rollout)?.Split?.Shadow?.Pairs.Sample.Newest;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var lane in LanesOf(_current))
        {
            lane.Dispose();
        }

        Watch.Dispose();
        _endpoints.Dispose();
    }

    private static IEnumerable<ShadowLane> LanesOf(RouteSnapshot snapshot) => snapshot.Models.Select(m => m.Split?.Shadow).OfType<ShadowLane>();

    // A picture is published for one model mostly, and a thousand others stay as they are.
    private Compiled CompileIfNew(RoutedModel routed) =>
        _compiled.TryGetValue(routed.Spec.Name, out var before) && before.Asked.Equals(routed) ? before : new(routed, Compile(routed));

    private ModelRoute Compile(RoutedModel routed)
    {
        var spec = routed.Spec;
        var cells = new SegmentCells(spec.Segments);
        var answers = new AnswerReader(spec.Protocol, spec.Signals);
        var counters = routed.Split is { } asked ? CountersFor(spec, cells, asked, answers.ReadsRows) : null;
        var split = routed.Split is { } s
            ? new SplitRoute(s.Run, s.Stage, s.Share, new Assigner(spec.Name, s.Rollout), Version(spec, s.Baseline), Version(spec, s.Canary))
            {
                Rollout = s.Rollout,
                FirstToken = s.FirstToken,
                Shadow = s.Shadow is { } shadow ? LaneFor(spec, cells, answers, s, shadow, counters!) : null,
                Health = HealthOf(spec, s.Run),
                Samples = SamplesFor(spec, s),
                Start = StartOf(spec, s),
                Known = spec.Segments.Any(g => g.BySubject) ? SameRun(spec, s.Run)?.Known ?? new(KnownBits) : null,
            }
            : null;
        if (!_totals.TryGetValue(spec.Name, out var totals))
        {
            _totals[spec.Name] = totals = new(spec.Name);
        }

        return new(spec, cells, answers, Version(spec, routed.Serving), split, split is { Shadow: null } ? counters : null, totals) { Recent = RecentOf(spec) };
    }

    // Whether both arms have callers is part of how it chooses.
    private SampleLane? SamplesFor(ModelSpec spec, TrafficSplit split) => split.Shadow is not null || spec.Signals.Evaluators.Count == 0 ? null
        : SameStage(spec, split, out _) is { Samples: { } known } before && before.Share == split.Share ? known : new(spec, split.Share, _samples, _time);

    private RecentRequests? RecentOf(ModelSpec spec)
    {
        var most = spec.Versions.SelectMany(v => v.Runtime?.WarmUp ?? []).Select(w => w.Recent ?? 0).DefaultIfEmpty().Max();
        return most == 0 ? null : _compiled.GetValueOrDefault(spec.Name)?.Route.Recent is { } known && known.Most == most ? known : new(most, _time);
    }

    private ArmHealth HealthOf(ModelSpec spec, int run) => SameRun(spec, run)?.Health ?? new();

    // A canary that had no callers while its process started, and has them now, is cold once more.
    private ColdStart? StartOf(ModelSpec spec, TrafficSplit split) => spec.Segments.FirstOrDefault(s => s.ColdFor is not null) is not { ColdFor: { } lasts } ? null
        : SameRun(spec, split.Run) is { Start: { } known } before && (HasCallers(before.Share, before.Shadow is not null) || !HasCallers(split.Share, split.Shadow is not null)) ? known : new(lasts);

    private static bool HasCallers(Share share, bool isShadowed) => share != Share.None || isShadowed;

    private SplitRoute? SameRun(ModelSpec spec, int run) => _compiled.GetValueOrDefault(spec.Name)?.Route.Split is { } known && known.Run == run ? known : null;

    // A stage keeps its counters when the picture is published again for another reason; a new stage starts with new ones, so that
    // an exchange that began under the old share can never be counted under the new one. So it is with the way of copies.
    private SplitRoute? SameStage(ModelSpec spec, TrafficSplit split, out ModelRoute? before)
    {
        before = _compiled.GetValueOrDefault(spec.Name)?.Route is { } route && route.Spec.Equals(spec) ? route : null;
        return before?.Split is { } known && known.Run == split.Run && known.Stage == split.Stage ? known : null;
    }

    private StageCounters CountersFor(ModelSpec spec, SegmentCells cells, TrafficSplit split, bool inRows)
    {
        if (SameStage(spec, split, out var before) is { } known && (known.Shadow?.Pairs.Counters ?? before!.Counters) is { } counters)
        {
            return counters;
        }

        var mixes = MixSizes.Of(spec.Signals);
        return new(
            cells,
            new(cells.Count, mixes, split.FirstToken),
            _cores,

            // Predictions of one request resemble each other, also where each request is its own subject.
            spec.Subject is null && !inRows ? null : new(cells.Count, mixes, split.FirstToken, _cores, inRows),
            ValueCounters.For(spec, cells.Count, _cores));
    }

    private ShadowLane LaneFor(ModelSpec spec, SegmentCells cells, AnswerReader answers, TrafficSplit split, ShadowSpec shadow, StageCounters counters)
    {
        if (SameStage(spec, split, out _)?.Shadow is { } lane)
        {
            return lane;
        }

        if (!_shadows.TryGetValue(spec.Name, out var totals))
        {
            _shadows[spec.Name] = totals = new(spec.Name);
        }

        var (baseline, canary) = (Known(spec, split.Baseline), Known(spec, split.Canary));
        var pairs = new PairDesk(answers, new(shadow, answers.ReadsClass), counters, new(cells), totals, new(shadow.KeepPairs, new(new(shadow.Redact))))
        {
            BaselinePrice = baseline.Price, CanaryPrice = canary.Price,
        };
        return new(spec, shadow, baseline, canary, pairs, Watch, _time);
    }

    private VersionRoute Version(ModelSpec spec, string name)
    {
        var version = Known(spec, name);
        return new(name, [.. version.Endpoints.Select(_endpoints.Get)], [.. version.Endpoints.Select(e => EndpointPool.Requests(e, spec.Timeout))], version.Price)
        {
            Override = version.Override is { } change ? new(change, spec.Protocol) : null,
        };
    }

    private static VersionSpec Known(ModelSpec spec, string name) =>
        spec.FindVersion(name) ?? throw new ArgumentException($"model {spec.Name} has no version {name}", nameof(name));

    /// <summary>A model as it was asked for, and what became of it.</summary>
    private sealed record Compiled(RoutedModel Asked, ModelRoute Route);
}

namespace Haldane.Core.Series;

/// <summary>What a request says about one metric besides its points; what is left out takes the defaults.</summary>
public sealed record MetricHints
{
    /// <summary>Which change is harm.</summary>
    public HarmDirection? Direction { get; init; }

    /// <summary>Up to here is no harm.</summary>
    public SeriesMargin? Fine { get; init; }

    /// <summary>From here must be noticed.</summary>
    public SeriesMargin? Bad { get; init; }

    /// <summary>Part of the budget.</summary>
    public double? Weight { get; init; }

    /// <summary>Whether it must have data.</summary>
    public bool? Required { get; init; }
}

/// <summary>Gathers metrics from wherever they come, checks them, and keeps every mistake with its place.</summary>
/// <remarks>For one thread. Of very many mistakes only the first are kept.</remarks>
public sealed class SeriesBuilder
{
    private readonly List<string> _mistakes = [];
    private readonly OrderedDictionary<string, Gathered> _metrics = new(StringComparer.Ordinal);
    private int _points;

    /// <summary>The mistakes so far, in the order in which they were found.</summary>
    public IReadOnlyList<string> Mistakes => _mistakes;

    /// <summary>The names of the metrics so far.</summary>
    public IReadOnlyList<string> Names => [.. _metrics.Keys];

    /// <summary>Keeps a mistake; false when no more are kept, so that reading may end.</summary>
    public bool Mistake(string what)
    {
        if (_mistakes.Count < SeriesLimits.Mistakes)
        {
            _mistakes.Add(what);
        }

        return _mistakes.Count < SeriesLimits.Mistakes;
    }

    /// <summary>Takes a metric's points and hints.</summary>
    public void Add(string place, string name, IReadOnlyList<SeriesPoint> baseline, IReadOnlyList<SeriesPoint> canary, MetricHints hints)
    {
        if (name.Length is 0 or > SeriesLimits.NameLength || name.Any(char.IsControl))
        {
            Mistake($"{place}: a metric's name has {name.Length} characters; wanted are 1 to {SeriesLimits.NameLength} without control characters");
        }
        else if (_metrics.Count >= SeriesLimits.Metrics)
        {
            Mistake($"{place}: more than {SeriesLimits.Metrics} metrics; judge them in parts");
        }
        else if (!_metrics.TryAdd(name, new(place, Checked(place, "baseline", baseline), Checked(place, "canary", canary), hints)))
        {
            Mistake($"{place}: the metric {name} is there twice ({_metrics[name].Place}); give each its own name");
        }

        _points += baseline.Count + canary.Count;
    }

    /// <summary>Overrides hints of a metric that is there.</summary>
    public void Hint(string name, Func<MetricHints, MetricHints> change) => _metrics[name] = _metrics[name] with { Hints = change(_metrics[name].Hints) };

    /// <summary>The request, or null when there is a mistake. What is null takes the defaults of a request.</summary>
    public SeriesRequest? Build(double? falseRollback, double? falsePromotion, long? seed)
    {
        var request = new SeriesRequest { Metrics = [] };
        request = request with
        {
            FalseRollback = falseRollback ?? request.FalseRollback,
            FalsePromotion = falsePromotion ?? request.FalsePromotion,
            Seed = seed ?? request.Seed,
        };
        if (!(request.FalseRollback is > 0 and < 0.5))
        {
            Mistake($"falseRollback is {request.FalseRollback}; wanted is more than 0 and less than 50%");
        }

        if (!(request.FalsePromotion is > 0 and < 0.5))
        {
            Mistake($"falsePromotion is {request.FalsePromotion}; wanted is more than 0 and less than 50%");
        }

        if (_metrics.Count == 0 && _mistakes.Count == 0)
        {
            Mistake("there is no metric; wanted is at least one");
        }

        if (_points > SeriesLimits.Points)
        {
            Mistake($"there are {_points} points; at most {SeriesLimits.Points} are judged at once, use a larger step or fewer metrics");
        }

        List<MetricSeries> metrics = [.. _metrics.Select(m => Metric(m.Key, m.Value))];
        return _mistakes.Count > 0 ? null : request with { Metrics = metrics };
    }

    private MetricSeries Metric(string name, Gathered gathered)
    {
        var hints = gathered.Hints;
        if (hints.Weight is { } weight && !(weight is >= 0 and <= 1_000))
        {
            Mistake($"{gathered.Place}.weight: is {weight}; wanted is 0 (only watched) to 1000");
        }

        if (hints is { Fine: { } fine, Bad: { } bad } && fine.Scale == bad.Scale && fine.Amount > bad.Amount)
        {
            Mistake($"{gathered.Place}.fine: is {fine}, beyond bad ({bad}); wanted is at most bad");
        }

        if (gathered.Baseline.Count > 0 && gathered.Canary.Count > 0 && gathered.Baseline[0].Time is null != gathered.Canary[0].Time is null)
        {
            Mistake($"{gathered.Place}: only one arm has times; give both times, or none");
        }

        return new()
        {
            Name = name,
            Baseline = gathered.Baseline,
            Canary = gathered.Canary,
            Direction = hints.Direction ?? HarmDirection.Either,
            Fine = hints.Fine,
            Bad = hints.Bad,
            Weight = hints.Weight ?? 1,
            Required = hints.Required ?? true,
        };
    }

    // In time order; a time that is there twice cannot be told apart.
    private SeriesPoint[] Checked(string place, string arm, IReadOnlyList<SeriesPoint> points)
    {
        if (points.Count > SeriesLimits.PointsInSeries)
        {
            Mistake($"{place}.{arm}: has {points.Count} points; at most {SeriesLimits.PointsInSeries} are judged, use a larger step");
            return [];
        }

        if (points.Count > 0 && points.Any(p => p.Time is null) != points.All(p => p.Time is null))
        {
            Mistake($"{place}.{arm}: some points have a time and some have none; wanted is one or the other");
            return [];
        }

        SeriesPoint[] sorted = [.. points.OrderBy(p => p.Time ?? 0)];
        for (var i = 1; i < sorted.Length; i++)
        {
            if (sorted[i].Time is { } time && time == sorted[i - 1].Time)
            {
                Mistake($"{place}.{arm}: the time {time} is there twice; wanted is one value at a time");
                return [];
            }
        }

        return sorted;
    }

    private sealed record Gathered(string Place, IReadOnlyList<SeriesPoint> Baseline, IReadOnlyList<SeriesPoint> Canary, MetricHints Hints);
}

using System.Collections.Frozen;
using System.Text;
using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Recent;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Samples;
using Haldane.Gateway.Shadow;

namespace Haldane.Gateway.Routing;

/// <summary>The routing picture, compiled for requests. Immutable but for the turn counters of its versions.</summary>
internal sealed class RouteSnapshot(IReadOnlyList<ModelRoute> models)
{
    public static readonly RouteSnapshot Empty = new([]);

    // Longest prefix first, so the first match is the most exact one.
    private readonly ModelRoute[] _byPrefix = [.. models.Where(m => m.IsPrefix).OrderByDescending(m => m.Path.Length)];

    private readonly FrozenDictionary<string, ModelRoute> _byPath =
        models.Where(m => !m.IsPrefix).ToFrozenDictionary(m => m.Path, StringComparer.Ordinal);

    public IReadOnlyList<ModelRoute> Models => models;

    private const int Usual = 256;

    /// <summary>A model by its name; null when there is none.</summary>
    public ModelRoute? Find(string name) => models.FirstOrDefault(m => m.Spec.Name == name);

    /// <summary>The model that a path belongs to, or null.</summary>
    /// <param name="path">As it stands in a request's target, percent signs and all.</param>
    public ModelRoute? Match(ReadOnlySpan<byte> path)
    {
        if (path.Length > Usual || !PlainPath.Is(path))
        {
            return Match(PlainPath.Of(path));
        }

        Span<char> text = stackalloc char[Usual];
        return Match(text[..Encoding.Latin1.GetChars(path, text)]);
    }

    /// <summary>The model that a path belongs to, or null.</summary>
    /// <param name="path">Plain: no percent signs to resolve and no dot segments.</param>
    public ModelRoute? Match(ReadOnlySpan<char> path)
    {
        if (_byPath.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(path, out var exact))
        {
            return exact;
        }

        foreach (var model in _byPrefix)
        {
            if (path.StartsWith(model.Path, StringComparison.Ordinal) && (path.Length == model.Path.Length || path[model.Path.Length] == '/'))
            {
                return model;
            }
        }

        return null;
    }
}

/// <summary>A model as requests see it.</summary>
internal sealed class ModelRoute
{
    private const string AnythingBelow = "/**";

    public ModelRoute(ModelSpec spec, SegmentCells cells, AnswerReader answers, VersionRoute serving, SplitRoute? split, StageCounters? counters, ModelTotals totals)
    {
        Spec = spec;
        Cells = cells;
        Answers = answers;
        Serving = serving;
        Split = split;
        Counters = counters;
        Totals = totals;
        IsDirect = split is null ? serving.IsDirect : split.Baseline.IsDirect && split.Canary.IsDirect;
        EditsBodies = split is { Baseline.Override.EditsBodies: true } or { Canary.Override.EditsBodies: true };
        IsPrefix = spec.Route.Path.EndsWith(AnythingBelow, StringComparison.Ordinal);
        Path = IsPrefix ? spec.Route.Path[..^AnythingBelow.Length] : spec.Route.Path;
        Segments = [.. spec.Segments.Select(s => new SegmentLookup(s))];
        VisitSegment = Array.FindIndex(Segments, s => s.IsBySubject);
        StartSegment = Array.FindIndex(Segments, s => s.IsByStart);
        Subject = spec.Subject switch
        {
            { Header: { } header } => new(header),
            { Cookie: not null } => new("cookie"),
            _ => null,
        };
        SubjectCookie = spec.Subject?.Cookie is { } cookie ? Encoding.UTF8.GetBytes(cookie) : null;
    }

    /// <summary>A version that may answer; null when it is none of them.</summary>
    public VersionRoute? Find(string version) => Split?.Baseline.Name == version ? Split.Baseline : Split?.Canary.Name == version ? Split.Canary : Serving.Name == version ? Serving : null;

    public ModelSpec Spec { get; }

    public string Path { get; }

    public bool IsPrefix { get; }

    public SegmentCells Cells { get; }

    public SegmentLookup[] Segments { get; }

    /// <summary>The index of the segment that tells new subjects from returning ones; negative where there is none.</summary>
    public int VisitSegment { get; }

    /// <summary>The index of the segment that tells the time after the canary's start from the rest; negative where there is none.</summary>
    public int StartSegment { get; }

    /// <summary>The field that holds the subject, or the cookie that does; null where each request is its own.</summary>
    public FieldName? Subject { get; }

    /// <summary>The name of the cookie that holds the subject.</summary>
    public byte[]? SubjectCookie { get; }

    public AnswerReader Answers { get; }

    public VersionRoute Serving { get; }

    /// <summary>Whether every version that may answer speaks HTTP/1.1 without TLS, so that our own relay can ask it.</summary>
    public bool IsDirect { get; }

    /// <summary>Whether an arm of the rollout changes bodies, so that a body that cannot be changed is evidence of neither.</summary>
    public bool EditsBodies { get; }

    public SplitRoute? Split { get; }

    /// <summary>What callers' exchanges add to. Null in a shadow stage, where only pairs are evidence, and without a rollout: nobody would collect them, and they are not small (cores x cells x 12 KiB for each arm; twice that with the time to the first byte).</summary>
    public StageCounters? Counters { get; }

    public ModelTotals Totals { get; }

    /// <summary>Requests that a version is to be warmed up by; null where none is.</summary>
    public RecentRequests? Recent { get; init; }
}

/// <summary>Finds a segment's value in a request.</summary>
internal sealed class SegmentLookup(SegmentSpec spec)
{
    // No header has the value of one that we tell.
    private readonly byte[][] _values = spec.BySubject || spec.ColdFor is not null ? [] : [.. spec.Values.Select(Encoding.UTF8.GetBytes)];

    public FieldName Header { get; } = new(spec.Header);

    public bool IsBySubject => spec.BySubject;

    public bool IsByStart => spec.ColdFor is not null;

    /// <summary>The index of a value; the count of values for any other, and for none.</summary>
    public int IndexOf(ReadOnlySpan<byte> value)
    {
        // A few values of a few bytes: told apart by their length mostly.
        for (var i = 0; i < _values.Length; i++)
        {
            if (value.SequenceEqual(_values[i]))
            {
                return i;
            }
        }

        return _values.Length;
    }
}

/// <summary>A running rollout as requests see it.</summary>
internal sealed record SplitRoute(int Run, int Stage, Share Share, Assigner Assigner, VersionRoute Baseline, VersionRoute Canary)
{
    /// <summary>The rollout's name.</summary>
    public string Rollout { get; init; } = "";

    /// <summary>How the canary does; of the run, whatever the stage.</summary>
    public ArmHealth Health { get; init; } = new();

    /// <summary>Who has called in this run; null where no segment asks.</summary>
    public SubjectBitmap? Known { get; init; }

    /// <summary>Whether the canary has just started; null where no segment asks.</summary>
    public ColdStart? Start { get; init; }

    /// <summary>Whether the time to the first byte is counted.</summary>
    public bool FirstToken { get; init; }

    /// <summary>Where exchanges go that evaluators score; null where nobody does, and in a shadow stage.</summary>
    public SampleLane? Samples { get; init; }

    /// <summary>Where copies of requests go, in a shadow stage; else null.</summary>
    public ShadowLane? Shadow { get; init; }
}

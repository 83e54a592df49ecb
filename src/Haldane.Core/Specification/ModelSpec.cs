using System.Text.Json.Serialization;

namespace Haldane.Core.Specification;

/// <summary>What callers call by one name: its route, protocol, subject, segments, signals and versions.</summary>
public sealed record ModelSpec
{
    /// <summary>Unique among models; lower-case letters, digits, dots and dashes.</summary>
    public required string Name { get; init; }

    /// <summary>How callers and versions speak; decides what may be repeated.</summary>
    public Protocol Protocol { get; init; } = Protocol.Http;

    /// <summary>Which requests on the data port belong to this model.</summary>
    public required RouteSpec Route { get; init; }

    /// <summary>Who is assigned to an arm. Null: each request is assigned by its own id.</summary>
    public SubjectSpec? Subject { get; init; }

    /// <summary>Named slices of the traffic.</summary>
    public ValueList<SegmentSpec> Segments { get; init; } = [];

    /// <summary>What is read from an answer.</summary>
    public SignalsSpec Signals { get; init; } = new();

    /// <summary>At least one. The first serves until a rollout says otherwise.</summary>
    public required ValueList<VersionSpec> Versions { get; init; }

    /// <summary>Whether a failed canary call may be sent to the baseline.</summary>
    public Failover Failover { get; init; } = Failover.Auto;

    /// <summary>Whether inference calls may be sent a second time, whatever became of the first.</summary>
    [JsonIgnore]
    public bool CallsMayBeRepeated => Failover == Failover.Always || (Failover == Failover.Auto && Protocol != Protocol.Http);

    /// <summary>How long a version may take to its first response byte, and how long an exchange may stand still.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether answers carry <c>x-haldane-arm</c>.</summary>
    public bool ShowArm { get; init; }

    /// <summary>What the traffic is like, for forecasts only. Null: nobody said.</summary>
    [JsonIgnore]
    public TrafficSpec? Traffic { get; init; }

    /// <summary>What an inventory says of it. Null: nobody said.</summary>
    [JsonIgnore]
    public AboutSpec? About { get; init; }

    /// <summary>The model without what changes nothing that runs: what a run keeps.</summary>
    [JsonIgnore]
    public ModelSpec AsRun => this with { Traffic = null, About = null };

    /// <summary>Why a run that began on another state of this model says nothing about it; null when it does.</summary>
    /// <remarks>Servers of a version come and go; when none is left of those that it began with, nobody knows that it is the same version.</remarks>
    public string? WhyAnother(ModelSpec? began) =>
        began is null || !AsRun.WithoutEndpoints.Equals(began.AsRun.WithoutEndpoints) ? "the model's specification was changed while it ran"
        : Versions.FirstOrDefault(v => !v.Endpoints.Intersect(began.FindVersion(v.Name)!.Endpoints).Any()) is { } moved ? $"all endpoints of {moved.Name} were replaced while it ran"
        : null;

    private ModelSpec WithoutEndpoints => this with { Versions = [.. Versions.Select(v => v with { Endpoints = [], Metrics = [] })] };

    /// <summary>Whether its risk is high.</summary>
    [JsonIgnore]
    public bool IsOfHighRisk => About?.Risk == RiskClass.High;

    /// <summary>Its name. All of it, as a record would say it, would have no end: <see cref="AsRun"/> is a model too.</summary>
    public override string ToString() => Name;

    /// <summary>The version of that name, or null.</summary>
    public VersionSpec? FindVersion(string name)
    {
        foreach (var version in Versions)
        {
            if (version.Name == name)
            {
                return version;
            }
        }

        return null;
    }
}

/// <summary>Whether a canary call that failed before its first response byte is sent to the baseline.</summary>
public enum Failover
{
    /// <summary>Where the protocol makes a repeat safe.</summary>
    Auto,

    /// <summary>Always: the operator knows that a repeat is safe.</summary>
    Always,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>Which requests belong to a model.</summary>
/// <param name="Path">An exact path, or a prefix that ends in <c>/**</c>. The longest match wins.</param>
public sealed record RouteSpec(string Path);

/// <summary>Where the subject stands in a request. Exactly one is set.</summary>
public sealed record SubjectSpec
{
    /// <summary>The request header that holds the subject.</summary>
    public string? Header { get; init; }

    /// <summary>The cookie that holds the subject.</summary>
    public string? Cookie { get; init; }
}

/// <summary>A way to slice the traffic: by a request header, or by what Haldane itself knows of a call.</summary>
/// <param name="Name">E.g. <c>country</c>.</param>
/// <param name="Header">The request header that holds the value; empty where Haldane tells it.</param>
/// <param name="Values">The values told apart; all others, and requests without the header, are <c>other</c>.</param>
public sealed record SegmentSpec(string Name, string Header, ValueList<string> Values)
{
    /// <summary>The values of a segment by subject: the first call of a subject in a run, and its further ones. A call without a subject is <c>other</c>.</summary>
    public static readonly ValueList<string> Visits = ["new", "returning"];

    /// <summary>The values of a segment by start: while the canary has just begun to serve, and all other time. Of both arms alike, for what they do at the same time is compared.</summary>
    public static readonly ValueList<string> Starts = ["cold", "warm"];

    /// <summary>Whether the subject tells the value.</summary>
    public bool BySubject { get; init; }

    /// <summary>Where the start of the canary tells the value: how long it is cold. Null: something else tells it.</summary>
    public TimeSpan? ColdFor { get; init; }
}

/// <summary>What is read from an answer.</summary>
public sealed record SignalsSpec
{
    /// <summary>The predicted class.</summary>
    public PredictionSpec? Prediction { get; init; }

    /// <summary>The model's confidence in its answer, a number in [0, 1].</summary>
    public ConfidenceSpec? Confidence { get; init; }

    /// <summary>How much each feature did to the answer.</summary>
    public AttributionSpec? Attribution { get; init; }

    /// <summary>Named numbers that feedback may bring.</summary>
    public ValueList<ValueSpec> Values { get; init => field = value ?? []; } = [];

    /// <summary>What feedback may say has happened, e.g. <c>conversion</c>.</summary>
    public ValueList<string> Events { get; init => field = value ?? []; } = [];

    /// <summary>Numbers that a version has at every moment.</summary>
    public ValueList<GaugeSpec> Gauges { get; init => field = value ?? []; } = [];

    /// <summary>Who scores a sample of the answers.</summary>
    public ValueList<EvaluatorSpec> Evaluators { get; init => field = value ?? []; } = [];

    /// <summary>The value of that name, or null.</summary>
    public ValueSpec? FindValue(string name)
    {
        foreach (var value in Values)
        {
            if (value.Name == name)
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The gauge of that name, or null.</summary>
    public GaugeSpec? FindGauge(string name) => Gauges.FirstOrDefault(g => g.Name == name);
}

/// <summary>A number that feedback brings, e.g. revenue or a score.</summary>
/// <param name="Name">Unique among the model's values.</param>
/// <param name="Min">Less than this counts as this.</param>
/// <param name="Max">
/// More than this counts as this (winsorising): without a limit that is set beforehand, a few wild numbers would decide a mean.
/// </param>
public sealed record ValueSpec(string Name, double Min, double Max);

/// <summary>Where the predicted class stands in an answer.</summary>
/// <param name="Response">
/// JSON pointer (RFC 6901) to a class name, to a number that is its index, or to scores by class; a step <c>*</c> means each element, a prediction each. Null: where the protocol has it.
/// </param>
/// <param name="Classes">2 to 100 classes; every other value counts as <c>other</c>.</param>
public sealed record PredictionSpec(string? Response, ValueList<string> Classes)
{
    /// <summary>The output tensor that holds it, of <see cref="Protocol.OpenInference"/>. Null: the first.</summary>
    public string? Output { get; init; }
}

/// <summary>Where the confidence stands in an answer: in one of two places, or else it is that of the scores that the class is told by.</summary>
/// <param name="Response">JSON pointer (RFC 6901) to a number in [0, 1], or to scores; <c>*</c> as in <see cref="PredictionSpec"/>.</param>
public sealed record ConfidenceSpec(string? Response)
{
    /// <summary>The output tensor that holds it, of <see cref="Protocol.OpenInference"/>.</summary>
    public string? Output { get; init; }

    /// <summary>Whether it is the largest of the scores by class that are the prediction.</summary>
    [JsonIgnore]
    public bool IsFromScores => Response is null && Output is null;
}

/// <summary>Where the attributions stand in an answer: how much each feature did to it, by the model's own word.</summary>
/// <param name="Response">JSON pointer (RFC 6901) to one place: an object of numbers by feature, or numbers in the order of the features.</param>
/// <param name="Features">2 to 100 features; every other one counts as <c>other</c>.</param>
public sealed record AttributionSpec(string Response, ValueList<string> Features);

/// <summary>Something that can answer for a model.</summary>
/// <param name="Name">Unique within the model.</param>
/// <param name="Endpoints">Absolute addresses: <c>http</c>, <c>https</c> or <c>h2c</c> (HTTP/2 without TLS). Used in turn.</param>
public sealed record VersionSpec(string Name, ValueList<string> Endpoints)
{
    /// <summary>What its tokens cost. Null: nobody said.</summary>
    public PriceSpec? Price { get; init; }

    /// <summary>What of a request is changed for this version. Null: nothing.</summary>
    public OverrideSpec? Override { get; init; }

    /// <summary>A process of its own. Null: somebody else runs its servers.</summary>
    public RuntimeSpec? Runtime { get; init; }

    /// <summary>Addresses of its metrics, in the text form of Prometheus.</summary>
    public ValueList<string> Metrics { get; init => field = value ?? []; } = [];
}

/// <summary>What the tokens of a version cost, in any currency that all versions of the model share, for a million of them.</summary>
/// <param name="Input">Tokens of the request.</param>
/// <param name="Output">Tokens of the answer.</param>
/// <param name="Cached">Tokens of the request that the version had in its cache.</param>
public sealed record PriceSpec(double Input, double Output, double Cached);

namespace Haldane.Core.Specification;

/// <summary>What the traffic of a model is like, as its operator expects it: for forecasts and simulations only.</summary>
/// <remarks>Nothing that runs reads it, so it is not stored, and changing it changes no rollout.</remarks>
public sealed record TrafficSpec
{
    /// <summary>Requests a second; above 0.</summary>
    public required double RatePerSecond { get; init; }

    /// <summary>By which part the rate swings around its mean over a day, in [0, 1).</summary>
    public double Daily { get; init; }

    /// <summary>How many subjects make the requests. Null: each request has its own.</summary>
    public int? Subjects { get; init; }

    /// <summary>The baseline's error rate, a fraction.</summary>
    public double Errors { get; init; } = 0.001;

    /// <summary>The baseline's time to the last byte.</summary>
    public TimesSpec Latency { get; init; } = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(200));

    /// <summary>The baseline's time to the first byte of the body. Null: not known.</summary>
    public TimesSpec? FirstToken { get; init; }

    /// <summary>Classes with their parts of the predictions; the rest is spread evenly over the others.</summary>
    public ValueList<NamedPart> Classes { get; init; } = [];

    /// <summary>The mean confidence.</summary>
    public double Confidence { get; init; } = 0.8;

    /// <summary>Labels. Null: none come.</summary>
    public LabelsSpec? Labels { get; init; }

    /// <summary>Segments with the parts of their values.</summary>
    public ValueList<NamedParts> Segments { get; init; } = [];

    /// <summary>How often events happen, those of the gateway (<c>refused</c>, <c>empty</c>) among them.</summary>
    public ValueList<NamedPart> Events { get; init; } = [];

    /// <summary>How long after its answer an event comes as feedback.</summary>
    public TimeSpan EventsAfter { get; init; }

    /// <summary>Numbers that come as feedback.</summary>
    public ValueList<NumberSpec> Values { get; init; } = [];
}

/// <summary>How long something takes.</summary>
/// <param name="P50">The median.</param>
/// <param name="P99">What one in a hundred exceeds; at least the median.</param>
public sealed record TimesSpec(TimeSpan P50, TimeSpan P99);

/// <summary>Labels that come as feedback.</summary>
/// <param name="Coverage">The part of the answers that a label comes for.</param>
/// <param name="After">How long after its answer a label comes.</param>
/// <param name="Accuracy">The part of the baseline's predictions that are right.</param>
public sealed record LabelsSpec(double Coverage, TimeSpan After, double Accuracy);

/// <summary>A name with its part of a whole.</summary>
/// <param name="Name">A class, a value or an event.</param>
/// <param name="Part">A fraction.</param>
public sealed record NamedPart(string Name, double Part);

/// <summary>A segment with the parts of its values.</summary>
/// <param name="Name">The segment.</param>
/// <param name="Parts">Its values; the rest is spread evenly over those that are not listed, <c>other</c> among them.</param>
public sealed record NamedParts(string Name, ValueList<NamedPart> Parts);

/// <summary>A number that comes as feedback.</summary>
/// <param name="Name">The value.</param>
/// <param name="Coverage">The part of the answers that it comes for.</param>
/// <param name="After">How long after its answer it comes.</param>
/// <param name="Mean">Its mean for the baseline.</param>
/// <param name="Deviation">Its standard deviation.</param>
/// <param name="NonZero">The part that is not 0.</param>
public sealed record NumberSpec(string Name, double Coverage, TimeSpan After, double Mean, double Deviation, double NonZero);

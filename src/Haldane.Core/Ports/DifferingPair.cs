namespace Haldane.Core.Ports;

/// <summary>Two answers to one request that are not alike. Holds what somebody asked: for the admin port only, never for a log or a store.</summary>
public sealed record DifferingPair
{
    /// <summary>Counts from 1 in the stage's pairs that differ.</summary>
    public long Number { get; init; }

    /// <summary>When the request came.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The request's body, cut and blotted out as the stage asks.</summary>
    public required string Request { get; init; }

    /// <summary>What the caller got.</summary>
    public required PairSide Baseline { get; init; }

    /// <summary>What nobody got.</summary>
    public required PairSide Canary { get; init; }

    /// <summary>JSON pointers to what differs.</summary>
    public ValueList<string> Fields { get; init; } = [];

    /// <summary>How far apart the confidences are.</summary>
    public double? ConfidenceDifference { get; init; }

    /// <summary>Similarity of the texts that are least alike, in [0, 1].</summary>
    public double? Similarity { get; init; }

    /// <summary>The least cosine of two vectors.</summary>
    public double? Cosine { get; init; }
}

/// <summary>One side of a pair.</summary>
/// <param name="Status">The answer's status.</param>
/// <param name="Seconds">How long it took; null when it says nothing about speed.</param>
/// <param name="Body">Its body, cut and blotted out; null when it was too large or encoded.</param>
public sealed record PairSide(int Status, double? Seconds, string? Body);

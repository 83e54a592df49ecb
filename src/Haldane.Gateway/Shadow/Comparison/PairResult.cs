namespace Haldane.Gateway.Shadow.Comparison;

/// <summary>How two answers to one request compare.</summary>
/// <param name="Differs">Whether they are not alike, as far as a guard on <c>agreement</c> is concerned.</param>
internal readonly record struct PairResult(bool Differs)
{
    /// <summary>How far apart the confidences are; null without two.</summary>
    public double? ConfidenceDifference { get; init; }

    /// <summary>JSON pointers to what differs, in order, at most <see cref="ShadowLimits.MostFields"/>.</summary>
    public IReadOnlyList<string> Fields { get; init => field = value ?? []; } = [];

    /// <summary>Similarity of the texts that are least alike, in [0, 1]; null where no text differs.</summary>
    public double? Similarity { get; init; }

    /// <summary>The least cosine of two vectors; null without vectors.</summary>
    public double? Cosine { get; init; }
}

using Haldane.Core.Specification;

namespace Haldane.Core.Evidence;

/// <summary>What answers are told apart by, so that the canary's mix can be held against the baseline's.</summary>
public enum Mix
{
    /// <summary>The predicted class.</summary>
    Classes,

    /// <summary>The bin of the confidence, see <see cref="ConfidenceBins"/>.</summary>
    Confidence,

    /// <summary>The feature that was drawn, see <see cref="CellEvidence.Attribution"/>.</summary>
    Attribution,
}

/// <summary>How many kinds each mix has, other included; 0 where it is not read.</summary>
/// <param name="Classes">Predicted classes.</param>
/// <param name="Confidence">Bins of the confidence.</param>
/// <param name="Attribution">Features.</param>
public readonly record struct MixSizes(int Classes, int Confidence, int Attribution)
{
    /// <summary>Every mix.</summary>
    public static ReadOnlySpan<Mix> All => [Mix.Classes, Mix.Confidence, Mix.Attribution];

    /// <summary>All kinds of all mixes.</summary>
    public int Total => Classes + Confidence + Attribution;

    /// <summary>The kinds of a mix.</summary>
    public int this[Mix mix] => mix switch
    {
        Mix.Classes => Classes,
        Mix.Confidence => Confidence,
        _ => Attribution,
    };

    /// <summary>What is read of a model's answers.</summary>
    public static MixSizes Of(SignalsSpec signals) => new(
        signals.Prediction is { } prediction ? prediction.Classes.Count + 1 : 0,
        signals.Confidence is null ? 0 : ConfidenceBins.Count,
        signals.Attribution is { } attribution ? attribution.Features.Count + 1 : 0);

    /// <summary>The kinds of the mixes before, where the counters of all stand side by side.</summary>
    public int Before(Mix mix) => mix switch
    {
        Mix.Classes => 0,
        Mix.Confidence => Classes,
        _ => Classes + Confidence,
    };
}

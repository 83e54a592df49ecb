namespace Haldane.Core.Specification;

/// <summary>How a shadow stage copies requests, and when two answers to one request are alike.</summary>
public sealed record ShadowSpec
{
    /// <summary>What differs from answer to answer whatever the model says.</summary>
    public static readonly ValueList<string> UsualIgnore =
        ["/id", "/created", "/created_at", "/system_fingerprint", "/usage", "/model", "/model_name", "/model_version"];

    /// <summary>The part of the requests that is copied, each drawn on its own.</summary>
    public Share Sample { get; init; } = Share.Full;

    /// <summary>Copies per second at most. The usual: enough for a proof within minutes, and little enough for one server.</summary>
    public double Rate { get; init; } = 100;

    /// <summary>The part of the copies that goes to the baseline too, to learn how often it does not agree with itself.</summary>
    public Share Control { get; init; } = Share.None;

    /// <summary>JSON pointers into answers whose values are not compared; <c>*</c> as a step stands for any.</summary>
    public ValueList<string> Ignore { get; init => field = value ?? []; } = UsualIgnore;

    /// <summary>Numbers this near to each other are alike: in parts of the larger one, or of 1 if that is more.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>Texts this similar are alike, in (0, 1]; 1: the same words in the same order.</summary>
    public double Similarity { get; init; } = 1;

    /// <summary>Vectors of this cosine are alike, in (0, 1].</summary>
    public double Cosine { get; init; } = 0.999;

    /// <summary>How many pairs that differ are kept to be looked at. Prompts and answers are somebody's: none unless the operator asks.</summary>
    public int KeepPairs { get; init; }

    /// <summary>JSON pointers into requests and answers whose values are blotted out before a pair is kept; <c>*</c> as a step stands for any.</summary>
    public ValueList<string> Redact { get; init => field = value ?? []; } = [];
}

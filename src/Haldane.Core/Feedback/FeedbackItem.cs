namespace Haldane.Core.Feedback;

/// <summary>Something that came to be known about an exchange after it ended.</summary>
public sealed record FeedbackItem
{
    /// <summary>The token of the exchange, from <c>x-haldane-exchange</c>. This or <see cref="Subject"/>.</summary>
    public string? Exchange { get; init; }

    /// <summary>The subject; its arm is computed anew. Only for <see cref="Values"/> and <see cref="Events"/>: a label belongs to one exchange.</summary>
    public string? Subject { get; init; }

    /// <summary>The model that the subject called; needed with <see cref="Subject"/> when there is more than one.</summary>
    public string? Model { get; init; }

    /// <summary>The true class.</summary>
    public string? Label { get; init; }

    /// <summary>Named numbers, e.g. revenue.</summary>
    public IReadOnlyDictionary<string, double>? Values { get; init; }

    /// <summary>What happened, e.g. <c>conversion</c>: names of <see cref="Specification.SignalsSpec.Events"/>.</summary>
    public IReadOnlyList<string>? Events { get; init; }

    /// <summary>What makes a repeat of this item recognisable. Without it, a token's label counts once.</summary>
    public string? Id { get; init; }

    /// <summary>When it came to be known.</summary>
    public DateTimeOffset? At { get; init; }
}

/// <summary>What became of a batch.</summary>
/// <param name="Joined">Kept as evidence.</param>
/// <param name="Repeated">Known already; nothing changed.</param>
/// <param name="Unknown">The token, subject, run or label is not known here.</param>
/// <param name="Refused">Items that make no sense, each with its place and the cure.</param>
public sealed record FeedbackReceipt(int Joined, int Repeated, int Unknown, ValueList<string> Refused)
{
    /// <summary>
    /// Genuine, but no evidence: the exchange belonged to no running rollout, the baseline stood in for the canary, or the label has no prediction to be compared with.
    /// </summary>
    public int Uncounted { get; init; }
}

/// <summary>Feedback that found its exchange: what is stored and later summed into evidence.</summary>
/// <param name="Key">16 bytes, hex: the same for a repeat.</param>
/// <param name="Run">The run of the rollout.</param>
/// <param name="Stage">The stage of the exchange.</param>
/// <param name="Arm">The arm of the exchange.</param>
/// <param name="SegmentCode">The segments of the exchange; <see cref="Evidence.SegmentCells.UnknownCode"/> when only the subject is known.</param>
/// <param name="Subject">The subject's identity hash.</param>
/// <param name="Wrong">Whether the label disagrees with the prediction; null when there was no label or no prediction.</param>
/// <param name="Values">Named numbers.</param>
/// <param name="At">When it came to be known; null when the sender did not say.</param>
public sealed record JoinedFeedback(
    string Key, int Run, int Stage, Arm Arm, int SegmentCode, uint Subject, bool? Wrong, IReadOnlyDictionary<string, double> Values, DateTimeOffset? At = null)
{
    /// <summary>What happened.</summary>
    public IReadOnlyList<string> Events { get; init; } = [];

    /// <summary>How sure the model said it was, in [0, 1]; null when unread or when there was no label.</summary>
    public double? Confidence { get; init; }
}

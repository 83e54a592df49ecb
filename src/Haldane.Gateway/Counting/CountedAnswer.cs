using Haldane.Core;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Counting;

/// <summary>What is counted of an answer that came whole.</summary>
/// <param name="Arm">The arm that gave it.</param>
/// <param name="Subject">See <see cref="Core.Assignment.Assigner.IdentityOf"/>.</param>
/// <param name="SegmentCode">Its segments.</param>
internal readonly record struct CountedAnswer(Arm Arm, uint Subject, int SegmentCode)
{
    /// <summary>Seconds to its last byte; not a number when it says nothing about the version's speed.</summary>
    public double Latency { get; init; } = double.NaN;

    /// <summary>Seconds to the first byte of its body; not a number when it says nothing, or there was none.</summary>
    public double FirstToken { get; init; } = double.NaN;

    /// <summary>What was read; null when there was nothing to read.</summary>
    public Prediction? Prediction { get; init; }

    /// <summary>The predictions, where there are several; they count in the place of the one.</summary>
    public PredictionRows? Rows { get; init; }

    /// <summary>The feature that was drawn, see <see cref="AttributionReader"/>.</summary>
    public int Feature { get; init; } = AttributionReader.Unread;

    /// <summary>What else happened.</summary>
    public AnswerEvents Events { get; init; }

    /// <summary>The numbers that were read.</summary>
    public AnswerValues Values { get; init; } = AnswerValues.None;
}

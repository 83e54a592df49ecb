using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Judge.Guards;

/// <summary>A measurement of a rate: of what happened, stage by stage, as one source counts it.</summary>
internal abstract class RateMeasurement(Question question, RateSource source) : Measurement(question)
{
    /// <inheritdoc/>
    public override string CountedBy => source.IsLate ? "subjects" : "exchanges";

    /// <summary>What is counted, and the words for it.</summary>
    protected RateSource Source => source;

    /// <inheritdoc/>
    protected override void Take(EvidenceSlice slice)
    {
        // What comes late may speak of a stage that is over.
        for (var stage = source.IsLate ? 0 : slice.Stage; stage <= slice.Stage; stage++)
        {
            Take(stage, stage == slice.Stage ? slice.Share : Question.Stages[stage].Share, source.In(slice, stage, Question.Cell));
        }
    }

    /// <summary>Adds what a slice says of one stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="share">The canary's share in it.</param>
    /// <param name="tally">What happened.</param>
    protected abstract void Take(int stage, Share share, Tally tally);
}

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
            // What comes later follows from what callers were served: in a shadow stage nothing of it is the canary's.
            var share = (stage == slice.Stage ? slice.Share : Question.Stages[stage].Share).Fraction;
            Take(stage, source.IsLate ? share : Question.Stages[stage].PartIn(slice), source.In(slice, stage, Question.Cell));
        }
    }

    /// <summary>Adds what a slice says of one stage.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="part">The canary's part of what both arms see in it.</param>
    /// <param name="tally">What happened.</param>
    protected abstract void Take(int stage, double part, Tally tally);
}

using Haldane.Core;
using Haldane.Core.Specification;

namespace Haldane.Gateway.Samples;

/// <summary>Takes exchanges of one stage for the model's evaluators.</summary>
/// <remarks>Requests call <see cref="Begin"/>, which neither waits nor locks, and copies nothing of those that nobody wants. Any thread.</remarks>
internal sealed class SampleLane
{
    private readonly (EvaluatorSpec Evaluator, SamplePace Pace)[] _wanted;

    /// <summary>Takes nothing yet.</summary>
    /// <param name="model">The model.</param>
    /// <param name="share">What the canary serves.</param>
    /// <param name="desk">Where samples go.</param>
    /// <param name="time">The clock.</param>
    public SampleLane(ModelSpec model, Share share, SampleDesk desk, TimeProvider time)
    {
        (Model, Desk) = (model.Name, desk);
        var isPaired = share.BasisPoints is > 0 and < Share.Whole;
        _wanted = [.. model.Signals.Evaluators.Select(e => (e, new SamplePace(e.Rate, isPaired, time)))];
    }

    /// <summary>The model.</summary>
    public string Model { get; }

    /// <summary>Where samples go.</summary>
    public SampleDesk Desk { get; }

    /// <summary>Asks whether anybody wants an exchange.</summary>
    /// <returns>The copy, to be handed on or dropped; null: not this one.</returns>
    public SampleCopy? Begin(Arm arm)
    {
        SampleCopy? copy = null;
        foreach (var (evaluator, pace) in _wanted)
        {
            if (pace.TryPass(arm))
            {
                copy ??= Desk.TryBegin(Model) ? new(this) : null;
                copy?.WantedBy.Add(evaluator);
            }
        }

        return copy;
    }
}

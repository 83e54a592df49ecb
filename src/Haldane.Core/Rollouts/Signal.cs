using Haldane.Core.Access;
using Haldane.Core.Alerts;
using Haldane.Core.Judging;

namespace Haldane.Core.Rollouts;

/// <summary>Something that may move a rollout. A closed list: a new signal fails the machine's table test until every phase has an answer.</summary>
public abstract record Signal
{
    private Signal()
    {
    }

    /// <summary>Somebody, or the specification, starts the rollout.</summary>
    /// <param name="Run">The number of the new run.</param>
    /// <param name="By">Who.</param>
    /// <param name="Why">Why; null when nobody said.</param>
    public sealed record Start(int Run, string By, string? Why = null) : Signal
    {
        /// <summary>Whether who starts it is known by a credential of his own.</summary>
        public bool IsProven { get; init; }

        /// <summary>Whether who starts it must not be the one who agrees to it.</summary>
        public bool FourEyes { get; init; }
    }

    /// <summary>The judge spoke.</summary>
    /// <param name="Judgement">What it said.</param>
    /// <param name="Ejection">That the router has ejected the canary; null while it has not.</param>
    /// <param name="Frozen">Why the rollout may not go up now; null when it may.</param>
    /// <param name="Alarm">That an alert stands; null while none does that matters.</param>
    public sealed record Judged(Judgement Judgement, Ejection? Ejection = null, string? Frozen = null, Alarm? Alarm = null) : Signal;

    /// <summary>Time has passed, for a rollout that nothing is judged of any more.</summary>
    /// <param name="Ejection">That the router has ejected the canary; null while it has not.</param>
    /// <param name="Alarm">That an alert stands; null while none does that matters.</param>
    public sealed record Elapsed(Ejection? Ejection = null, Alarm? Alarm = null) : Signal;

    /// <summary>Somebody takes the canary back.</summary>
    /// <param name="By">Who.</param>
    /// <param name="Why">Why.</param>
    /// <param name="AtOnce">Whether no steps are taken, whatever the specification says.</param>
    public sealed record RollBack(string By, string Why, bool AtOnce = false) : Signal;

    /// <summary>Somebody lets the canary stay where it is until it is resumed.</summary>
    /// <param name="By">Who.</param>
    /// <param name="Why">Why.</param>
    /// <param name="InStage">How long it has been in its stage.</param>
    public sealed record Pause(string By, string Why, TimeSpan InStage) : Signal;

    /// <summary>Somebody lets it go on.</summary>
    /// <param name="By">Who.</param>
    /// <param name="Why">Why; null when nobody said.</param>
    /// <param name="InStage">How long it has been in its stage.</param>
    public sealed record Resume(string By, string? Why, TimeSpan InStage) : Signal;

    /// <summary>Somebody has the next stage entered before the stage's own conditions are met.</summary>
    /// <param name="By">Who.</param>
    /// <param name="Why">Why.</param>
    /// <param name="Judgement">What the judge says by now; null while there is nothing to judge.</param>
    /// <param name="Ejection">That the router has ejected the canary; null while it has not.</param>
    /// <param name="Frozen">Why the rollout may not go up now; null when it may.</param>
    /// <param name="Alarm">That an alert stands; null while none does that matters.</param>
    public sealed record Advance(string By, string Why, Judgement? Judgement, Ejection? Ejection = null, string? Frozen = null, Alarm? Alarm = null) : Signal;

    /// <summary>Somebody agrees that the stage may be left.</summary>
    /// <param name="By">Who.</param>
    /// <param name="Why">Why.</param>
    /// <param name="FourEyes">Whether it must be somebody else than who has started the run.</param>
    public sealed record Approve(Person By, string Why, bool FourEyes) : Signal;
}

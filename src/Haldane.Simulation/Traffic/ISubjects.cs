using Haldane.Core;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>What is counted once for each subject: labels in a stage, everything else in a run.</summary>
internal enum Once
{
    /// <summary>A failed exchange.</summary>
    Error,

    /// <summary>A label.</summary>
    Label,

    /// <summary>An event; one number for each follows.</summary>
    Event,
}

/// <summary>Whose requests the exchanges are.</summary>
/// <remarks>For one thread.</remarks>
internal interface ISubjects
{
    /// <summary>The part of the requests that goes to the canary now.</summary>
    double CanaryPart { get; }

    /// <summary>What is a subject's own in its answers; null where all are alike.</summary>
    Habits? Habits => null;

    /// <summary>A stage begins: for labels and for the sample-ratio check everybody counts as new again.</summary>
    void Enter(Share share);

    /// <summary>By what an arm's error rate is to be multiplied: error-prone subjects fall on one arm or the other.</summary>
    double ErrorFactor(Arm arm);

    /// <summary>How many subjects of the sample for the sample-ratio check were not seen before.</summary>
    (long Baseline, long Canary) NewOf(Dice dice, long baseline, long canary);

    /// <summary>For how many of so many occurrences it is the subject's first.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="arm">The arm.</param>
    /// <param name="what">One of <see cref="Once"/>, for events plus the event's index.</param>
    /// <param name="count">Occurrences.</param>
    long FirstsOf(Dice dice, Arm arm, int what, long count);

    /// <summary>How an arm's exchanges fall on the groups of their subjects.</summary>
    GroupParts GroupsOf(Arm arm) => GroupParts.Even;
}

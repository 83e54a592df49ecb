using Haldane.Core;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>What is counted once for each subject in a stage.</summary>
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

    /// <summary>A stage begins: everybody counts as new again.</summary>
    void Enter(Share share);

    /// <summary>By what an arm's error rate is to be multiplied: error-prone subjects fall on one arm or the other.</summary>
    double ErrorFactor(Arm arm);

    /// <summary>How many subjects of the sample for the sample-ratio check were not seen before.</summary>
    (long Baseline, long Canary) NewOf(Dice dice, long baseline, long canary);

    /// <summary>For how many of so many occurrences it is the subject's first in this stage.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="arm">The arm.</param>
    /// <param name="what">One of <see cref="Once"/>, for events plus the event's index.</param>
    /// <param name="count">Occurrences.</param>
    long FirstsOf(Dice dice, Arm arm, int what, long count);

    /// <summary>Divides exchanges over the groups of their subjects.</summary>
    void AddGroups(Dice dice, Arm arm, long count, Span<long> groups);

    /// <summary>The group of the subject of one exchange.</summary>
    int GroupOf(Dice dice, Arm arm);
}

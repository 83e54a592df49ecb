using Haldane.Core;
using Haldane.Core.Evidence;
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
    private static readonly double[] Even = [.. Enumerable.Repeat(1.0 / SubjectGroups.Count, SubjectGroups.Count)];
    private static readonly AliasTable EvenTable = new(Even);

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

    /// <summary>Divides exchanges over the groups of their subjects: evenly, unless some come more often than others.</summary>
    void AddGroups(Dice dice, Arm arm, long count, Span<long> groups) => dice.AddMultinomial(count, EvenTable, Even, groups);

    /// <summary>The group of the subject of one exchange: each alike, unless some come more often than others.</summary>
    int GroupOf(Dice dice, Arm arm) => dice.Next(SubjectGroups.Count);
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>The time of a slice and the weather in it.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Elapsed">Since the first slice began.</param>
/// <param name="Length">How long the slice lasts.</param>
/// <param name="ErrorFactor">What error rates are multiplied by.</param>
/// <param name="Outage">The part of the slice in which exchanges fail together.</param>
/// <param name="LatencyFactor">What latencies are multiplied by.</param>
/// <param name="ClassLean">How far the mix of classes leans towards rarer ones, in (-1, 1).</param>
internal readonly record struct Moment(
    int Stage, TimeSpan Elapsed, TimeSpan Length, double ErrorFactor, double Outage, double LatencyFactor, double ClassLean)
{
    /// <summary>When the slice ends, since the first one began.</summary>
    public TimeSpan End => Elapsed + Length;
}

/// <summary>The exchanges of one arm in one slice that behave alike.</summary>
/// <param name="Dice">Chance.</param>
/// <param name="Moment">When.</param>
/// <param name="Arm">The arm.</param>
/// <param name="Behaviour">How they behave.</param>
/// <param name="Subjects">Whose they are.</param>
/// <param name="Refused">Those that were refused.</param>
/// <param name="Answers">Those that succeeded and were no refusals.</param>
/// <param name="Tally">Takes what they come to.</param>
/// <param name="OnlyIn">The cell that all of them are in; null: any.</param>
internal readonly record struct Scene(
    Dice Dice, Moment Moment, Arm Arm, Behaviour Behaviour, ISubjects Subjects, Crowd Refused, Crowd Answers, ArmTally Tally, int? OnlyIn);

/// <summary>One kind of evidence: makes its part of a slice.</summary>
/// <remarks>A signal of a new kind is a stream of a new type. For one thread.</remarks>
internal interface IStream
{
    /// <summary>Adds what the exchanges of a scene come to, now or later.</summary>
    void Add(in Scene scene);

    /// <summary>Hands over what is due by a time, for example labels.</summary>
    EvidenceSlice Release(EvidenceSlice slice, TimeSpan end) => slice;
}

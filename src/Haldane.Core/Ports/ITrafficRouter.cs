using Haldane.Core.Evidence;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Core.Ports;

/// <summary>Moves traffic: the gateway, or an outside router.</summary>
public interface ITrafficRouter
{
    /// <summary>Makes the picture the one in force. Takes effect for requests that arrive from now on; never waits, never fails.</summary>
    void Publish(RoutingPicture picture);

    /// <summary>Takes what was observed on a run's current stage since the last call. One caller at a time.</summary>
    /// <returns>Null when the run is not routed.</returns>
    ObservedTraffic? Collect(int run);
}

/// <summary>Who serves what.</summary>
/// <param name="Models">All models.</param>
public sealed record RoutingPicture(ValueList<RoutedModel> Models);

/// <summary>How one model is served.</summary>
/// <param name="Spec">The model.</param>
/// <param name="Serving">The version that serves everyone outside a split.</param>
/// <param name="Split">The running rollout; null when there is none.</param>
public sealed record RoutedModel(ModelSpec Spec, string Serving, TrafficSplit? Split)
{
    /// <summary>Versions that serve nobody now and may have to in a moment: what a promotion that can still be taken back has replaced.</summary>
    public ValueList<string> Warm { get; init; } = [];
}

/// <summary>A running rollout as a router sees it.</summary>
/// <param name="Run">The rollout's run.</param>
/// <param name="Rollout">The rollout's name.</param>
/// <param name="Stage">Index of the stage.</param>
/// <param name="Share">The canary's share.</param>
/// <param name="Baseline">The baseline's version.</param>
/// <param name="Canary">The canary's version.</param>
public sealed record TrafficSplit(int Run, string Rollout, int Stage, Share Share, string Baseline, string Canary)
{
    /// <summary>Whether the time to the first byte is to be observed: only for a guard that needs it, since its histograms are as large as all else together.</summary>
    public bool FirstToken { get; init; }

    /// <summary>How requests are copied to the canary, in a shadow stage; else null.</summary>
    public ShadowSpec? Shadow { get; init; }
}

/// <summary>What a router observed on one stage of a run in one stretch of time.</summary>
/// <param name="Stage">Index of the stage.</param>
/// <param name="Share">The canary's share.</param>
/// <param name="Baseline">Counts; <see cref="CellEvidence.ErrorSubjects"/> is still zero.</param>
/// <param name="Canary">The same.</param>
/// <param name="Occurrences">
/// Each failure and each of <see cref="GatewayEvents"/> with its subject, in no order. Bounded for each kind: past the limit they are left out whatever their arm.
/// </param>
public sealed record ObservedTraffic(
    int Stage, Share Share, ArmEvidence Baseline, ArmEvidence Canary, IReadOnlyList<Occurrence> Occurrences)
{
    /// <summary>How often each of <see cref="GatewayEvents"/> happened; <see cref="EventCounts.Subjects"/> is still zero.</summary>
    public ValueList<EventCounts> Events { get; init; } = [];

    /// <summary>Moments of <see cref="GatewayValues"/>; none where nothing is due to be reported, see <see cref="ReportPace"/>.</summary>
    public ValueList<ValueMoments> Values { get; init; } = [];

    /// <summary>Pairs of answers that were compared, in a shadow stage.</summary>
    public ValueList<PairCounts> Pairs { get; init; } = [];

    /// <summary>Whether, at the end of it, the canary's callers are the baseline's, because the canary is plainly dead; what they did is in no count.</summary>
    public Ejection? Ejection { get; init; }
}

/// <summary>Something that happened on one exchange.</summary>
/// <param name="Event">Index into <see cref="GatewayEvents.All"/>, or <see cref="Failure"/>.</param>
/// <param name="Subject">See <see cref="Assignment.Assigner.IdentityOf"/>.</param>
/// <param name="Arm">Its arm.</param>
/// <param name="SegmentCode">Its segments.</param>
public readonly record struct Occurrence(int Event, uint Subject, Arm Arm, int SegmentCode)
{
    /// <summary>The exchange failed.</summary>
    public const int Failure = -1;

    /// <summary>Index of <see cref="GatewayEvents.Refused"/>.</summary>
    public const int Refused = 0;

    /// <summary>Index of <see cref="GatewayEvents.Empty"/>.</summary>
    public const int Empty = 1;
}

namespace Haldane.Core.Ports;

/// <summary>What the gateway has seen since it started: totals for metrics, and pairs of answers for people.</summary>
public interface ITrafficStats
{
    /// <summary>One row for each model and arm that saw traffic.</summary>
    IReadOnlyList<ModelTraffic> Traffic();

    /// <summary>One row for each model that had a shadow stage.</summary>
    IReadOnlyList<ShadowTraffic> Shadows();

    /// <summary>Pairs of answers that differ, the newest first, as far as the shadow stage that a rollout is in has them kept.</summary>
    /// <returns>Null when no such rollout is in a shadow stage.</returns>
    IReadOnlyList<DifferingPair>? Pairs(string rollout);
}

/// <summary>What a model's arm saw since the gateway started.</summary>
/// <param name="Model">The model.</param>
/// <param name="Arm">The arm; a model without a rollout has only a baseline.</param>
/// <param name="Exchanges">Exchanges that ended.</param>
/// <param name="Errors">Those that failed.</param>
/// <param name="Unread">Answers of which a prediction could not be read.</param>
/// <param name="FailedOver">Failed canary calls that the baseline answered.</param>
/// <param name="Abandoned">Exchanges that the caller gave up; counted nowhere else.</param>
public sealed record ModelTraffic(string Model, Arm Arm, long Exchanges, long Errors, long Unread, long FailedOver, long Abandoned)
{
    /// <summary>Exchanges that the caller called its own retries; counted nowhere else.</summary>
    public long Retried { get; init; }

    /// <summary>Requests that the arm's version was not asked, because its override could not be applied to them; no exchanges.</summary>
    public long Unfit { get; init; }

    /// <summary>Calls of the canary's callers that went to the baseline, because the canary was ejected; counted nowhere else.</summary>
    public long Ejected { get; init; }

    /// <summary>Exchanges that the gateway had no room or no socket for; counted nowhere else.</summary>
    public long Overloaded { get; init; }
}


/// <summary>What became of the copies of a model's requests since the gateway started.</summary>
/// <param name="Model">The model.</param>
/// <param name="Sent">Copies that the canary was asked.</param>
/// <param name="Failed">Those that it failed: refused, reset, timed out, 5xx.</param>
/// <param name="Pairs">Pairs of answers that were compared.</param>
/// <param name="Different">Those that differ.</param>
/// <param name="Dropped">Copies that were never sent.</param>
public sealed record ShadowTraffic(string Model, long Sent, long Failed, long Pairs, long Different, DroppedCopies Dropped);

/// <summary>Copies that were never sent, by reason.</summary>
/// <param name="Full">Too much was waiting.</param>
/// <param name="Rate">More than the rate that was asked for.</param>
/// <param name="Large">The request was too large to be kept.</param>
/// <param name="Late">It had waited too long.</param>
/// <param name="Unfit">The canary's override could not be applied to it, or its head is none that may be sent over HTTP/1.1.</param>
public sealed record DroppedCopies(long Full, long Rate, long Large, long Late, long Unfit);

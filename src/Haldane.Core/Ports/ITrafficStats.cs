namespace Haldane.Core.Ports;

/// <summary>Running totals of the gateway since it started, for metrics.</summary>
public interface ITrafficStats
{
    /// <summary>One row for each model and arm that saw traffic.</summary>
    IReadOnlyList<ModelTraffic> Traffic();
}

/// <summary>What a model's arm saw since the gateway started.</summary>
/// <param name="Model">The model.</param>
/// <param name="Arm">The arm; a model without a rollout has only a baseline.</param>
/// <param name="Exchanges">Exchanges that ended.</param>
/// <param name="Errors">Those that failed.</param>
/// <param name="Unread">Answers whose prediction could not be read.</param>
/// <param name="FailedOver">Failed canary calls that the baseline answered.</param>
/// <param name="Abandoned">Exchanges that the caller gave up; counted nowhere else.</param>
public sealed record ModelTraffic(string Model, Arm Arm, long Exchanges, long Errors, long Unread, long FailedOver, long Abandoned)
{
    /// <summary>Exchanges that the caller called its own retries; counted nowhere else.</summary>
    public long Retried { get; init; }

    /// <summary>Calls of the canary's callers that went to the baseline, because the canary was ejected; counted nowhere else.</summary>
    public long Ejected { get; init; }

    /// <summary>Exchanges that the gateway had no room or no socket for; counted nowhere else.</summary>
    public long Overloaded { get; init; }
}

namespace Haldane.Core.Rollouts;

/// <summary>What a canary that is plainly dead did to the last calls.</summary>
public enum EjectionCause
{
    /// <summary>Nobody accepts a connection.</summary>
    Unreachable,

    /// <summary>Connections break, answers are cut short, malformed or do not come in time.</summary>
    Broken,

    /// <summary>Every answer is an error of its own: 5xx.</summary>
    Erring,
}

/// <summary>The router serves the canary's callers with the baseline, because the canary is plainly dead.</summary>
/// <param name="For">How long it has done so without a break.</param>
/// <param name="Cause">What the canary did last.</param>
/// <param name="Failures">How many calls have failed in a row.</param>
public sealed record Ejection(TimeSpan For, EjectionCause Cause, int Failures)
{
    /// <summary>What is known of the reason beyond calls, of a canary whose process is ours; null when nothing is.</summary>
    public string? Because { get; init; }

    /// <summary>Whether nothing more is to be waited for.</summary>
    public bool IsFinal { get; init; }

    /// <summary>What it is, for people.</summary>
    public string Sentence => Because ?? $"{Failures} calls in a row failed: " + Cause switch
    {
        EjectionCause.Unreachable => "nobody accepts connections",
        EjectionCause.Broken => "answers break off or do not come",
        _ => "every answer is an error",
    };
}

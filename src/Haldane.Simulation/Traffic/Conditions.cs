namespace Haldane.Simulation.Traffic;

/// <summary>What makes traffic other than a steady flow of independent strangers. The default is such a flow.</summary>
/// <remarks>Immutable. Everything here strikes both arms alike, unless it says otherwise: it is weather, not harm.</remarks>
public sealed record Conditions
{
    /// <summary>A steady flow of independent strangers.</summary>
    public static readonly Conditions Calm = new();

    /// <summary>The rate of requests swings by this part around its mean, once a day; in [0, 1).</summary>
    public double DailyRate { get; init; }

    /// <summary>The error rate swings up and down by this factor, once a day; at least 1.</summary>
    public double DailyErrors { get; init; } = 1;

    /// <summary>The error rate grows by this factor each hour; above 0.</summary>
    public double ErrorsPerHour { get; init; } = 1;

    /// <summary>Latencies grow by this factor each hour; above 0.</summary>
    public double LatencyPerHour { get; init; } = 1;

    /// <summary>The mix of classes leans this far towards its rarer classes and back, once a day; in [0, 1).</summary>
    public double DailyClasses { get; init; }

    /// <summary>Moments in which a version's process stands still; null: none. Each arm has its own.</summary>
    public Stalls? Stalls { get; init; }

    /// <summary>Moments in which exchanges fail together; null: none. They strike both arms at once, as an overloaded dependency does.</summary>
    public Outages? Outages { get; init; }

    /// <summary>How slow the canary is at first; null: as ever after.</summary>
    public ColdStart? ColdStart { get; init; }

    /// <summary>Feedback comes up to this much later than it should, at random.</summary>
    public TimeSpan FeedbackSpread { get; init; }

    /// <summary>Feedback comes only at multiples of this time, as from a nightly job; zero: at once.</summary>
    public TimeSpan FeedbackEvery { get; init; }

    /// <summary>Callers that repeat a failed exchange; null: none does.</summary>
    public Retries? Retries { get; init; }

    /// <summary>Who calls; null: a stranger each time.</summary>
    public Regulars? Regulars { get; init; }
}

/// <summary>Moments in which a process stands still, so that answers are slow together.</summary>
/// <param name="Chance">For a second, in [0, 1].</param>
/// <param name="Part">The part of that second's answers that is struck.</param>
/// <param name="Factor">How many times as long they take.</param>
/// <param name="CanaryOnly">Whether the baseline is spared: then it is harm, though a small one.</param>
public sealed record Stalls(double Chance, double Part, double Factor, bool CanaryOnly = false);

/// <summary>Moments in which exchanges fail together.</summary>
/// <param name="Chance">For a second, in [0, 1].</param>
/// <param name="Errors">Chance that an exchange of that second fails.</param>
public sealed record Outages(double Chance, double Errors);

/// <summary>Callers that repeat a failed exchange at once, on the same arm.</summary>
/// <param name="Chance">Of a repeat.</param>
/// <param name="FailAgain">Chance that it fails too.</param>
public sealed record Retries(double Chance, double FailAgain);

/// <summary>A canary that is slow at first.</summary>
/// <param name="For">How long.</param>
/// <param name="Factor">How many times as long its answers take.</param>
public sealed record ColdStart(TimeSpan For, double Factor);

/// <summary>Subjects that come again and again.</summary>
/// <param name="Count">How many subjects there are.</param>
/// <param name="Zipf">How uneven they are: the n-th makes requests in proportion to n^-Zipf; 0: all alike.</param>
/// <param name="ErrorProne">The part of the subjects that makes all errors, in (0, 1]; 1: all alike.</param>
/// <param name="LatencySpread">Each subject's answers take their own factor as long: its logarithm has this standard deviation; 0: all alike.</param>
/// <param name="Sameness">The part of the answers, in [0, 1], that is always the same for a subject: its own class and its own confidence; 0: all alike.</param>
public sealed record Regulars(int Count, double Zipf = 0, double ErrorProne = 1, double LatencySpread = 0, double Sameness = 0);

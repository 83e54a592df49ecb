using Haldane.Core.Rollouts;

namespace Haldane.Simulation.Runs;

/// <summary>What many runs of one canary came to.</summary>
public sealed record CaseSummary
{
    /// <summary>The canary.</summary>
    public required CanaryCase Case { get; init; }

    /// <summary>How many runs.</summary>
    public required int Runs { get; init; }

    /// <summary>Runs in which it was taken back.</summary>
    public required int RolledBack { get; init; }

    /// <summary>Runs in which it was promoted.</summary>
    public required int Promoted { get; init; }

    /// <summary>Runs that were neither at the horizon.</summary>
    public int Neither => Runs - RolledBack - Promoted;

    /// <summary>Median time to the decision, of the runs that were decided; null if none was.</summary>
    public TimeSpan? MedianTime { get; init; }

    /// <summary>The time within which nine of ten decided runs were decided.</summary>
    public TimeSpan? LateTime { get; init; }

    /// <summary>Median exchanges of the canary until the run ended.</summary>
    public required long MedianCanaryExchanges { get; init; }

    /// <summary>Median harm that was done: <see cref="Runs.Harm.PerExchange"/> times the canary's exchanges.</summary>
    public double MedianHarmed => Case.HarmPerExchange * MedianCanaryExchanges;

    /// <summary>The guard that took it back most often; null if it never was.</summary>
    public string? UsualGuard { get; init; }

    /// <summary>What held the runs that were neither, most often; null if there was none.</summary>
    public string? UsualHold { get; init; }

    /// <summary>Adds runs up.</summary>
    public static CaseSummary Of(CanaryCase canary, IReadOnlyCollection<RunOutcome> outcomes)
    {
        TimeSpan[] times = [.. outcomes.Where(o => o.Phase != Phase.Running).Select(o => o.Time).Order()];
        long[] exchanges = [.. outcomes.Select(o => o.CanaryExchanges).Order()];
        return new()
        {
            Case = canary,
            Runs = outcomes.Count,
            RolledBack = outcomes.Count(o => o.Phase == Phase.RolledBack),
            Promoted = outcomes.Count(o => o.Phase == Phase.Promoted),
            MedianTime = times.Length > 0 ? times[Rank(times.Length, 0.5)] : null,
            LateTime = times.Length > 0 ? times[Rank(times.Length, 0.9)] : null,
            MedianCanaryExchanges = exchanges[Rank(exchanges.Length, 0.5)],
            UsualGuard = Usual(outcomes.Select(o => o.Segment is null ? o.Guard : $"{o.Guard} in {o.Segment}")),
            UsualHold = Usual(outcomes.Select(o => o.HeldBy)),
        };
    }

    /// <summary>The index of a quantile among so many in order.</summary>
    internal static int Rank(int count, double quantile) => Math.Clamp((int)Math.Ceiling(quantile * count) - 1, 0, count - 1);

    private static string? Usual(IEnumerable<string?> words) =>
        words.OfType<string>().GroupBy(w => w).OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).FirstOrDefault()?.Key;
}

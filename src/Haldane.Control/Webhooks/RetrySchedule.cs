namespace Haldane.Control.Webhooks;

/// <summary>When a message that was not taken is sent again. Pure.</summary>
/// <remarks>
/// 5 s, 10 s, 20 s, … up to 2 h, each a quarter longer or shorter by chance, so that many senders do not come back to a receiver at one moment. 23 attempts take
/// 5 s x (2^11 - 1) + 11 x 2 h = 24.8 h: a night and the morning after it, with somebody to look.
/// </remarks>
internal static class RetrySchedule
{
    /// <summary>So many attempts, and then a record is given up.</summary>
    public const int Attempts = 23;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(2);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    /// <summary>How long to wait after an attempt in vain.</summary>
    /// <param name="attempts">How many there were, from 1.</param>
    /// <param name="chance">In [0, 1).</param>
    public static TimeSpan Wait(int attempts, double chance)
    {
        var seconds = Math.Min(First.TotalSeconds * Math.Pow(2, attempts - 1), Longest.TotalSeconds);
        return TimeSpan.FromSeconds(seconds * (0.75 + (0.5 * chance)));
    }

    /// <summary>Whether a record is given up after an attempt in vain.</summary>
    /// <param name="attempts">Attempts that it has had.</param>
    /// <param name="givenUp">Records before it that were given up since the receiver last took one.</param>
    /// <param name="age">How old it is.</param>
    /// <remarks>What has waited for a day behind records that were given up has one attempt: a receiver that is gone for a week is not asked for a day about each record.</remarks>
    public static bool GivesUp(int attempts, int givenUp, TimeSpan age) => attempts >= Attempts || (givenUp > 0 && age >= Day);

    /// <summary>Whether an attempt is due. A time further away than any wait was set by a clock that stood wrong.</summary>
    public static bool IsDue(DateTimeOffset? due, DateTimeOffset now) => due is null || due <= now || due > now + (Longest * 2);
}

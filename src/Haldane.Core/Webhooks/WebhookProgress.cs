namespace Haldane.Core.Webhooks;

/// <summary>How far a webhook has come with the ledger.</summary>
/// <param name="Webhook">Its name.</param>
/// <param name="Position">The last record that is dealt with: delivered, given up, or not asked for.</param>
public sealed record WebhookProgress(string Webhook, long Position)
{
    /// <summary>How often the next record was tried in vain.</summary>
    public int Attempts { get; init; }

    /// <summary>Records that were given up since the last one that was delivered.</summary>
    public int GivenUp { get; init; }

    /// <summary>When the next attempt is due; null for at once.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>What went wrong the last time, without addresses and secrets; null when all is well.</summary>
    public string? Fault { get; init; }

    /// <summary>When something was delivered last; null before the first time.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>When the receiver said that it is gone (410): nothing is sent any more until somebody says so. Null while it has not.</summary>
    public DateTimeOffset? StoppedAt { get; init; }
}

/// <summary>A record that was given up.</summary>
/// <param name="Webhook">The webhook that it was for.</param>
/// <param name="Number">The record's number.</param>
/// <param name="At">When it was given up.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Fault">What went wrong the last time.</param>
public sealed record DeadLetter(string Webhook, long Number, DateTimeOffset At, int Attempts, string Fault);

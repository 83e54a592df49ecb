using Haldane.Core.Access;

namespace Haldane.Core.Ports;

/// <summary>What people may see and do about webhooks.</summary>
/// <remarks>Any thread. Throws <see cref="StoreUnavailableException"/> when the store does not answer.</remarks>
public interface IWebhookDesk
{
    /// <summary>How all webhooks stand, for metrics: from memory, so it never waits for the store and never fails.</summary>
    IReadOnlyList<WebhookStanding> Standing { get; }

    /// <summary>All webhooks, by order of the specification, as far as the person has to do with all that they are told.</summary>
    Task<IReadOnlyList<WebhookView>> ListAsync(Person person, CancellationToken cancel);

    /// <summary>What never reached a webhook, the oldest record first; null when there is no such webhook for the person.</summary>
    Task<IReadOnlyList<DeadLetterView>?> DeadAsync(string webhook, Person person, CancellationToken cancel);

    /// <summary>Has everything tried again within some seconds: what was given up, and what waits or has been stopped.</summary>
    Task<CommandOutcome> RetryAsync(string webhook, Person by, CancellationToken cancel);
}

/// <summary>A webhook as people see it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="To">Scheme, host and port of the receiver; the rest of the address may be a secret.</param>
/// <param name="Format">How messages are written: <c>cloudevents</c> or <c>slack</c>.</param>
/// <param name="Signed">Whether they are signed.</param>
/// <param name="Events">Kinds of records and groups; empty for all about rollouts.</param>
/// <param name="Models">The models that it is for; empty for all.</param>
/// <param name="State">Where it stands.</param>
public sealed record WebhookView(string Name, string To, string Format, bool Signed, ValueList<string> Events, ValueList<string> Models, WebhookState State)
{
    /// <summary>The last record that is dealt with.</summary>
    public long Position { get; init; }

    /// <summary>How many records the ledger has after that one.</summary>
    public long Behind { get; init; }

    /// <summary>How often the next record was tried in vain.</summary>
    public int Attempts { get; init; }

    /// <summary>When the next attempt is due; null when nothing waits.</summary>
    public DateTimeOffset? Due { get; init; }

    /// <summary>What went wrong the last time; null when all is well.</summary>
    public string? Fault { get; init; }

    /// <summary>When something was delivered last; null before the first time.</summary>
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>How many records were given up and are still kept.</summary>
    public int Dead { get; init; }
}

/// <summary>How a webhook stands.</summary>
/// <param name="Name">Its name.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Behind">How many records the ledger has after the last that is dealt with, as of the last look.</param>
/// <param name="GivenUp">How many records were given up since the start.</param>
public sealed record WebhookStanding(string Name, WebhookState State, long Behind, long GivenUp);

/// <summary>Where a webhook stands.</summary>
public enum WebhookState
{
    /// <summary>Records are sent as they come.</summary>
    Delivering,

    /// <summary>The last attempt failed; it is tried again.</summary>
    Retrying,

    /// <summary>The receiver said that it is gone; nothing is sent.</summary>
    Stopped,
}

/// <summary>A record that never reached a webhook.</summary>
/// <param name="Number">The record's number.</param>
/// <param name="At">When it was given up.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Fault">What went wrong the last time.</param>
/// <param name="Kind">The record's kind.</param>
/// <param name="Rollout">Its rollout; empty where it is about none.</param>
/// <param name="Model">Its model; empty where it is about none.</param>
public sealed record DeadLetterView(long Number, DateTimeOffset At, int Attempts, string Fault, string Kind, string Rollout, string Model);

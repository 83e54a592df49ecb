using Haldane.Core.Access;
using Haldane.Core.Ledger;

namespace Haldane.Core.Specification;

/// <summary>How a webhook's messages are written.</summary>
public enum WebhookFormat
{
    /// <summary>CloudEvents 1.0, structured, JSON.</summary>
    CloudEvents,

    /// <summary>One line of text, for an incoming webhook of Slack or of what takes the same.</summary>
    Slack,
}

/// <summary>Somebody who is told what stands in the ledger. Not stored: the ledger is what was decided, not who is told.</summary>
public sealed record WebhookSpec
{
    /// <summary>Unique among webhooks.</summary>
    public required string Name { get; init; }

    /// <summary>Where messages are sent, http or https; null where the address is a secret.</summary>
    public string? Url { get; init; }

    /// <summary>Where the address stands; null where it stands in <see cref="Url"/>.</summary>
    public SecretSpec? UrlSecret { get; init; }

    /// <summary>Kinds of records and groups of them, see <see cref="LedgerKinds"/>; empty for all about rollouts.</summary>
    public ValueList<string> Events { get; init; } = [];

    /// <summary>The models that it is for; empty for all.</summary>
    public ValueList<string> Models { get; init; } = [];

    /// <summary>Where the key stands that messages are signed with; null when they are not signed.</summary>
    public SecretSpec? Secret { get; init; }

    /// <summary>How messages are written.</summary>
    public WebhookFormat Format { get; init; }

    /// <summary>Further header fields.</summary>
    public ValueList<HeaderSpec> Headers { get; init; } = [];

    /// <summary>Whether it is told of a record.</summary>
    public bool Wants(LedgerEntry entry) =>
        Models.Covers(entry.Model) && (Events.Count == 0 ? entry.Rollout.Length > 0 : Events.Any(e => LedgerKinds.Covers(e, entry.Kind)));

    /// <summary>Without the address: texts of records end up in logs.</summary>
    public override string ToString() => $"webhook {Name}";
}

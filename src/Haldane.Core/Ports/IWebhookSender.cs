using Haldane.Core.Ledger;

namespace Haldane.Core.Ports;

/// <summary>Sends records to one receiver.</summary>
public interface IWebhookSender
{
    /// <summary>Sends a record once. Does not throw for what the receiver or the network does.</summary>
    /// <param name="record">The record.</param>
    /// <param name="source">The ledger that it stands in, as a URI.</param>
    /// <param name="cancel">Ends the attempt; whether it arrived is then not known.</param>
    Task<SendOutcome> SendAsync(LedgerRecord record, Uri source, CancellationToken cancel);
}

/// <summary>What became of a message.</summary>
/// <param name="Kind">How it went.</param>
/// <param name="Fault">What went wrong, for people, without addresses and secrets; empty when it was delivered.</param>
public sealed record SendOutcome(SendOutcomeKind Kind, string Fault)
{
    /// <summary>It was taken.</summary>
    public static readonly SendOutcome Delivered = new(SendOutcomeKind.Delivered, "");
}

/// <summary>How a message went.</summary>
public enum SendOutcomeKind
{
    /// <summary>The receiver has taken it (2xx).</summary>
    Delivered,

    /// <summary>It was not taken, or nobody knows; it is to be sent again.</summary>
    Failed,

    /// <summary>The receiver wants nothing any more (410).</summary>
    Gone,
}

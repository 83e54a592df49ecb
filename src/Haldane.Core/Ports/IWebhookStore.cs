using Haldane.Core.Webhooks;

namespace Haldane.Core.Ports;

/// <summary>How far webhooks have come with the ledger, and what never reached them. No part of the ledger's chain.</summary>
/// <remarks>
/// Any thread; each write is one transaction and durable when its task completes. All throw <see cref="StoreUnavailableException"/> when the store does not answer.
/// </remarks>
public interface IWebhookStore
{
    /// <summary>Takes up the webhooks that there are: a new one begins at the ledger's end, one that is gone is forgotten with its dead letters.</summary>
    /// <param name="names">All of them.</param>
    /// <param name="cancel">Gives it up before it has begun.</param>
    /// <returns>How far each has come, in the order of the names.</returns>
    Task<IReadOnlyList<WebhookProgress>> TakeUpAsync(IReadOnlyList<string> names, CancellationToken cancel);

    /// <summary>Keeps how far a webhook has come and, with it, a record that was given up. Of more than <paramref name="most"/> dead letters the oldest are dropped.</summary>
    /// <param name="progress">How far.</param>
    /// <param name="dead">What was given up; null for nothing.</param>
    /// <param name="most">How many dead letters are kept.</param>
    /// <param name="cancel">Gives it up before it has begun.</param>
    Task SaveAsync(WebhookProgress progress, DeadLetter? dead, int most, CancellationToken cancel);

    /// <summary>The dead letters of a webhook, the oldest record first.</summary>
    Task<IReadOnlyList<DeadLetter>> DeadAsync(string webhook, CancellationToken cancel);

    /// <summary>Forgets a dead letter: it was delivered after all.</summary>
    /// <param name="webhook">Whose.</param>
    /// <param name="number">Of the record.</param>
    /// <param name="cancel">Gives it up before it has begun.</param>
    Task RemoveDeadAsync(string webhook, long number, CancellationToken cancel);
}

using Haldane.Core.Ports;
using Haldane.Core.Webhooks;

namespace Haldane.Control.Tests.Webhooks;

/// <summary>Progress and dead letters that outlive a desk, and a store that fails when it is told to.</summary>
internal sealed class MemoryWebhooks(Func<long> end) : IWebhookStore
{
    public Dictionary<string, WebhookProgress> Progress { get; } = [];

    public List<DeadLetter> Dead { get; } = [];

    public bool IsDown { get; set; }

    public int Saved { get; private set; }

    public Task<IReadOnlyList<WebhookProgress>> TakeUpAsync(IReadOnlyList<string> names, CancellationToken cancel)
    {
        foreach (var name in names)
        {
            Progress.TryAdd(name, new(name, end()));
        }

        return Task.FromResult<IReadOnlyList<WebhookProgress>>([.. names.Select(n => Progress[n])]);
    }

    public Task SaveAsync(WebhookProgress progress, DeadLetter? dead, int most, CancellationToken cancel)
    {
        if (IsDown)
        {
            return Task.FromException(new StoreUnavailableException("the disk is full"));
        }

        Saved++;
        Progress[progress.Webhook] = progress;
        Dead.AddRange(dead is null ? [] : [dead]);
        return Task.CompletedTask;
    }

    public Task<IReadOnlyList<DeadLetter>> DeadAsync(string webhook, CancellationToken cancel) => Task.FromResult<IReadOnlyList<DeadLetter>>([.. Dead.Where(d => d.Webhook == webhook)]);

    public Task RemoveDeadAsync(string webhook, long number, CancellationToken cancel)
    {
        Dead.RemoveAll(d => d.Webhook == webhook && d.Number == number);
        return Task.CompletedTask;
    }
}

/// <summary>A receiver that does what a test says.</summary>
internal sealed class HandSender : IWebhookSender
{
    public static readonly SendOutcome Refused = new(SendOutcomeKind.Failed, "it answered 503");

    public List<long> Tried { get; } = [];

    public List<long> Taken { get; } = [];

    public HashSet<Uri> Sources { get; } = [];

    public Func<long, Task<SendOutcome>> Answer { get; set; } = static _ => Task.FromResult(SendOutcome.Delivered);

    public async Task<SendOutcome> SendAsync(Haldane.Core.Ledger.LedgerRecord record, Uri source, CancellationToken cancel)
    {
        Tried.Add(record.Number);
        Sources.Add(source);
        var outcome = await Answer(record.Number).WaitAsync(cancel);
        if (outcome.Kind == SendOutcomeKind.Delivered)
        {
            Taken.Add(record.Number);
        }

        return outcome;
    }
}

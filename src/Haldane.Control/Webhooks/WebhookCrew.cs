using Haldane.Core.Webhooks;

namespace Haldane.Control.Webhooks;

/// <summary>The webhooks of one specification, at work.</summary>
internal sealed class WebhookCrew(IReadOnlyList<WebhookRoute> routes, IDisposable? owner) : IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    public WebhookLine[] Lines { get; private set; } = [];

    public Task[] Work { get; private set; } = [];

    public IReadOnlyList<string> Names { get; } = [.. routes.Select(r => r.Spec.Name)];

    public CancellationToken Stopping => _stop.Token;

    public void TakeUp(IReadOnlyList<WebhookProgress> progress, LineParts parts)
    {
        Lines = [.. routes.Zip(progress, (route, from) => new WebhookLine(route, from, parts))];
        Work = [.. Lines.Select(_ => Task.CompletedTask)];
    }

    /// <summary>Ends when no webhook is at work; what is under way is sent again.</summary>
    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(Work);
    }

    public void Dispose()
    {
        _stop.Dispose();
        owner?.Dispose();
    }
}

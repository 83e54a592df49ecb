using Haldane.Core.Access;
using Haldane.Core.Ports;

namespace Haldane.Console.Tests.Fakes;

/// <summary>Two webhooks, one of them for a model.</summary>
internal sealed class FakeWebhooks : IWebhookDesk
{
    public Exception? Failure { get; set; }

    public List<string> Asked { get; } = [];

    public IReadOnlyList<WebhookStanding> Standing => [new("ops", WebhookState.Retrying, 3, 1), new("chat", WebhookState.Delivering, 0, 0)];

    public Task<IReadOnlyList<WebhookView>> ListAsync(Person person, CancellationToken cancel) => Answer<IReadOnlyList<WebhookView>>(
    [
        new("ops", "https://hooks.example.com", "cloudevents", true, ["ended"], [], WebhookState.Retrying) { Position = 4, Behind = 3, Attempts = 2, Due = Views.Noon, Fault = "it answered 503", Dead = 1 },
        .. person.Covers("chat") ? [new WebhookView("chat", "https://x", "slack", false, [], ["chat"], WebhookState.Delivering)] : Array.Empty<WebhookView>(),
    ]);

    public Task<IReadOnlyList<DeadLetterView>?> DeadAsync(string webhook, Person person, CancellationToken cancel) => Answer<IReadOnlyList<DeadLetterView>?>(
        webhook == "ops" ? [new(3, Views.Noon, 23, "it answered 503", "promoted", "fraud-v2", "fraud")] : null);

    public Task<CommandOutcome> RetryAsync(string webhook, Person by, CancellationToken cancel)
    {
        Asked.Add($"{webhook} by {by.Name}");
        return Answer(webhook == "ops" ? new CommandOutcome(CommandOutcomeKind.Done, "ops is tried again") : new(CommandOutcomeKind.NotFound, $"there is no webhook {webhook}"));
    }

    private Task<T> Answer<T>(T answer) => Failure is { } failure ? Task.FromException<T>(failure) : Task.FromResult(answer);
}

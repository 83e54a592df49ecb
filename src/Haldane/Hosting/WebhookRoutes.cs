using System.Security.Cryptography;
using Haldane.Connect.Webhooks;
using Haldane.Control.Webhooks;
using Haldane.Core.Specification;

namespace Haldane.Hosting;

/// <summary>The ways to the receivers of a specification's webhooks, with their secrets filled in. Belongs to the host, which ends it.</summary>
internal sealed class WebhookRoutes : IDisposable
{
    private readonly List<WebhookSender> _senders;

    private WebhookRoutes(List<WebhookSender> senders, IReadOnlyList<WebhookRoute> all) => (_senders, All) = (senders, all);

    /// <summary>By order of the specification.</summary>
    public IReadOnlyList<WebhookRoute> All { get; }

    /// <summary>Numbers in [0, 1) by chance, from any thread; nobody is to guess when a message is sent again.</summary>
    public static double Chance() => RandomNumberGenerator.GetInt32(1 << 20) / (double)(1 << 20);

    /// <summary>Prepares all; speaks to nobody yet.</summary>
    /// <exception cref="FormatException">Names every address and key that is none, by its place.</exception>
    public static WebhookRoutes Prepare(IReadOnlyList<WebhookSpec> webhooks, Secrets secrets, TimeProvider time)
    {
        var senders = new List<WebhookSender>();
        var faults = new List<string>();
        foreach (var webhook in webhooks)
        {
            try
            {
                senders.Add(new(secrets.Of(webhook), time));
            }
            catch (FormatException e)
            {
                var places = string.Join(", ", new[] { webhook.UrlSecret, webhook.Secret }.Where(s => s is not null));
                faults.Add($"webhook {webhook.Name}: what stands in {places} {e.Message}");
            }
        }

        if (faults.Count > 0)
        {
            senders.ForEach(s => s.Dispose());
            throw new FormatException(string.Join("; ", faults));
        }

        return new(senders, [.. webhooks.Zip(senders, (webhook, sender) => new WebhookRoute(webhook, sender.Shown, sender))]);
    }

    /// <inheritdoc/>
    public void Dispose() => _senders.ForEach(s => s.Dispose());
}

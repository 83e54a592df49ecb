using Haldane.Core.Specification.Shapes;

namespace Haldane.Core.Specification;

/// <summary>What webhooks say of models, and how many there may be.</summary>
internal static class WebhookChecks
{
    // Each is asked about every second, and has a queue and connections of its own.
    private const int Most = 32;

    /// <summary>Reports models that are not there, and webhooks beyond the last that there may be.</summary>
    /// <param name="webhooks">All of them.</param>
    /// <param name="models">Names of all models; null when some could not be read.</param>
    public static void Check(IReadOnlyList<SetChecks.Read<WebhookSpec>> webhooks, string[]? models)
    {
        foreach (var webhook in webhooks)
        {
            foreach (var name in SetChecks.Names(webhook.Find("models")).Where(n => models?.Contains(n.Text) == false))
            {
                webhook.Errors.Report(name, Nearest.Unknown(name.Text, "model", models!));
            }
        }

        if (webhooks.Count > Most)
        {
            webhooks[Most].Errors.Report(webhooks[Most].NameNode, $"found {webhooks.Count} webhooks; wanted at most {Most}");
        }
    }
}

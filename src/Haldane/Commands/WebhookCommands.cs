using System.CommandLine;
using System.Text.Json;
using Haldane.Client;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane webhooks list|show|retry</c></summary>
internal static class WebhookCommands
{
    public static Command Create() => new("webhooks", "Shows who is told what stands in the ledger, and has what was not taken sent again.") { List(), Show(), Retry() };

    private static Command List() => Options.Showing(
        new("list", "Lists the webhooks and how they stand."), (client, _, cancel) => client.WebhooksAsync(cancel), CoreJson.Default.IReadOnlyListWebhookView, views => AnsiConsole.Write(Draw(views)));

    private static Command Show()
    {
        var name = Name();
        var json = Options.Json();
        return Options.ForServer(new("show", "Shows a webhook and the records that never reached it.") { name, json }, async (client, parsed, cancel) =>
        {
            var dead = await client.DeadLettersAsync(parsed.GetValue(name)!, cancel);
            if (parsed.GetValue(json))
            {
                System.Console.WriteLine(JsonSerializer.Serialize(dead, CoreJson.Default.IReadOnlyListDeadLetterView));
                return ExitCode.Done;
            }

            AnsiConsole.Write(Draw([.. (await client.WebhooksAsync(cancel)).Where(w => w.Name == parsed.GetValue(name))]));
            if (dead.Count > 0)
            {
                AnsiConsole.Write(Draw(dead));
            }

            return ExitCode.Done;
        });
    }

    private static Command Retry()
    {
        var name = Name();
        var by = Options.By();
        return Options.ForServer(new("retry", "Has everything sent again that a webhook has not taken, also one that was stopped.") { name, by }, (client, parsed, cancel) => client.SayAsync(
            $"/api/v1/webhooks/{Uri.EscapeDataString(parsed.GetValue(name)!)}/retry", AdminClient.Body(parsed.GetValue(by), null), cancel));
    }

    private static Argument<string> Name() => new("name") { Description = "The webhook's name." };

    private static Table Draw(IReadOnlyList<WebhookView> webhooks)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("name", "to", "events", "models", "stands", "behind", "given up", "last delivered");
        foreach (var webhook in webhooks)
        {
            table.AddRow(
                new Text(webhook.Name),
                new Text($"{webhook.To} ({webhook.Format}{(webhook.Signed ? ", signed" : "")})"),
                new Text(webhook.Events.Count == 0 ? "rollouts" : string.Join(", ", webhook.Events)),
                new Text(webhook.Models.Said()),
                new Text(Standing(webhook)),
                new Text($"{webhook.Behind}"),
                new Text($"{webhook.Dead}"),
                new Text(webhook.DeliveredAt is { } at ? Shown(at) : "never"));
        }

        return table;
    }

    private static Table Draw(IReadOnlyList<DeadLetterView> dead)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("record", "kind", "rollout", "model", "given up", "attempts", "why");
        foreach (var letter in dead)
        {
            table.AddRow(new Text($"{letter.Number}"), new Text(letter.Kind), new Text(letter.Rollout), new Text(letter.Model), new Text(Shown(letter.At)), new Text($"{letter.Attempts}"), new Text(letter.Fault));
        }

        return table;
    }

    private static string Standing(WebhookView webhook) => webhook.State switch
    {
        WebhookState.Stopped => $"stopped: {webhook.Fault}",
        WebhookState.Retrying => $"tried {webhook.Attempts} times in vain: {webhook.Fault}; again at {(webhook.Due is { } due ? Shown(due) : "once")}",
        _ => "delivers",
    };

    private static string Shown(DateTimeOffset at) => $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
}

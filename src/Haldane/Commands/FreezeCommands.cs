using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Haldane.Client;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane freeze list|begin|lift</c></summary>
internal static class FreezeCommands
{
    public static Command Create() => new("freeze", "Keeps rollouts from starting, from further stages and from promotion; taking back is never frozen.") { List(), Begin(), Lift() };

    private static Command List() => Options.Showing(
        new("list", "Lists the freezes of policies and of people."), (client, _, cancel) => client.FreezesAsync(cancel), CoreJson.Default.IReadOnlyListFreezeView, views => AnsiConsole.Write(Draw(views)));

    private static Command Begin()
    {
        var name = new Option<string?>("--name") { Description = "What it is called. Default: made up." };
        var models = new Option<string[]>("--model") { Description = "A model that it holds. May be given several times. Default: all." };
        var last = Options.Duration("--for", "How long it lasts, e.g. 8h. Default: until somebody lifts it.", "8h");
        var (by, why) = (Options.By(), Options.Why(isRequired: true));
        return Options.ForServer(new("begin", "Begins a freeze now.") { name, models, last, by, why }, (client, parsed, cancel) =>
        {
            var body = AdminClient.Body(parsed.GetValue(by), parsed.GetValue(why));
            if (parsed.GetValue(name) is { } given)
            {
                body["name"] = given;
            }

            if (parsed.GetValue(models) is { Length: > 0 } held)
            {
                body["models"] = new JsonArray([.. held.Select(m => (JsonNode)m)]);
            }

            if (parsed.GetValue(last) is { } duration)
            {
                body["until"] = (TimeProvider.System.GetUtcNow() + duration).ToString("O", CultureInfo.InvariantCulture);
            }

            return client.SayAsync("/api/v1/freezes", body, cancel);
        });
    }

    private static Command Lift()
    {
        var name = new Argument<string>("name") { Description = "The freeze's name." };
        var (by, why) = (Options.By(), Options.Why(isRequired: false));
        return Options.ForServer(new("lift", "Ends a freeze that somebody has begun.") { name, by, why }, (client, parsed, cancel) => client.SayAsync(
            $"/api/v1/freezes/{Uri.EscapeDataString(parsed.GetValue(name)!)}/lift", AdminClient.Body(parsed.GetValue(by), parsed.GetValue(why)), cancel));
    }

    private static Table Draw(IReadOnlyList<FreezeView> freezes)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("name", "of", "models", "when", "now", "why");
        foreach (var freeze in freezes)
        {
            table.AddRow(
                new Text(freeze.Name),
                new Text(freeze.Policy is null ? freeze.By ?? "" : $"policy {freeze.Policy}"),
                new Text(freeze.Models.Said()),
                new Text(freeze.When),
                new Text(!freeze.Stands ? "no" : freeze.Until is { } until ? $"frozen until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : "frozen"),
                new Text(freeze.Why ?? ""));
        }

        return table;
    }
}

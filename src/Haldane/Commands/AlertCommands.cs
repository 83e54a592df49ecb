using System.CommandLine;
using Haldane.Client;
using Haldane.Core;
using Haldane.Core.Ports;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane alerts list|clear</c></summary>
internal static class AlertCommands
{
    public static Command Create() => new("alerts", "Shows the alerts of other systems that hold rollouts or take them back, and ends one whose end nobody has told.") { List(), Clear() };

    private static Command List() => Options.Showing(
        new("list", "Lists the alerts that stand."),
        (client, _, cancel) => client.GetAsync("/api/v1/alerts", CoreJson.Default.IReadOnlyListAlertView, cancel),
        CoreJson.Default.IReadOnlyListAlertView,
        views => AnsiConsole.Write(Draw(views)));

    private static Command Clear()
    {
        var alert = new Argument<string>("alert") { Description = "Its id, as alerts list shows it." };
        var (by, why) = (Options.By(), Options.Why(isRequired: true));
        var command = new Command("clear", "Counts an alert as over, until its sender tells of it again.") { alert, by, why };
        return Options.ForServer(command, (client, parsed, cancel) =>
            client.SayAsync($"/api/v1/alerts/{Uri.EscapeDataString(parsed.GetValue(alert)!)}/clear", AdminClient.Body(parsed.GetValue(by), parsed.GetValue(why)), cancel));
    }

    private static Table Draw(IReadOnlyList<AlertView> alerts)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("alert", "id", "since (UTC)", "takes back", "holds", "says");
        foreach (var alert in alerts)
        {
            table.AddRow(
                new Text(alert.Name),
                new Text(alert.Id),
                new Text($"{alert.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss}"),
                new Text(string.Join(", ", alert.TakesBack)),
                new Text(string.Join(", ", alert.Holds)),
                new Text(alert.Summary ?? ""));
        }

        return table;
    }
}

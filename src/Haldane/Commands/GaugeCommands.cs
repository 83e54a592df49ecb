using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Haldane.Core;
using Haldane.Core.Ports;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane gauges list|push</c></summary>
internal static class GaugeCommands
{
    public static Command Create() => new("gauges", "Shows the gauges of versions, such as their utilisation, and pushes readings of them.") { List(), Push() };

    private static Command List() => Options.Showing(
        new("list", "Lists the last reading of each gauge of each version."),
        (client, _, cancel) => client.GetAsync("/api/v1/gauges", CoreJson.Default.IReadOnlyListGaugeView, cancel),
        CoreJson.Default.IReadOnlyListGaugeView,
        views => AnsiConsole.Write(Draw(views)));

    private static Command Push()
    {
        var model = new Argument<string>("model") { Description = "The model." };
        var version = new Argument<string>("version") { Description = "Its version." };
        var readings = new Argument<string[]>("readings") { Description = "What its gauges say now, e.g. gpu=0.71.", Arity = ArgumentArity.OneOrMore };
        readings.Validators.Add(r =>
        {
            foreach (var token in r.Tokens.Where(t => Split(t.Value) is null))
            {
                r.AddError($"{token.Value}: wanted is a gauge and a number, e.g. gpu=0.71");
            }
        });
        var command = new Command("push", "Pushes readings of a version's gauges, true now.") { model, version, readings };
        return Options.ForServer(command, async (client, parsed, cancel) =>
        {
            var body = new JsonArray([.. parsed.GetValue(readings)!.Select(r => Split(r)!.Value).Select(r => (JsonNode)new JsonObject { ["gauge"] = r.Gauge, ["version"] = parsed.GetValue(version), ["value"] = r.Value })]);
            var (isDone, message) = await client.PostAsync($"/api/v1/models/{Uri.EscapeDataString(parsed.GetValue(model)!)}/readings", body, cancel, answer =>
                System.Console.WriteLine((int?)answer["counted"] is > 0 and var counted ? $"{counted} counted" : $"taken; {parsed.GetValue(version)} takes part in no rollout now"));
            if (!isDone)
            {
                await System.Console.Error.WriteLineAsync(message);
            }

            return isDone ? ExitCode.Done : ExitCode.No;
        });
    }

    private static (string Gauge, double Value)? Split(string text) =>
        text.Split('=') is [{ Length: > 0 } gauge, var number] && double.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? (gauge, value) : null;

    private static Table Draw(IReadOnlyList<GaugeView> gauges)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("model", "version", "gauge", "says", "at (UTC)", "from");
        foreach (var gauge in gauges)
        {
            table.AddRow(
                new Text(gauge.Model),
                new Text(gauge.Version),
                new Text(gauge.Gauge),
                new Text(gauge.Value is { } value ? value.ToString("0.####", CultureInfo.InvariantCulture) : "nothing yet"),
                new Text(gauge.At is { } at ? $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss}" : ""),
                new Text(gauge.Trouble ?? gauge.Metric ?? (gauge.Process is null ? "pushed" : "process")));
        }

        return table;
    }
}

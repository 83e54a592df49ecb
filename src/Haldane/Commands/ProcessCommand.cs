using System.CommandLine;
using Haldane.Core;
using Haldane.Core.Ports;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane processes</c>: the processes of versions that a running Haldane keeps.</summary>
internal static class ProcessCommand
{
    public static Command Create() => Options.Showing(
        new("processes", "Lists the processes of versions that Haldane keeps, and where they stand."),
        (client, _, cancel) => client.GetAsync("/api/v1/processes", CoreJson.Default.IReadOnlyListComputeView, cancel),
        CoreJson.Default.IReadOnlyListComputeView,
        views => AnsiConsole.Write(Draw(views)));

    private static Table Draw(IReadOnlyList<ComputeView> processes)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("model", "version", "is", "since (UTC)", "starts", "last fault");
        foreach (var process in processes)
        {
            table.AddRow(
                new Text(process.Model),
                new Text(process.Version),
                new Text($"{process.Phase}".ToLowerInvariant()),
                new Text($"{process.Since.UtcDateTime:yyyy-MM-dd HH:mm:ss}"),
                new Text($"{process.Starts}"),
                new Text(process.Fault ?? ""));
        }

        return table;
    }
}

using System.CommandLine;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Series;
using Haldane.Judge.Series;
using Haldane.Screens;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane judge series FILE...</c></summary>
internal static class JudgeSeriesCommand
{
    public static Command Create()
    {
        var asked = new SeriesOptions();
        var command = new Command("series", "Compares metric series of a canary with those of its baseline: one verdict, one answer a metric.");
        asked.AddTo(command);
        command.SetAction((parsed, cancel) => JudgeAsync(asked, parsed, cancel));
        return command;
    }

    private static async Task<int> JudgeAsync(SeriesOptions asked, ParseResult parsed, CancellationToken cancel)
    {
        var into = new SeriesBuilder();
        try
        {
            var request = await asked.ReadAsync(parsed, into, TimeProvider.System.GetUtcNow(), cancel);
            if (request is null)
            {
                foreach (var mistake in into.Mistakes)
                {
                    await System.Console.Error.WriteLineAsync($"haldane: {mistake}");
                }

                return ExitCode.CannotRun;
            }

            var verdict = new SeriesJudge().Judge(request, cancel);
            if (asked.IsJson(parsed))
            {
                System.Console.WriteLine(JsonSerializer.Serialize(verdict, CoreJson.Default.SeriesVerdict));
            }
            else
            {
                AnsiConsole.Write(SeriesScreen.Of(verdict));
            }

            return Code(verdict.Verdict);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return ExitCode.CannotRun;
        }
    }

    // A pipeline that stops at anything but 0 promotes on proof only; one that looks can tell harm from doubt.
    private static int Code(VerdictKind kind) => kind switch
    {
        VerdictKind.Pass => ExitCode.Done,
        VerdictKind.Fail => ExitCode.No,
        _ => ExitCode.Unproven,
    };
}

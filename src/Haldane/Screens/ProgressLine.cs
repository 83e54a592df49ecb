using Spectre.Console;

namespace Haldane.Screens;

/// <summary>Shows how far something long has come, on the error stream: the answer itself stays alone on the other.</summary>
internal static class ProgressLine
{
    /// <summary>Computes while a bar moves; without a terminal nothing is shown.</summary>
    /// <param name="what">What is done, for people.</param>
    /// <param name="steps">How many steps there are.</param>
    /// <param name="compute">Calls what it is given after each step, from any thread.</param>
    public static T Run<T>(string what, int steps, Func<Action, T> compute)
    {
        if (System.Console.IsErrorRedirected)
        {
            return compute(static () => { });
        }

        var console = AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(System.Console.Error) });
        return console.Progress()
            .AutoClear(true)
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .Start(context =>
            {
                var task = context.AddTask(Markup.Escape(what), maxValue: steps);
                return compute(() => task.Increment(1));
            });
    }
}

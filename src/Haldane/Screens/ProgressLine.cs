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

        return Bar().Start(context =>
        {
            var task = context.AddTask(Markup.Escape(what), maxValue: steps);
            return compute(() => task.Increment(1));
        });
    }

    /// <summary>The same for work that waits.</summary>
    /// <param name="what">What is done, for people.</param>
    /// <param name="end">Where it ends.</param>
    /// <param name="work">Says now and then where it has come to.</param>
    public static Task<T> RunAsync<T>(string what, long end, Func<Action<long>, Task<T>> work) => System.Console.IsErrorRedirected
        ? work(static _ => { })
        : Bar().StartAsync(context =>
        {
            var task = context.AddTask(Markup.Escape(what), maxValue: end);
            return work(place => task.Value = place);
        });

    private static Progress Bar() => AnsiConsole.Create(new() { Out = new AnsiConsoleOutput(System.Console.Error) }).Progress()
        .AutoClear(true)
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn());
}

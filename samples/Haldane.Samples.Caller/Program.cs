using System.CommandLine;
using System.CommandLine.Parsing;
using Haldane.Samples.Shared;

namespace Haldane.Samples.Caller;

/// <summary>The command line of the caller; samples/README.md explains each switch.</summary>
internal static class Program
{
    // Longer runs than a day are not what this program is for, and a Timeout has to fit an int of milliseconds.
    private static readonly Func<ArgumentResult, double> Length = Numbers.Between(0, 86_400);

    private static Task<int> Main(string[] arguments)
    {
        var normal = new CallerOptions();
        var target = new Option<Uri>("--target")
        {
            Description = "Where to send infer calls.",
            CustomParser = ParseUri,
            DefaultValueFactory = _ => normal.Target,
        };
        var model = new Option<string>("--model") { Description = "The model to call.", DefaultValueFactory = _ => normal.Model };
        var feedback = new Option<Uri?>("--feedback")
        {
            Description = "Where to post outcomes; none are posted without it.",
            CustomParser = ParseUri,
        };
        var rate = new Option<double>("--rate")
        {
            Description = "Calls a second, on average.",
            CustomParser = Numbers.Between(0.001, 100_000),
            DefaultValueFactory = _ => normal.Rate,
        };
        var rampUp = new Option<double?>("--ramp-up")
        {
            Description = "Seconds in which the rate grows evenly from nothing.",
            CustomParser = result => Length(result),
        };
        var seed = new Option<int>("--seed") { Description = "Makes the payments repeatable.", DefaultValueFactory = _ => normal.Seed };
        var subjects = new Option<int>("--subjects")
        {
            Description = "How many cards there are.",
            CustomParser = result => (int)Numbers.Between(1, 1_000_000_000)(result),
            DefaultValueFactory = _ => normal.Subjects,
        };
        var delay = new Option<LabelDelay>("--label-delay")
        {
            Description = "Seconds until an outcome is known, from the shortest to the longest.",
            CustomParser = result =>
            {
                if (!LabelDelay.TryParse(result.Tokens[0].Value, out var read))
                {
                    result.AddError("--label-delay must be two numbers of seconds, such as 10..14, from 0 to 3600");
                }

                return read;
            },
            DefaultValueFactory = _ => normal.LabelDelay,
        };
        var duration = new Option<double?>("--duration")
        {
            Description = "Seconds until the end; endless without it.",
            CustomParser = result => Length(result),
        };
        var silent = new Option<double?>("--silent-after")
        {
            Description = "Seconds after which no more calls are made.",
            CustomParser = result => Length(result),
        };
        var withInput = new Option<bool>("--exit-with-stdin") { Description = "End when standard input closes." };
        var verbose = new Option<bool>("--verbose") { Description = "One line a second on standard error." };
        var command = new RootCommand("Open-loop traffic of card payments, with their outcomes some seconds later.")
        {
            target, model, feedback, rate, rampUp, seed, subjects, delay, duration, silent, withInput, verbose,
        };
        command.SetAction(parsed => RunAsync(
            new()
            {
                Target = parsed.GetRequiredValue(target),
                Model = parsed.GetRequiredValue(model),
                Feedback = parsed.GetValue(feedback),
                Rate = parsed.GetValue(rate),
                RampUp = Seconds(parsed.GetValue(rampUp)),
                Seed = parsed.GetValue(seed),
                Subjects = parsed.GetValue(subjects),
                LabelDelay = parsed.GetValue(delay),
                Duration = Seconds(parsed.GetValue(duration)),
                SilentAfter = Seconds(parsed.GetValue(silent)),
                Verbose = parsed.GetValue(verbose),
            },
            parsed.GetValue(withInput)));

        // We watch for signals ourselves; see Ending.
        return command.Parse(arguments).InvokeAsync(new() { ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(CallerOptions options, bool exitWithStandardInput)
    {
        using var ending = Ending.Watch(exitWithStandardInput);
        var report = await new Traffic(options, TimeProvider.System).RunAsync(ending.Token);
        await Console.Out.WriteLineAsync(report);
        return 0;
    }

    private static TimeSpan? Seconds(double? value) => value is { } seconds ? TimeSpan.FromSeconds(seconds) : null;

    private static Uri ParseUri(ArgumentResult result)
    {
        if (!Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var uri) || uri.Scheme != Uri.UriSchemeHttp)
        {
            result.AddError($"'{result.Tokens[0].Value}' is not an address like http://127.0.0.1:8080");
        }

        return uri!;
    }
}

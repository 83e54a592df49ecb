using System.CommandLine;
using Haldane.Samples.Payments;
using Haldane.Samples.Shared;

namespace Haldane.Samples.ModelServer;

/// <summary>The command line of the model server; samples/README.md explains each switch.</summary>
internal static class Program
{
    private const int WarmUpCalls = 2_000;

    private static Task<int> Main(string[] arguments)
    {
        var port = new Option<int>("--port")
        {
            Description = "Loopback port to listen on; 0 takes a free one.",
            CustomParser = result => (int)Numbers.Between(0, 65_535)(result),
        };
        var model = new Option<ModelKind>("--model") { Description = "Which model to train and serve." };
        var name = new Option<string>("--name") { Description = "Name of the model.", DefaultValueFactory = _ => "fraud" };
        var version = new Option<string>("--version") { Description = "Version of the model.", DefaultValueFactory = _ => "v1" };
        var seed = new Option<int>("--seed") { Description = "Makes a run repeatable.", DefaultValueFactory = _ => 1 };
        var median = new Option<double>("--median")
        {
            Description = "Median service time, in ms.",
            CustomParser = Numbers.Between(0, 60_000),
            DefaultValueFactory = _ => 20.0,
        };
        var sigma = new Option<double>("--sigma")
        {
            Description = "Sigma of the lognormal service time.",
            CustomParser = Numbers.Between(0, 3),
            DefaultValueFactory = _ => 0.25,
        };
        var faults = new Option<Fault[]>("--fault")
        {
            Description = "errors:SHARE, slow-tail:FACTOR, misread-amount, wrong:SHARE or wrong-in:COUNTRY; may be repeated.",
            CustomParser = result => [.. result.Tokens.Select(token => ParseFault(token.Value, result.AddError))],
            DefaultValueFactory = _ => [],
        };
        var withInput = new Option<bool>("--exit-with-stdin") { Description = "End when standard input closes." };
        var command = new RootCommand("A fraud model behind the Open Inference Protocol v2, with faults that can be switched on.");
        for (var i = command.Options.Count - 1; i >= 0; i--)
        {
            if (command.Options[i] is VersionOption)
            {
                command.Options.RemoveAt(i); // --version is the model's here
            }
        }

        foreach (var option in (Option[])[port, model, name, version, seed, median, sigma, faults, withInput])
        {
            command.Options.Add(option);
        }

        command.SetAction(parsed => RunAsync(
            new()
            {
                Port = parsed.GetValue(port),
                Model = parsed.GetValue(model),
                Name = parsed.GetRequiredValue(name),
                Version = parsed.GetRequiredValue(version),
                Seed = parsed.GetValue(seed),
                ServiceTime = new(TimeSpan.FromMilliseconds(parsed.GetValue(median)), parsed.GetValue(sigma)),
                Faults = parsed.GetRequiredValue(faults),
            },
            parsed.GetValue(withInput)));

        // We watch for signals ourselves; see Ending.
        return command.Parse(arguments).InvokeAsync(new() { ProcessTerminationTimeout = null });
    }

    private static async Task<int> RunAsync(ModelServerOptions options, bool exitWithStandardInput)
    {
        using var ending = Ending.Watch(exitWithStandardInput);
        try
        {
            await using var server = await FraudServer.StartAsync(options, TimeProvider.System);
            await server.WarmUpAsync(WarmUpCalls);
            await Console.Out.WriteLineAsync($"ready {server.Address.GetLeftPart(UriPartial.Authority)}");
            await Task.Delay(Timeout.InfiniteTimeSpan, ending.Token).ContinueWith(_ => { }, TaskScheduler.Default);
            return 0;
        }
        catch (Exception error) when (error is InvalidOperationException or IOException) // a fault that cannot be; a port that is taken
        {
            await Console.Error.WriteLineAsync(error.Message);
            return 1;
        }
    }

    private static Fault ParseFault(string text, Action<string> addError)
    {
        if (!Fault.TryParse(text, out var fault, out var mistake))
        {
            addError(mistake);
        }

        return fault;
    }
}

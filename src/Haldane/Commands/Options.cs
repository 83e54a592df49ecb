using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Haldane.Client;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Commands;

/// <summary>What several commands have in common.</summary>
internal static class Options
{
    public static Option<bool> Json() => new("--json") { Description = "JSON instead of a picture." };

    /// <summary>Who says so. With a token of one's own the server knows.</summary>
    public static Option<string?> By() => new("--by")
    {
        Description = "Who says so; stands in the ledger. Default: whose token it is, else your name on this machine.",
    };

    /// <summary>Why.</summary>
    public static Option<string?> Why(bool isRequired) => new("--why") { Description = "Why; stands in the ledger.", Required = isRequired };

    /// <summary>A duration as specifications write them, above nothing; null when it is left out.</summary>
    /// <param name="name">The option.</param>
    /// <param name="description">For people.</param>
    /// <param name="example">E.g. <c>8h</c>, with a limit where there is one.</param>
    /// <param name="longest">The limit; null for none.</param>
    public static Option<TimeSpan?> Duration(string name, string description, string example, TimeSpan? longest = null) => new(name)
    {
        Description = description,
        CustomParser = given =>
        {
            var text = given.Tokens.Count == 1 ? given.Tokens[0].Value : "";
            if (Durations.TryRead(text, out var duration) && duration > TimeSpan.Zero && !(duration > longest))
            {
                return duration;
            }

            given.AddError($"{name} {text}: wanted is a duration such as {example}");
            return null;
        },
    };

    /// <summary>A whole number within limits.</summary>
    public static Option<int> Whole(string name, string description, int least, int most, int usual)
    {
        var option = new Option<int>(name) { Description = $"{description}, {least} to {most}.", DefaultValueFactory = _ => usual };
        option.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() < least || r.GetValueOrDefault<int>() > most)
            {
                r.AddError($"{name}: wanted is {least} to {most}");
            }
        });
        return option;
    }

    /// <summary>Does what may read a store's file and may take long; a store that cannot be read, and being stopped, become one line and exit code 2.</summary>
    /// <param name="what">What is stopped, for people.</param>
    /// <param name="act">The work.</param>
    /// <param name="cancel">Ends the work.</param>
    public static async Task<int> OfflineAsync(string what, Func<Task<int>> act, CancellationToken cancel)
    {
        try
        {
            return await act();
        }
        catch (StoreUnavailableException e)
        {
            await System.Console.Error.WriteLineAsync($"haldane: {e.Message}");
            return ExitCode.CannotRun;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            await System.Console.Error.WriteLineAsync($"haldane: the {what} was stopped");
            return ExitCode.CannotRun;
        }
    }

    /// <summary>A command that shows what a server has: drawn for people, or as JSON.</summary>
    /// <param name="command">The command.</param>
    /// <param name="get">Asks the server.</param>
    /// <param name="type">How it is written as JSON.</param>
    /// <param name="draw">Draws it.</param>
    public static Command Showing<T>(Command command, Func<AdminClient, ParseResult, CancellationToken, Task<T>> get, JsonTypeInfo<T> type, Action<T> draw)
    {
        var json = Json();
        command.Add(json);
        return ForServer(command, async (client, parsed, cancel) =>
        {
            var shown = await get(client, parsed, cancel);
            if (parsed.GetValue(json))
            {
                System.Console.WriteLine(JsonSerializer.Serialize(shown, type));
            }
            else
            {
                draw(shown);
            }

            return ExitCode.Done;
        });
    }

    /// <summary>Gives a command its <c>--admin</c> option and a client; a server that does not answer becomes one line and exit code 2.</summary>
    public static Command ForServer(Command command, Func<AdminClient, ParseResult, CancellationToken, Task<int>> act)
    {
        var admin = new Option<string>("--admin") { Description = "Address of the admin port.", DefaultValueFactory = _ => "http://127.0.0.1:8081" };
        command.Add(admin);
        command.SetAction(async (parsed, cancel) =>
        {
            try
            {
                using var client = new AdminClient(parsed.GetValue(admin)!);
                return await act(client, parsed, cancel);
            }
            catch (AdminClientException e)
            {
                await System.Console.Error.WriteLineAsync($"haldane: {e.Message}");
                return ExitCode.CannotRun;
            }
            catch (Exception e) when (e is IOException or HttpRequestException or JsonException)
            {
                await System.Console.Error.WriteLineAsync($"haldane: the server broke off: {e.Message}");
                return ExitCode.CannotRun;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return ExitCode.CannotRun;
            }
        });
        return command;
    }
}

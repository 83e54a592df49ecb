using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Haldane.Client;
using Haldane.Control.Access;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Store.Sqlite;
using Spectre.Console;

namespace Haldane.Commands;

/// <summary><c>haldane tokens list|make|revoke</c>, of a running Haldane or, for the first one, of a store's file.</summary>
internal static class TokenCommands
{
    public static Command Create() => new("tokens", "Makes, lists and revokes the tokens by which people and programs are known.") { List(), Make(), Revoke() };

    private static Command List()
    {
        var (store, json) = (StoreOption(), Options.Json());
        return Options.ForServer(new("list", "Lists the tokens: never their secrets.") { store, json }, (client, parsed, cancel) => WithAsync(
            makes: false,
            parsed.GetValue(store),
            desk => Task.FromResult(Write(desk.Tokens, parsed.GetValue(json))),
            async () => Write(await client.TokensAsync(cancel), parsed.GetValue(json)),
            cancel));
    }

    private static Command Make()
    {
        var name = new Argument<string>("name") { Description = "Whose it is: stands in the ledger for all that is done with it." };
        var role = new Option<Role>("--role") { Description = "What it is for: reporter sends feedback, viewer sees, operator moves rollouts, approver agrees too, admin makes tokens too.", Required = true };
        var models = new Option<string[]>("--model") { Description = "A model that it is for. May be given several times. Default: all." };
        var groups = new Option<string[]>("--group") { Description = "A group that its owner belongs to. May be given several times." };
        var expires = Options.Duration("--expires", "After how long it ends, e.g. 90d. Default: never.", "90d");
        var store = StoreOption();
        var (by, why) = (Options.By(), Options.Why(isRequired: false));
        return Options.ForServer(new("make", "Makes a token and prints it, this once.") { name, role, models, groups, expires, store, by, why }, (client, parsed, cancel) =>
        {
            var end = TimeProvider.System.GetUtcNow() + parsed.GetValue(expires);
            var order = new TokenOrder(
                parsed.GetValue(name)!, parsed.GetValue(role), [.. parsed.GetValue(models) ?? []], [.. parsed.GetValue(groups) ?? []], end, parsed.GetValue(why));
            return WithAsync(
                makes: true,
                parsed.GetValue(store),
                async desk =>
                {
                    var (secret, outcome) = await desk.MakeAsync(order, Me(parsed.GetValue(by)), cancel);
                    return Tell(secret, outcome.Message);
                },
                async () =>
                {
                    string? secret = null;
                    var (_, message) = await client.PostAsync("/api/v1/tokens", Body(order, parsed.GetValue(by)), cancel, answer => secret = (string?)answer["token"]);
                    return Tell(secret, message);
                },
                cancel);
        });
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "The token's id, as list shows it: what stands between hdn_ and the next underscore." };
        var store = StoreOption();
        var (by, why) = (Options.By(), Options.Why(isRequired: false));
        return Options.ForServer(new("revoke", "Ends a token, and the sessions that it has opened.") { id, store, by, why }, (client, parsed, cancel) => WithAsync(
            makes: false,
            parsed.GetValue(store),
            async desk =>
            {
                var outcome = await desk.RevokeAsync(parsed.GetValue(id)!, Me(parsed.GetValue(by)), parsed.GetValue(why), cancel);
                (outcome.Kind == CommandOutcomeKind.Done ? System.Console.Out : System.Console.Error).WriteLine(outcome.Message);
                return outcome.Kind == CommandOutcomeKind.Done ? ExitCode.Done : ExitCode.No;
            },
            () => client.SayAsync($"/api/v1/tokens/{Uri.EscapeDataString(parsed.GetValue(id)!)}/revoke", AdminClient.Body(parsed.GetValue(by), parsed.GetValue(why)), cancel),
            cancel));
    }

    private static Option<string> StoreOption() => new("--store") { Description = "Work on this store's file, while no Haldane runs on it: how the first token is made." };

    private static Person Me(string? by) => Person.Anyone with { Name = by ?? Environment.UserName };

    private static JsonObject Body(TokenOrder order, string? by)
    {
        var body = AdminClient.Body(by, order.Why);
        body["name"] = order.Name;
        body["role"] = order.Role.ToString();
        body["models"] = new JsonArray([.. order.Models.Select(m => (JsonNode)m)]);
        body["groups"] = new JsonArray([.. order.Groups.Select(g => (JsonNode)g)]);
        if (order.Expires is { } end)
        {
            body["expires"] = end.ToString("O", CultureInfo.InvariantCulture);
        }

        return body;
    }

    // The secret alone on standard output, so that a script can take it.
    private static int Tell(string? secret, string message)
    {
        System.Console.Error.WriteLine(secret is null ? message : $"{message}; this is shown once and kept nowhere:");
        if (secret is not null)
        {
            System.Console.WriteLine(secret);
        }

        return secret is null ? ExitCode.No : ExitCode.Done;
    }

    private static async Task<int> WithAsync(bool makes, string? store, Func<TokenDesk, Task<int>> file, Func<Task<int>> server, CancellationToken cancel)
    {
        if (store is null)
        {
            return await server();
        }

        if (!File.Exists(store) && !makes)
        {
            await System.Console.Error.WriteLineAsync($"haldane: there is no store {Path.GetFullPath(store)}");
            return ExitCode.CannotRun;
        }

        if (!File.Exists(store))
        {
            await System.Console.Error.WriteLineAsync($"the store {Path.GetFullPath(store)} is new");
        }

        try
        {
            await using var opened = await SqliteStore.OpenAsync(store, cancel);
            using var desk = await TokenDesk.RecoverAsync(null, opened, TimeProvider.System, cancel);
            return await file(desk);
        }
        catch (StoreUnavailableException e)
        {
            await System.Console.Error.WriteLineAsync($"haldane: {e.Message}");
            return ExitCode.CannotRun;
        }
    }

    private static int Write(IReadOnlyList<TokenView> tokens, bool json)
    {
        if (json)
        {
            System.Console.WriteLine(JsonSerializer.Serialize(tokens, CoreJson.Default.IReadOnlyListTokenView));
            return ExitCode.Done;
        }

        var table = new Table().Border(TableBorder.Rounded).AddColumns("id", "whose", "role", "models", "groups", "made (UTC)", "by", "ends (UTC)");
        foreach (var token in tokens)
        {
            table.AddRow(
                new Text(token.Id),
                new Text(token.Name),
                new Text(token.Role.ToString().ToLowerInvariant()),
                new Text(token.Models.Said()),
                new Text(string.Join(", ", token.Groups)),
                new Text(token.MadeAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)),
                new Text(token.MadeBy),
                new Text(token.Expires is not { } end ? "never" : token.HasExpired ? "has ended" : end.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)));
        }

        AnsiConsole.Write(table);
        return ExitCode.Done;
    }
}

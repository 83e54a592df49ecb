using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Tokens: which there are, make one, revoke one.</summary>
internal static class TokenApi
{
    private const int Most = 1_000;

    public static void Map(IEndpointRouteBuilder routes, ITokenDesk desk)
    {
        routes.MapGet("/api/v1/tokens", () => Results.Json(desk.Tokens, CoreJson.Default.IReadOnlyListTokenView)).Needs(Permissions.Administer, allModels: true)
            .Tells<IReadOnlyList<TokenView>>("The access tokens, without their secrets.");
        routes.MapPost("/api/v1/tokens", (HttpContext context, CancellationToken cancel) => Asked.AnswerAsync(
            context, ApiJson.Default.TokenRequest, needsWhy: false, (asked, by, why) => MakeAsync(desk, asked, by, why, cancel), cancel, mayRemember: false)).Needs(Permissions.Administer, allModels: true)
            .Takes<TokenRequest>().Tells<MadeTokenView>("Makes a token; its secret cannot be had again.");
        routes.MapPost("/api/v1/tokens/{id}/revoke", (string id, HttpContext context, CancellationToken cancel) => Asked.AnswerAsync(
            context, ApiJson.Default.CommandRequest, needsWhy: false, (_, by, why) => desk.RevokeAsync(id, by, why, cancel), cancel)).Needs(Permissions.Administer, allModels: true)
            .Takes<CommandRequest>().Tells<CommandView>("Revokes a token.");
    }

    private static async Task<IResult> MakeAsync(ITokenDesk desk, TokenRequest asked, Person by, string? why, CancellationToken cancel)
    {
        if (Mistake(asked) is { } mistake)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, mistake);
        }

        var (secret, outcome) = await desk.MakeAsync(OrderOf(asked, why), by, cancel);
        return secret is null ? Asked.Refused(outcome) : Results.Json(new(outcome.Message, secret), ApiJson.Default.MadeTokenView, statusCode: StatusCodes.Status201Created);
    }

    /// <summary>What is made of a request without mistakes.</summary>
    internal static TokenOrder OrderOf(TokenRequest asked, string? why) =>
        new(asked.Name!, Enum.Parse<Role>(asked.Role!, ignoreCase: true), [.. asked.Models ?? []], [.. asked.Groups ?? []], asked.Expires, why);

    /// <summary>What is wrong with a request; null when nothing is.</summary>
    internal static string? Mistake(TokenRequest asked)
    {
        List<string> mistakes = [];
        if (AccessNames.WhyNot(asked.Name) is { } unfit)
        {
            mistakes.Add($"name: {unfit}");
        }
        else if (AccessNames.IsOurs(asked.Name!))
        {
            mistakes.Add($"name: {asked.Name} stands for haldane itself in the ledger");
        }

        if (!Enum.GetNames<Role>().Contains(asked.Role, StringComparer.OrdinalIgnoreCase))
        {
            mistakes.Add($"role: wanted is one of {string.Join(", ", Enum.GetNames<Role>().Select(r => r.ToLowerInvariant()))}");
        }

        foreach (var (field, values) in new[] { ("models", asked.Models ?? []), ("groups", asked.Groups ?? []) })
        {
            if (values.Length > Most || values.Any(v => AccessNames.WhyNot(v) is not null))
            {
                mistakes.Add($"{field}: wanted are at most {Most} names");
            }
        }

        return mistakes.Count == 0 ? null : string.Join("; ", mistakes);
    }
}

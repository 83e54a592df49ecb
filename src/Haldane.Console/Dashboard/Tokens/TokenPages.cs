using System.Globalization;
using Haldane.Console.Access;
using Haldane.Console.Api;
using Haldane.Console.Dashboard.Live;
using Haldane.Console.Dashboard.Shell;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Dashboard.Tokens;

/// <summary>Who may come in: which tokens there are, make one, revoke one.</summary>
internal sealed class TokenPages(PageDesk desk, ITokenDesk tokens, TimeProvider time)
{
    private const int MostDays = 3_650;

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Place.Tokens.Path, (HttpContext context, CancellationToken _) => desk.ShowAsync<TokensPage>(context, (nameof(TokensPage.Tokens), tokens.Tokens.ToValueList()))).Needs(Place.Tokens).IsPage();
        routes.MapPost(Place.Tokens.Path, (HttpContext context, CancellationToken cancel) =>
            Forms.AnswerAsync(context, needsWhy: false, (form, why) => MakeAsync(form, why, context.Person(), cancel), cancel)).Needs(Place.Tokens);
        routes.MapPost("/tokens/{id}/revoke", (string id, HttpContext context, CancellationToken cancel) => Forms.AnswerAsync(
            context, needsWhy: false, async (_, why) => await desk.DoneAsync(await tokens.RevokeAsync(id, context.Person(), why, cancel), Table()), cancel)).Needs(Place.Tokens);
    }

    private async Task<IResult> MakeAsync(IFormCollection form, string? why, Person by, CancellationToken cancel)
    {
        DateTimeOffset? expires = null;
        if (form["days"].ToString().Trim() is { Length: > 0 } days)
        {
            if (!int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > MostDays)
            {
                return Problems.Of(StatusCodes.Status400BadRequest, $"days: wanted is a number from 1 to {MostDays:N0}, or nothing for a token that does not end");
            }

            expires = time.GetUtcNow().AddDays(count);
        }

        var asked = new TokenRequest(form["name"].ToString().Trim(), form["role"], Names(form["models"]), Names(form["groups"]), expires, null, why);
        if (TokenApi.Mistake(asked) is { } mistake)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, mistake);
        }

        var (secret, outcome) = await tokens.MakeAsync(TokenApi.OrderOf(asked, why), by, cancel);
        return await desk.DoneAsync(outcome, secret is null ? [] : [Part.Of<MadeToken, MadeTokenModel>("made", new(asked.Name!, secret)), Table()]);
    }

    private Part Table() => Part.Of<TokenTable, ValueList<TokenView>>("tokens", tokens.Tokens.ToValueList());

    private static string[] Names(string? line) => (line ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
}

/// <summary>A token that was made.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Secret">What it is known by: shown this once.</param>
public sealed record MadeTokenModel(string Name, string Secret);

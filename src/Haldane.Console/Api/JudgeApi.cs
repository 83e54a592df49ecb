using System.Text.Json;
using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Series;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Judges series for other tools: the verdict as JSON, or as a status for tools that read only that.</summary>
internal static class JudgeApi
{
    public static void Map(IEndpointRouteBuilder routes, JudgeDesk desk)
    {
        routes.MapPost("/api/v1/judge", (HttpRequest request, CancellationToken cancel) => AnswerAsync(
            request, desk, (root, into) => SeriesJsonReader.Read(root, "", into), static (_, _) => StatusCodes.Status200OK, cancel)).Needs(Permissions.Send)
            .TakesJson().Tells<SeriesVerdict>("Judges series of a baseline and a canary, or queries for them.");
        routes.MapPost("/api/v1/judge/flagger", (HttpRequest request, CancellationToken cancel) => AnswerAsync(
            request, desk, FlaggerHook.Read, static (root, verdict) => FlaggerHook.MayGoOn(root, verdict.Verdict) ? StatusCodes.Status200OK : StatusCodes.Status409Conflict, cancel)).Needs(Permissions.Send)
            .TakesJson().Tells<SeriesVerdict>("The same as a webhook of Flagger: 200 to go on, 409 not to.");
    }

    private static async Task<IResult> AnswerAsync(
        HttpRequest request,
        JudgeDesk desk,
        Func<JsonElement, SeriesBuilder, SeriesJsonReader.Asked> read,
        Func<JsonElement, SeriesVerdict, int> status,
        CancellationToken cancel)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancel);
            var into = new SeriesBuilder();
            var asked = read(body.RootElement, into);
            var person = request.HttpContext.Person();
            if (asked.Queries.Count > 0 && (!person.May(Permissions.Read) || !person.CoversEverything))
            {
                return Problems.Of(StatusCodes.Status403Forbidden, $"{person.Name} may send points, but not ask for metrics: that shows everything they hold, and takes a token that may see all models");
            }

            var outcome = await desk.JudgeAsync(asked, into, cancel);
            if (outcome.Waiting is { } waiting)
            {
                request.HttpContext.Response.Headers.RetryAfter = "5";
                return Problems.Of(StatusCodes.Status503ServiceUnavailable, waiting);
            }

            return outcome.Verdict is { } verdict
                ? Results.Json(verdict, CoreJson.Default.SeriesVerdict, statusCode: status(body.RootElement, verdict))
                : Problems.Of(StatusCodes.Status400BadRequest, string.Join("; ", outcome.Mistakes));
        }
        catch (JsonException e)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"the body is not JSON: {e.Message}");
        }
    }
}

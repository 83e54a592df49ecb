using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Feedback;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Takes what came to be known about exchanges, one item or many.</summary>
internal static class FeedbackApi
{
    private static readonly JsonItems<FeedbackItem> Items = new(Wanted);

    public static void Map(IEndpointRouteBuilder routes, IControlRoom room) =>
        routes.MapPost("/api/v1/feedback", (HttpContext context, CancellationToken cancel) => Items.AnswerAsync(
            context.Request, items => TakeAsync(context.Request, room, context.Person(), items, cancel), cancel)).Needs(Permissions.Send)
            .TakesJson().Tells<FeedbackReceipt>("Takes what came to be known about exchanges: an item, or an array of them.");

    private static async Task<IResult> TakeAsync(HttpRequest request, IControlRoom room, Person person, List<FeedbackItem> items, CancellationToken cancel)
    {
        try
        {
            var receipt = await room.FeedbackAsync(items, person, cancel);
            return Results.Json(receipt, CoreJson.Default.FeedbackReceipt, statusCode: receipt.Refused.Count == items.Count && items.Count > 0
                ? StatusCodes.Status422UnprocessableEntity
                : StatusCodes.Status200OK);
        }
        catch (FeedbackBusyException e)
        {
            request.HttpContext.Response.Headers.RetryAfter = "2";
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }

    private static string Wanted(string place) => place.Split('.', '[') switch
    {
        [_, "values", ..] => "wanted is an object of named numbers",
        [_, "events", ..] => "wanted is an array of names",
        [_, "at", ..] => "wanted is a time such as 2026-03-04T12:00:00Z",
        _ => "wanted is a text in valid Unicode",
    };
}

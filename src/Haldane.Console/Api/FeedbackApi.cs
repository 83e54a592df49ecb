using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
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
    private const int MostItems = 10_000;
    private const int MostMistakes = 20;
    private const int LongestPlace = 100;

    private static readonly JsonTypeInfo<FeedbackItem> Item = (JsonTypeInfo<FeedbackItem>)new JsonSerializerOptions(CoreJson.Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    }.GetTypeInfo(typeof(FeedbackItem));

    private static readonly string[] Fields = [.. Item.Properties.Select(p => p.Name)];

    public static void Map(IEndpointRouteBuilder routes, IControlRoom room) =>
        routes.MapPost("/api/v1/feedback", (HttpContext context, CancellationToken cancel) => TakeAsync(context.Request, room, context.Person(), cancel)).Needs(Permissions.Send)
            .TakesJson().Tells<FeedbackReceipt>("Takes what came to be known about exchanges: an item, or an array of them.");

    private static async Task<IResult> TakeAsync(HttpRequest request, IControlRoom room, Person person, CancellationToken cancel)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancel);
            var (items, mistakes) = Read(body.RootElement);
            if (mistakes.Count > 0)
            {
                // All or nothing: a batch with a mistake is mended and sent again as a whole.
                return Problems.Of(StatusCodes.Status400BadRequest, string.Join("; ", mistakes));
            }

            var receipt = await room.FeedbackAsync(items, person, cancel);
            return Results.Json(receipt, CoreJson.Default.FeedbackReceipt, statusCode: receipt.Refused.Count == items.Count && items.Count > 0
                ? StatusCodes.Status422UnprocessableEntity
                : StatusCodes.Status200OK);
        }
        catch (JsonException e)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"the body is not JSON: {e.Message}");
        }
        catch (FeedbackBusyException e)
        {
            request.HttpContext.Response.Headers.RetryAfter = "2";
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
        catch (StoreUnavailableException e)
        {
            request.HttpContext.Response.Headers.RetryAfter = "2";
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }

    private static (List<FeedbackItem> Items, List<string> Mistakes) Read(JsonElement root)
    {
        var items = new List<FeedbackItem>();
        var mistakes = new List<string>();
        var elements = root.ValueKind == JsonValueKind.Array ? root.EnumerateArray().ToArray() : [root];
        if (elements.Length > MostItems)
        {
            mistakes.Add($"{elements.Length} items in one batch; at most {MostItems}");
            return (items, mistakes);
        }

        for (var i = 0; i < elements.Length && mistakes.Count < MostMistakes; i++)
        {
            var (item, mistake) = ReadItem(elements[i]);
            if (mistake is not null)
            {
                mistakes.Add($"items[{i}]{mistake}");
            }
            else
            {
                items.Add(item!);
            }
        }

        return (items, mistakes);
    }

    private static (FeedbackItem? Item, string? Mistake) ReadItem(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return (null, $": is {element.ValueKind}; an object is wanted");
        }

        try
        {
            var unknown = element.EnumerateObject().Select(p => p.Name).FirstOrDefault(name => !Fields.Contains(name, StringComparer.OrdinalIgnoreCase));
            return unknown is null
                ? (element.Deserialize(Item), null)
                : (null, $": {Clip(unknown)} is no field; the fields are {string.Join(", ", Fields)}");
        }
        catch (JsonException e)
        {
            var place = e.Path?.TrimStart('$') ?? "";
            return (null, $"{Clip(place)}: {Wanted(place)}");
        }
        catch (InvalidOperationException) // text that is no Unicode shows itself only when it is read
        {
            return (null, ": holds a text that is not valid Unicode");
        }
    }

    private static string Wanted(string place) => place.Split('.', '[') switch
    {
        [_, "values", ..] => "wanted is an object of named numbers",
        [_, "events", ..] => "wanted is an array of names",
        [_, "at", ..] => "wanted is a time such as 2026-03-04T12:00:00Z",
        _ => "wanted is a text in valid Unicode",
    };

    private static string Clip(string text) => text.Length <= LongestPlace ? text : $"{text.AsSpan(0, LongestPlace)}…";
}

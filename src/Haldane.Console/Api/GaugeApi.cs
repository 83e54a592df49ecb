using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Gauges of versions: what they say now, and readings that are pushed.</summary>
internal static class GaugeApi
{
    private static readonly JsonItems<GaugeReading> Items = new(Wanted);

    public static void Map(IEndpointRouteBuilder routes, IGaugeDesk desk)
    {
        routes.MapList("/api/v1/gauges", () => desk.All, g => g.Model, CoreJson.Default.IReadOnlyListGaugeView, "The last reading of each gauge of each version.");
        routes.MapPost("/api/v1/models/{name}/readings", (string name, HttpContext context, CancellationToken cancel) => Items.AnswerAsync(
            context.Request, readings => Task.FromResult(Take(desk, name, context.Person(), readings)), cancel)).Needs(Permissions.Send)
            .TakesJson().Tells<GaugeReceipt>("Takes readings of gauges that are true now: one, or an array of them.");
    }

    private static IResult Take(IGaugeDesk desk, string model, Person person, List<GaugeReading> readings)
    {
        // Whoever has nothing to do with a model does not learn that it is there.
        var receipt = person.Covers(model) ? desk.Push(model, readings) : new(0, 0, [$"there is no model {model}"]) { IsUnknown = true };
        return receipt.Mistakes.Count == 0
            ? Results.Json(receipt, CoreJson.Default.GaugeReceipt)
            : Problems.Of(receipt.IsUnknown ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity, string.Join("; ", receipt.Mistakes));
    }

    private static string Wanted(string place) => place switch
    {
        ".value" => "wanted is a number",
        _ => "wanted is { \"gauge\": \"gpu\", \"version\": \"v2\", \"value\": 0.71 }",
    };
}

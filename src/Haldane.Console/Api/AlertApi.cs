using System.Text.Json;
using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Alerts of other systems: take news of them, show which stand, end one whose end nobody has told.</summary>
internal static class AlertApi
{
    private const int MostMistakes = 20;

    public static void Map(IEndpointRouteBuilder routes, IControlRoom room)
    {
        routes.MapGet("/api/v1/alerts", (HttpContext context) => Results.Json(room.Alerts(context.Person()), CoreJson.Default.IReadOnlyListAlertView)).Needs(Permissions.Read)
            .Tells<IReadOnlyList<AlertView>>("The alerts that stand, and the rollouts that they hold or take back.");
        routes.MapPost("/api/v1/alerts", (HttpContext context, CancellationToken cancel) => TakeAsync(context.Request, room, context.Person(), cancel)).Needs(Permissions.Send)
            .TakesJson().Tells<AlertReceipt>("Takes what Alertmanager posts to a webhook, version 4 of its format.");
        routes.MapPost("/api/v1/alerts/{name}/clear", (string name, HttpContext context, CancellationToken cancel) => Asked.AnswerAsync(
            context, ApiJson.Default.CommandRequest, needsWhy: true, (_, by, why) => room.ClearAsync(name, by, why!, cancel), cancel)).Needs(Permissions.Operate)
            .Takes<CommandRequest>().Tells<CommandView>("Ends an alert, by its id, whose end nobody has told.");
    }

    private static async Task<IResult> TakeAsync(HttpRequest request, IControlRoom room, Person person, CancellationToken cancel)
    {
        try
        {
            using var body = await JsonDocument.ParseAsync(request.Body, cancellationToken: cancel);
            var (news, unfit, mistake) = AlertmanagerBody.Read(body.RootElement);
            if (mistake is not null || (news.Count == 0 && unfit.Count > 0))
            {
                return Problems.Of(StatusCodes.Status400BadRequest, mistake ?? string.Join("; ", unfit.Take(MostMistakes)));
            }

            var receipt = await room.AlertAsync(news, person, cancel);
            return Results.Json(receipt with { Unfit = unfit.Count }, CoreJson.Default.AlertReceipt);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException) // InvalidOperationException: a text that is no Unicode
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"the body is not JSON: {e.Message}");
        }
    }
}

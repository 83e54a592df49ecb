using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Webhooks: how they stand, what never reached them, and have it tried again.</summary>
internal static class WebhookApi
{
    public static void Map(IEndpointRouteBuilder routes, IWebhookDesk desk)
    {
        routes.MapGet("/api/v1/webhooks", async (HttpContext context, CancellationToken cancel) =>
            Results.Json(await desk.ListAsync(context.Person(), cancel), CoreJson.Default.IReadOnlyListWebhookView)).Needs(Permissions.Read)
            .Tells<IReadOnlyList<WebhookView>>("The webhooks and how they stand.");
        routes.MapGet("/api/v1/webhooks/{name}/dead", async (string name, HttpContext context, CancellationToken cancel) =>
            await desk.DeadAsync(name, context.Person(), cancel) is { } dead
                ? Results.Json(dead, CoreJson.Default.IReadOnlyListDeadLetterView)
                : Problems.Of(StatusCodes.Status404NotFound, $"there is no webhook {name}")).Needs(Permissions.Read)
            .Tells<IReadOnlyList<DeadLetterView>>("The records that never reached a webhook.");
        routes.MapPost("/api/v1/webhooks/{name}/retry", (string name, HttpContext context, CancellationToken cancel) => Asked.AnswerAsync(
            context, ApiJson.Default.CommandRequest, needsWhy: false, (_, by, _) => desk.RetryAsync(name, by, cancel), cancel)).Needs(Permissions.Operate)
            .Takes<CommandRequest>().Tells<CommandView>("Has a webhook tried again, with what was given up.");
    }
}

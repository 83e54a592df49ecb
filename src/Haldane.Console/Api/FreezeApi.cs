using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Freezes: which there are, order one, lift one.</summary>
internal static class FreezeApi
{
    public static void Map(IEndpointRouteBuilder routes, IControlRoom room, TimeProvider time)
    {
        routes.MapGet("/api/v1/freezes", (HttpContext context) => Results.Json(
            [.. Seen(room.Freezes, context.Person())], CoreJson.Default.IReadOnlyListFreezeView)).Needs(Permissions.Read).Tells<IReadOnlyList<FreezeView>>("The freezes of policies and of people.");
        routes.MapPost("/api/v1/freezes", (HttpContext context, CancellationToken cancel) => Asked.AnswerAsync(
            context, ApiJson.Default.FreezeRequest, needsWhy: true, (asked, by, why) => OrderAsync(room, asked, by, why!, time.GetUtcNow(), cancel), cancel)).Needs(Permissions.Approve)
            .Takes<FreezeRequest>().Tells<CommandView>("Begins a freeze now.");
        routes.MapPost("/api/v1/freezes/{name}/lift", (string name, HttpContext context, CancellationToken cancel) => Asked.AnswerAsync(
            context, ApiJson.Default.CommandRequest, needsWhy: false, (_, by, why) => room.LiftAsync(name, by, why, cancel), cancel)).Needs(Permissions.Approve)
            .Takes<CommandRequest>().Tells<CommandView>("Ends a freeze that somebody has begun.");
    }

    internal static IEnumerable<FreezeView> Seen(IEnumerable<FreezeView> freezes, Person person) => freezes
        .Where(f => f.Models.Count == 0 || f.Models.Any(person.Covers))
        .Select(f => person.CoversEverything ? f : f with { Models = [.. f.Models.Where(person.Covers)] });

    private static async Task<CommandOutcome> OrderAsync(IControlRoom room, FreezeRequest asked, Person by, string why, DateTimeOffset now, CancellationToken cancel)
    {
        var name = asked.Name ?? $"freeze-{now.UtcDateTime:yyyyMMdd-HHmmss}";
        ValueList<string> models = [.. asked.Models ?? []];
        if (AccessNames.WhyNot(name) is { } unfit)
        {
            return new(CommandOutcomeKind.Conflict, $"name: {unfit}");
        }

        return !by.Models.CoversAll(models)
            ? new(CommandOutcomeKind.Conflict, $"{by.Name} has to do with {string.Join(", ", by.Models)} only: name models of these")
            : await room.FreezeAsync(new(name, models, now, asked.Until, by.Name, why), cancel);
    }
}

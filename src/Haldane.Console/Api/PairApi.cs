using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Pairs of answers that differ, for people to look at.</summary>
/// <remarks>They hold what callers asked, so they are never stored or logged.</remarks>
internal static class PairApi
{
    public static void Map(IEndpointRouteBuilder routes, IControlRoom room, ITrafficStats traffic) =>
        routes.MapGet("/api/v1/rollouts/{name}/pairs", (string name, HttpContext context) =>
        {
            if (RolloutApi.Find(room, name, context.Person()) is null)
            {
                return Problems.Of(StatusCodes.Status404NotFound, $"there is no rollout {name}");
            }

            return traffic.Pairs(name) is { } pairs
                ? Results.Json(pairs, CoreJson.Default.IReadOnlyListDifferingPair)
                : Problems.Of(StatusCodes.Status404NotFound, $"{name} is in no shadow stage");
        }).Needs(Permissions.Read).Tells<IReadOnlyList<DifferingPair>>("Pairs of answers that differ, the newest first, as far as the shadow stage keeps them.");
}

using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Processes of versions, as Haldane keeps them.</summary>
internal static class ProcessApi
{
    public static void Map(IEndpointRouteBuilder routes, IComputeDesk desk) =>
        routes.MapGet("/api/v1/processes", (HttpContext context) => Results.Json([.. desk.All.Where(p => context.Person().Covers(p.Model))], CoreJson.Default.IReadOnlyListComputeView)).Needs(Permissions.Read)
            .Tells<IReadOnlyList<ComputeView>>("The processes of versions that Haldane keeps, and where they stand.");
}

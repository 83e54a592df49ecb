using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Evaluators, and what they did.</summary>
internal static class EvaluatorApi
{
    public static void Map(IEndpointRouteBuilder routes, IEvaluatorDesk desk) =>
        routes.MapGet("/api/v1/evaluators", (HttpContext context) => Results.Json([.. desk.All.Where(e => context.Person().Covers(e.Model))], CoreJson.Default.IReadOnlyListEvaluatorView)).Needs(Permissions.Read)
            .Tells<IReadOnlyList<EvaluatorView>>("Who scores a sample of the answers, and what they did since the start.");
}

using System.Globalization;
using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Console.Reports;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Api;

/// <summary>Evidence packs and the inventory, as JSON and as pages.</summary>
internal static class ReportApi
{
    private const string Html = "text/html; charset=utf-8";

    public static void Map(IEndpointRouteBuilder routes, IReportDesk desk)
    {
        routes.MapGet("/api/v1/rollouts/{name}/report", (string name, HttpContext context, CancellationToken cancel) => PackAsync(
            desk, name, context, pack => Results.Json(pack, ReportJson.Default.EvidencePack), cancel)).Needs(Permissions.Read)
            .Asks("run", "the number of a run; the last when left out").Tells<EvidencePack>("The evidence pack of a run.");
        routes.MapGet("/api/v1/rollouts/{name}/report.html", (string name, HttpContext context, CancellationToken cancel) => PackAsync(desk, name, context, pack => Page(context, pack), cancel)).Needs(Permissions.Read)
            .Asks("run", "the number of a run; the last when left out").TellsText("The evidence pack of a run, as a page that prints.", Html);
        routes.MapGet("/api/v1/inventory", async (HttpContext context, CancellationToken cancel) =>
            Results.Json(await desk.InventoryAsync(context.Person(), cancel), ReportJson.Default.IReadOnlyListInventoryEntry)).Needs(Permissions.Read)
            .Tells<IReadOnlyList<InventoryEntry>>("The models with owner, purpose, risk and data, and where they stand.");
    }

    private static async Task<IResult> PackAsync(IReportDesk desk, string name, HttpContext context, Func<EvidencePack, IResult> write, CancellationToken cancel)
    {
        int? run = null;
        if (context.Request.Query.TryGetValue("run", out var asked))
        {
            if (!int.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            {
                return Problems.Of(StatusCodes.Status400BadRequest, $"run is {asked}; wanted is the number of a run");
            }

            run = number;
        }

        var outcome = await desk.PackAsync(name, run, context.Person(), cancel);
        switch (outcome)
        {
            case { Pack: { } pack }:
                return write(pack);
            case { Kind: PackOutcomeKind.Busy }:
                context.Response.Headers.RetryAfter = "30";
                return Problems.Of(StatusCodes.Status503ServiceUnavailable, outcome.Message);
            default:
                return Problems.Of(outcome.Kind == PackOutcomeKind.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status409Conflict, outcome.Message);
        }
    }

    // The page has its style in itself, so that it is whole when it is saved; nothing else may be in it.
    private static IResult Page(HttpContext context, EvidencePack pack)
    {
        context.Response.Headers.ContentSecurityPolicy = $"{PackPage.Policy}; frame-ancestors 'none'";
        return Results.Text(PackPage.Write(pack), Html);
    }
}

using Haldane.Console.Access;
using Haldane.Console.Dashboard.Assets;
using Haldane.Console.Dashboard.Live;
using Haldane.Console.Dashboard.Overview;
using Haldane.Console.Dashboard.Plans;
using Haldane.Console.Dashboard.Records;
using Haldane.Console.Dashboard.Rollouts;
using Haldane.Console.Dashboard.Shadow;
using Haldane.Console.Dashboard.Shell;

namespace Haldane.Console.Dashboard;

/// <summary>The dashboard: each page as it is when it is opened, and the stream that keeps it so.</summary>
internal static class Pages
{
    /// <summary>Maps all pages.</summary>
    public static void Map(WebApplication routes, AdminParts parts, Sessions sessions)
    {
        var views = new ViewWriter(routes.Services);
        var desk = new PageDesk(parts.Room, sessions, views, new(views, parts.Time));
        AssetFiles.Map(routes);
        new OverviewPages(desk, parts.Time).Map(routes);
        new RolloutPages(desk).Map(routes);
        new PlanPages(desk, parts.Plans).Map(routes);
        new PairPages(desk, parts.Traffic).Map(routes);
        new RecordPages(desk, parts.Ledger).Map(routes);

        // Programs are told the same without a page.
        routes.Use(next => context => context.GetEndpoint() is null && HttpMethods.IsGet(context.Request.Method) && PageDesk.IsForPeople(context.Request) ? TellMissingAsync(desk, context) : next(context));
    }

    private static async Task TellMissingAsync(PageDesk desk, HttpContext context) => await (await desk.MissingAsync(context, "there is nothing at this path")).ExecuteAsync(context);
}

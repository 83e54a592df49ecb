using Haldane.Console.Dashboard.Assets;
using Haldane.Console.Dashboard.Inventory;
using Haldane.Console.Dashboard.Overview;
using Haldane.Console.Dashboard.Plans;
using Haldane.Console.Dashboard.Records;
using Haldane.Console.Dashboard.Rollouts;
using Haldane.Console.Dashboard.Shadow;
using Haldane.Console.Dashboard.Settings;
using Haldane.Console.Dashboard.Shell;
using Haldane.Console.Dashboard.Tokens;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Dashboard;

/// <summary>The dashboard: each page as it is when it is opened, and the stream that keeps it so.</summary>
internal static class Pages
{
    /// <summary>Maps all pages.</summary>
    public static void Map(IEndpointRouteBuilder routes, AdminParts parts, PageDesk desk)
    {
        AssetFiles.Map(routes);
        new OverviewPages(desk, parts.Time).Map(routes);
        new RolloutPages(desk).Map(routes);
        new PlanPages(desk, parts.Plans).Map(routes);
        new PairPages(desk, parts.Traffic).Map(routes);
        new RecordPages(desk, parts.Ledger).Map(routes);
        new InventoryPages(desk, parts.Reports).Map(routes);
        new SettingsPages(desk, parts).Map(routes);
        new TokenPages(desk, parts.Tokens, parts.Time).Map(routes);
    }
}

using Haldane.Console.Access;
using Haldane.Console.Dashboard.Shell;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Dashboard.Inventory;

/// <summary>Every model that is served, as it is specified and as it stands.</summary>
internal sealed class InventoryPages(PageDesk desk, IReportDesk reports)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes) => routes.MapGet(Place.Inventory.Path, async (HttpContext context, CancellationToken cancel) =>
        await desk.ShowAsync<InventoryPage>(context, (nameof(InventoryPage.Entries), await reports.InventoryAsync(context.Person(), cancel)))).Needs(Place.Inventory).IsPage();
}

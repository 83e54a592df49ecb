using Haldane.Console.Access;
using Haldane.Console.Api;
using Haldane.Console.Dashboard.Shell;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Dashboard.Records;

/// <summary>The ledger, and what of it is about a rollout.</summary>
internal sealed class RecordPages(PageDesk desk, ILedgerReader ledger)
{
    private const int AtOnce = 30;

    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rollouts/{name}/records", async (string name, long? before, HttpContext context, CancellationToken cancel) => desk.View(name, context.Person()) is null
            ? PageDesk.NotFound(name)
            : await desk.WriteAsync<RecordList>((nameof(RecordList.Model), await ReadAsync($"/rollouts/{Uri.EscapeDataString(name)}/records", name, before, context.Person(), cancel)))).Needs(Permissions.Read);
        routes.MapGet(Place.Ledger.Path, async (long? before, HttpContext context, CancellationToken cancel) => await ReadAsync(Place.Ledger.Path, null, before, context.Person(), cancel) is var model && before is null
            ? await desk.ShowAsync<LedgerPage>(context, (nameof(LedgerPage.Model), model))
            : await desk.WriteAsync<RecordList>((nameof(RecordList.Model), model))).Needs(Permissions.Read).IsPage();
    }

    private async Task<RecordsModel> ReadAsync(string path, string? rollout, long? before, Person person, CancellationToken cancel) =>
        RecordModels.Of(path, rollout, await LedgerApi.SeenAsync(ledger, before, AtOnce, rollout, person, cancel), AtOnce);
}

using Haldane.Console.Access;
using Haldane.Console.Dashboard.Live;
using Haldane.Console.Dashboard.Shell;
using Haldane.Core.Access;
using Haldane.Core.Rollouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Dashboard.Overview;

/// <summary>All models and rollouts.</summary>
internal sealed class OverviewPages(PageDesk desk, TimeProvider time)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        var page = new FollowedPage("/", "there is no overview", person => SceneOf(Look(person), time.GetUtcNow()));
        routes.MapGet("/", async (string? rows, HttpContext context) => rows is null or "all"
            ? await desk.OpenAsync<OverviewPage>(context, page, (nameof(OverviewPage.IsWhole), rows is not null))
            : Problems.Of(StatusCodes.Status400BadRequest, "rows: wanted is all")).Needs(Permissions.Read).IsPage();
        routes.MapGet("/rows", (HttpContext context, CancellationToken _) => desk.PartAsync(context, page, "overview")).Needs(Permissions.Read);
        routes.MapGet("/live", (HttpContext context, IHostApplicationLifetime life) => desk.Follow(context, life, page)).Needs(Permissions.Read);
    }

    private OverviewModel Look(Person person) =>
        Overviews.Of([.. desk.Room.Models.Where(m => person.Covers(m.Name))], [.. desk.Room.Rollouts.Where(r => person.Covers(r.Rollout.Spec.Model))], person, time.GetUtcNow());

    private static Scene SceneOf(OverviewModel model, DateTimeOffset now) => new(
        model,
    [
        Part.Of<OverviewSummary, string>("overview-summary", model.Summary),
        Part.Of<OverviewList, OverviewModel>("overview", model, string.Join(' ', model.Rows.Select(r => r.Id)), [.. model.Rows.Select(r => Part.Of<OverviewRow, RowModel>(r.Id, r, (Steady(r), Sparks.StepOf(r.Id, now)), []))]),
    ]);

    // What only creeps, a forecast or a silence that lasts, is told of with the next point of the curve: otherwise every row of a large fleet would be drawn and sent each second.
    private static RowModel Steady(RowModel row) => row with { Forecast = null, Reason = row.Hold == HoldReason.NoData ? "" : row.Reason };
}

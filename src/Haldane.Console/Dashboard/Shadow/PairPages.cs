using Haldane.Console.Access;
using Haldane.Console.Dashboard.Live;
using Haldane.Console.Dashboard.Shell;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Dashboard.Shadow;

/// <summary>Pairs of answers that differ, as far as a shadow stage keeps them.</summary>
/// <remarks>They hold what callers asked: in memory only, and blotted out as the stage asks.</remarks>
internal sealed class PairPages(PageDesk desk, ITrafficStats traffic)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rollouts/{name}/pairs", async (string name, string? kind, string? field, string? by, string? show, HttpContext context) => desk.View(name, context.Person()) is not { } view
            ? PageDesk.NotFound(name)
            : FilterOf(kind, field, by, show) is { } filter
            ? await desk.OpenAsync<PairsPage>(context, PageOf(name), (nameof(PairsPage.List), List(view, filter)))
            : Problems.Of(StatusCodes.Status400BadRequest, $"kind: wanted is one of {string.Join(", ", Enum.GetValues<PairKind>().Select(PairModels.WordOf))}; by: wanted is time or size; show: wanted is all")).Needs(Permissions.Read).IsPage();
        routes.MapGet("/rollouts/{name}/pairs/live", (string name, HttpContext context, IHostApplicationLifetime life) => desk.Follow(context, life, PageOf(name))).Needs(Permissions.Read);
        routes.MapGet("/rollouts/{name}/pairs/{number:long}", async (string name, long number, HttpContext context) => desk.View(name, context.Person()) is null
            ? PageDesk.NotFound(name)
            : traffic.Pairs(name) is { } pairs && pairs.FirstOrDefault(p => p.Number == number) is { } pair
            ? await desk.ShowAsync<PairPage>(context, (nameof(PairPage.Rollout), name), (nameof(PairPage.Pair), pair), (nameof(PairPage.Numbers), pairs.Select(p => p.Number).ToArray()))
            : Problems.Of(StatusCodes.Status404NotFound, $"pair {number} of {name} is not kept any more: newer ones have taken its place, which a lower rate of the stage makes slower, or the shadow stage is over")).Needs(Permissions.Read).IsPage();
    }

    // Which pairs there are is followed in numbers only: a list that moves cannot be read.
    private FollowedPage PageOf(string name) => new($"/rollouts/{name}/pairs", PageDesk.Missing(name), person => desk.View(name, person) is { } view ? SceneOf(Totals(view)) : null);

    private static Scene SceneOf(PairTotalsModel totals) => new(totals, [Part.Of<PairTotals, PairTotalsModel>("pair-totals", totals)]);

    private PairsModel List(RolloutView view, PairFilter filter) =>
        PairModels.Of(view.Rollout.Name, view.Rollout.Spec.Stages.Max(s => s.Shadow?.KeepPairs ?? 0), traffic.Pairs(view.Rollout.Name), filter);

    private PairTotalsModel Totals(RolloutView view) => new(
        traffic.Shadows().FirstOrDefault(s => s.Model == view.Rollout.Spec.Model), traffic.Pairs(view.Rollout.Name) is [var newest, ..] ? newest.At : null);

    private static PairFilter? FilterOf(string? kind, string? field, string? by, string? show)
    {
        PairKind? asked = Enum.TryParse<PairKind>(kind, ignoreCase: true, out var known) && Enum.IsDefined(known) ? known : null;
        return (kind is not null && asked is null) || by is not (null or "time" or "size") || show is not (null or "all") ? null : new(asked, field, by == "size", show == "all");
    }
}

using System.Text.Json;
using Haldane.Console.Access;
using Haldane.Console.Dashboard.Live;
using Haldane.Console.Dashboard.Shell;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Dashboard.Rollouts;

/// <summary>A rollout, how its verdicts come about, and what people do with it.</summary>
internal sealed class RolloutPages(PageDesk desk)
{
    /// <summary>Maps them.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rollouts/{name}", (string name, HttpContext context) => desk.OpenAsync<RolloutPage>(context, Rollout(name))).Needs(Permissions.Read).IsPage();
        routes.MapGet("/rollouts/{name}/live", (string name, HttpContext context, IHostApplicationLifetime life) => desk.Follow(context, life, Rollout(name))).Needs(Permissions.Read);
        routes.MapGet("/rollouts/{name}/numbers", (string name, HttpContext context) => desk.View(name, context.Person()) is { } view
            ? Results.Json(Numbers.Of(view, desk.Room.Course(name)), NumbersJson.Default.Numbers)
            : PageDesk.NotFound(name)).Needs(Permissions.Read);
        routes.MapGet("/rollouts/{name}/segments", async (string name, HttpContext context, CancellationToken cancel) => desk.View(name, context.Person()) is { } view
            ? await desk.WriteAsync<SegmentTables>((nameof(SegmentTables.Spec), view.Rollout.Spec), (nameof(SegmentTables.Segments), await desk.Room.SegmentsAsync(name, cancel)))
            : PageDesk.NotFound(name)).Needs(Permissions.Read);
        MapVerdicts(routes);
        foreach (var rule in CommandRule.All)
        {
            routes.MapPost($"/rollouts/{{name}}/{rule.Verb}", (string name, HttpContext context, CancellationToken cancel) => DoAsync(rule, name, context, cancel)).Needs(rule.Needs);
        }
    }

    private void MapVerdicts(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rollouts/{name}/guards/{guard}", (string name, string guard, HttpContext context) => desk.OpenAsync<VerdictPage>(context, Verdict(name, guard))).Needs(Permissions.Read).IsPage();
        routes.MapGet("/rollouts/{name}/guards/{guard}/live", (string name, string guard, HttpContext context, IHostApplicationLifetime life) => desk.Follow(context, life, Verdict(name, guard))).Needs(Permissions.Read);
    }

    private FollowedPage Rollout(string name) => new($"/rollouts/{name}", PageDesk.Missing(name), person => RolloutScene(name, person));

    private FollowedPage Verdict(string name, string guard) => new($"/rollouts/{name}/guards/{guard}", $"there is no rollout {name} with a guard {guard}", person => VerdictScene(name, guard, person));

    private Scene? RolloutScene(string name, Person person)
    {
        if (desk.View(name, person) is not { } view)
        {
            return null;
        }

        var course = desk.Room.Course(name);
        var model = RolloutModels.Of(view, course, desk.Room.Freezes, person);
        return new(model, [PartOf(model)], view.Version, () => Tail(view, course));
    }

    private static Part PartOf(RolloutModel model) => Part.Of<RolloutBody, RolloutModel>("rollout", model, (model.Head.Run, string.Join('\n', model.Tiles.Select(t => t.Guard))),
    [
        Part.Of<RolloutHead, HeadModel>("rollout-head", model.Head),
        Part.Of<RolloutActions, ActionsModel>("actions", model.Actions),
        Part.Of<StageRail, RailModel>("rail", model.Rail),
        Part.Of<RolloutSigns, SignsModel>("signs", model.Signs),
        Part.Of<RolloutReach, ReachModel>("reach", model.Reach),
        Part.Of<RolloutMixes, ValueList<MixModel>>("mixes", model.Mixes),
        .. model.Tiles.Select(t => Part.Of<GuardTile, TileModel>(t.Id, t)),
    ]);

    private Scene? VerdictScene(string name, string guard, Person person) => desk.View(name, person) is { } view && VerdictModels.Of(view, guard) is { } model
        ? new(
            model,
        [
            Part.Of<VerdictBody, VerdictModel>("verdict", model, model.Tile.Guard, [Part.Of<GuardTile, TileModel>(model.Tile.Id, model.Tile), Part.Of<VerdictSteps, ValueList<StepOfProof>>("steps", model.Steps)]),
        ], view.Version, () => Tail(view, desk.Room.Course(name)))
        : null;

    private static string Tail(RolloutView view, RunCourse? course) => JsonSerializer.Serialize(Numbers.TailOf(view, course), NumbersJson.Default.Numbers);

    private async Task<IResult> DoAsync(CommandRule rule, string name, HttpContext context, CancellationToken cancel)
    {
        var person = context.Person();
        return desk.View(name, person) is null
            ? PageDesk.NotFound(name)
            : await Forms.AnswerAsync(context, rule.NeedsWhy, async (_, why) => await desk.DoneAsync(await desk.Room.CommandAsync(name, rule.Command, person, why, cancel)), cancel);
    }
}

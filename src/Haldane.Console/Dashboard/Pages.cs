using System.Text.Encodings.Web;
using System.Text.Json;
using Haldane.Console.Access;
using Haldane.Console.Api;
using Haldane.Console.Dashboard.Assets;
using Haldane.Console.Dashboard.Live;
using Haldane.Console.Dashboard.Overview;
using Haldane.Console.Dashboard.Records;
using Haldane.Console.Dashboard.Rollouts;
using Haldane.Console.Dashboard.Shell;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Dashboard;

/// <summary>The dashboard: each page as it is when it is opened, and the stream that keeps it so.</summary>
internal sealed class Pages(IControlRoom room, ILedgerReader ledger, Sessions sessions, ViewWriter views, LivePages live, TimeProvider time)
{
    private const string Html = "text/html; charset=utf-8";
    private const int LargestForm = 4_096;
    private const int RecordsAtOnce = 30;

    /// <summary>Maps all pages.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        AssetFiles.Map(routes);
        MapPage(routes, "/", (context, _) => ShowAsync<OverviewPage>(context, (nameof(OverviewPage.Model), Overview(context.Person()))));
        routes.MapGet("/live", (HttpContext context, IHostApplicationLifetime life) => Follow(context, life, "/", person => OverviewScene(Overview(person)))).Needs(Permissions.Read);
        MapPage(routes, "/rollouts/{name}", (context, name) => Rollout(name!, context.Person()) is { } model
            ? ShowAsync<RolloutPage>(context, (nameof(RolloutPage.Model), model))
            : Task.FromResult(NotFound(name!)));
        routes.MapGet("/rollouts/{name}/live", (string name, HttpContext context, IHostApplicationLifetime life) => Rollout(name, context.Person()) is null
            ? NotFound(name)
            : Follow(context, life, $"/rollouts/{name}", person => View(name, person) is { } view ? RolloutScene(RolloutModels.Of(view, person), Numbers.TailOf(view, room.Course(name))) : null)).Needs(Permissions.Read);
        routes.MapGet("/rollouts/{name}/numbers", (string name, HttpContext context) => View(name, context.Person()) is { } view
            ? Results.Json(Numbers.Of(view, room.Course(name)), NumbersJson.Default.Numbers)
            : NotFound(name)).Needs(Permissions.Read);
        MapVerdicts(routes);
        MapRecords(routes);
        MapSegments(routes);
        MapCommands(routes);
    }

    private void MapVerdicts(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rollouts/{name}/guards/{guard}", (string name, string guard, HttpContext context) => Verdict(name, guard, context.Person()) is { } model
            ? ShowAsync<VerdictPage>(context, (nameof(VerdictPage.Model), model))
            : Task.FromResult(NoGuard(name, guard))).Needs(Permissions.Read).IsPage();
        routes.MapGet("/rollouts/{name}/guards/{guard}/live", (string name, string guard, HttpContext context, IHostApplicationLifetime life) => Verdict(name, guard, context.Person()) is null
            ? NoGuard(name, guard)
            : Follow(context, life, $"/rollouts/{name}/guards/{guard}", person => View(name, person) is { } view && VerdictModels.Of(view, guard) is { } model
                ? VerdictScene(model, Numbers.TailOf(view, room.Course(name)))
                : null)).Needs(Permissions.Read);
    }

    private void MapRecords(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/rollouts/{name}/records", async (string name, long? before, HttpContext context, CancellationToken cancel) => View(name, context.Person()) is null
            ? NotFound(name)
            : await RecordsAsync($"/rollouts/{Uri.EscapeDataString(name)}/records", name, before, context.Person(), model => views.WriteAsync(typeof(RecordList), (nameof(RecordList.Model), model)), cancel)).Needs(Permissions.Read);
        routes.MapGet("/ledger", (long? before, HttpContext context, CancellationToken cancel) => RecordsAsync(
            Place.Ledger.Path,
            null,
            before,
            context.Person(),
            model => before is null ? views.WriteAsync(typeof(LedgerPage), ("Visit", VisitOf(context)), (nameof(LedgerPage.Model), model)) : views.WriteAsync(typeof(RecordList), (nameof(RecordList.Model), model)),
            cancel)).Needs(Permissions.Read).IsPage();
    }

    private void MapSegments(IEndpointRouteBuilder routes) => routes.MapGet("/rollouts/{name}/segments", async (string name, HttpContext context, CancellationToken cancel) => View(name, context.Person()) is { } view
        ? Results.Text(await views.WriteAsync(typeof(SegmentTable), (nameof(SegmentTable.Model), SegmentModels.Of(view.Rollout.Spec, await room.SegmentsAsync(name, cancel)))), Html)
        : NotFound(name)).Needs(Permissions.Read);

    private async Task<IResult> RecordsAsync(string path, string? rollout, long? before, Person person, Func<RecordsModel, Task<string>> write, CancellationToken cancel)
    {
        try
        {
            return Results.Text(await write(RecordModels.Of(path, rollout, await LedgerApi.SeenAsync(ledger, before, RecordsAtOnce, rollout, person, cancel), RecordsAtOnce)), Html);
        }
        catch (StoreUnavailableException e)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }

    private VerdictModel? Verdict(string name, string guard, Person person) => View(name, person) is { } view ? VerdictModels.Of(view, guard) : null;

    private static Scene VerdictScene(VerdictModel model, Numbers numbers) => new(
    [
        Part.Of<VerdictBody, VerdictModel>("verdict", model, model.Tile.Guard, [Part.Of<GuardTile, TileModel>(model.Tile.Id, model.Tile), Part.Of<VerdictSteps, ValueList<StepOfProof>>("steps", model.Steps)]),
    ], JsonSerializer.Serialize(numbers, NumbersJson.Default.Numbers));

    private static void MapPage(IEndpointRouteBuilder routes, string path, Func<HttpContext, string?, Task<IResult>> show) =>
        routes.MapGet(path, (HttpContext context, string? name) => show(context, name)).Needs(Permissions.Read).IsPage();

    private void MapCommands(IEndpointRouteBuilder routes)
    {
        foreach (var rule in CommandRule.All)
        {
            routes.MapPost($"/rollouts/{{name}}/{rule.Verb}", (string name, HttpContext context, CancellationToken cancel) => DoAsync(rule, name, context, cancel)).Needs(rule.Needs);
        }
    }

    private async Task<IResult> DoAsync(CommandRule rule, string name, HttpContext context, CancellationToken cancel)
    {
        var person = context.Person();
        if (View(name, person) is null)
        {
            return NotFound(name);
        }

        if (!context.Request.HasFormContentType || context.Request.ContentLength is not <= LargestForm)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "wanted is a form with the field why");
        }

        var why = (await context.Request.ReadFormAsync(cancel))["why"].ToString().Trim();
        if (why.Length == 0 ? rule.NeedsWhy : Asked.IsUnfit(why))
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"why: wanted is a text of 1 to {Asked.LongestText} characters, without line breaks");
        }

        try
        {
            var outcome = await room.CommandAsync(name, rule.Command, person, why.Length == 0 ? null : why, cancel);
            return outcome.Kind == CommandOutcomeKind.Done ? Results.Text(HtmlEncoder.Default.Encode($"Done: {outcome.Message}"), Html) : Asked.Refused(outcome);
        }
        catch (StoreUnavailableException e)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }

    private OverviewModel Overview(Person person) =>
        Overviews.Of([.. room.Models.Where(m => person.Covers(m.Name))], [.. room.Rollouts.Where(r => person.Covers(r.Rollout.Spec.Model))], time.GetUtcNow());

    private static Scene OverviewScene(OverviewModel model) => new(
    [
        Part.Of<OverviewSummary, string>("overview-summary", model.Summary),
        Part.Of<OverviewList, OverviewModel>("overview", model, string.Join(' ', model.Rows.Select(r => r.Id)), [.. model.Rows.Select(r => Part.Of<OverviewRow, RowModel>(r.Id, r))]),
    ]);

    private RolloutView? View(string name, Person person) => RolloutApi.Find(room, name, person);

    private RolloutModel? Rollout(string name, Person person) => View(name, person) is { } view ? RolloutModels.Of(view, person) : null;

    private static Scene RolloutScene(RolloutModel model, Numbers numbers) => new(
    [
        Part.Of<RolloutBody, RolloutModel>("rollout", model, (model.Head.Run, string.Join('\n', model.Tiles.Select(t => t.Guard))),
        [
            Part.Of<RolloutHead, HeadModel>("rollout-head", model.Head),
            Part.Of<RolloutActions, ActionsModel>("actions", model.Actions),
            Part.Of<StageRail, RailModel>("rail", model.Rail),
            Part.Of<RolloutSigns, SignsModel>("signs", model.Signs),
            Part.Of<RolloutReach, ReachModel>("reach", model.Reach),
            .. model.Tiles.Select(t => Part.Of<GuardTile, TileModel>(t.Id, t)),
        ]),
    ], JsonSerializer.Serialize(numbers, NumbersJson.Default.Numbers));

    private async Task<IResult> ShowAsync<TPage>(HttpContext context, (string Name, object? Value) shown)
        where TPage : IComponent => Results.Text(await views.WriteAsync(typeof(TPage), ("Visit", VisitOf(context)), shown), Html);

    private Visit VisitOf(HttpContext context) => new(context.Person(), context.Request.Cookies[AdminAccess.Cookie] is { } id ? sessions.Find(id)?.Forgery : null);

    // Whoever may do the same to the same models sees the same.
    private IResult Follow(HttpContext context, IHostApplicationLifetime life, string page, Func<Person, Scene?> look)
    {
        var person = context.Person();
        return live.IsFull
            ? Problems.Of(StatusCodes.Status503ServiceUnavailable, $"{LivePages.Most:N0} pages are open already; close some")
            : TypedResults.ServerSentEvents(live.FollowAsync($"{page}\n{person.Role}\n{string.Join('\n', person.Models)}", () => look(person), context.IsStillKnown, life.ApplicationStopping));
    }

    private static IResult NoGuard(string name, string guard) => Problems.Of(StatusCodes.Status404NotFound, $"there is no rollout {name} with a guard {guard}");

    private static IResult NotFound(string name) => Problems.Of(StatusCodes.Status404NotFound, $"there is no rollout {name}");
}

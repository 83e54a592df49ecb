using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Haldane.Console.Access;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Api;

/// <summary>Models and rollouts: read, move, follow.</summary>
internal static class RolloutApi
{
    public static void Map(IEndpointRouteBuilder routes, IControlRoom room)
    {
        routes.MapGet("/api/v1/models", (HttpContext context) => Json(Seen(room.Models, context.Person()))).Needs(Permissions.Read);
        routes.MapGet("/api/v1/rollouts", (HttpContext context) => Json([.. room.Rollouts.Where(r => context.Person().Covers(r.Rollout.Spec.Model)).Select(Brief)])).Needs(Permissions.Read);
        routes.MapGet("/api/v1/rollouts/{name}", (string name, HttpContext context) => Find(room, name, context.Person()) is { } view ? Json(view) : NotFound(name)).Needs(Permissions.Read);
        routes.MapGet("/api/v1/rollouts/{name}/verdicts", (string name, HttpContext context) => Find(room, name, context.Person()) is not { } view
            ? NotFound(name)
            : view.Judgement is { } judgement ? Results.Json(judgement, CoreJson.Default.Judgement) : Problems.Of(StatusCodes.Status404NotFound, $"{name} was not judged yet")).Needs(Permissions.Read);
        routes.MapGet("/api/v1/rollouts/{name}/events", (string name, HttpContext context, IHostApplicationLifetime life) => Find(room, name, context.Person()) is null
            ? NotFound(name)
            : TypedResults.ServerSentEvents(Follow(room, name, context.IsStillKnown, life.ApplicationStopping))).Needs(Permissions.Read);
        foreach (var rule in CommandRule.All)
        {
            routes.MapPost($"/api/v1/rollouts/{{name}}/{rule.Verb}", (string name, HttpContext context, CancellationToken cancel) => Asked.AnswerAsync(
                context,
                ApiJson.Default.CommandRequest,
                rule.NeedsWhy,
                (_, by, why) => Find(room, name, by) is null
                    ? Task.FromResult(new CommandOutcome(CommandOutcomeKind.NotFound, $"there is no rollout {name}"))
                    : room.CommandAsync(name, rule.Command, by, why, cancel),
                cancel)).Needs(rule.Needs);
        }
    }

    // The first event holds everything; later ones only the points that are new, so a page of ten minutes costs little to follow.
    // The caller's leaving comes with the enumeration; the end of the server comes from outside, or open pages would hold it up.
    private static async IAsyncEnumerable<SseItem<string>> Follow(
        IControlRoom room, string name, Func<bool> stillKnown, CancellationToken stopping, [EnumeratorCancellation] CancellationToken left = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, left);
        var cancel = either.Token;
        var version = 0L;
        LivePoint? seen = null;
        while (await NextAsync(room, name, version, cancel) is { } view && stillKnown())
        {
            var news = view with { Series = After(view.Series, seen) };
            yield return new(JsonSerializer.Serialize(news, CoreJson.Default.RolloutView), "rollout");
            version = view.Version;
            seen = view.Series.Count > 0 ? view.Series[^1] : seen;
        }
    }

    // By the point itself, not by its time: a clock that is set back must not silence the curves.
    private static ValueList<LivePoint> After(ValueList<LivePoint> series, LivePoint? seen) =>
        seen is null ? series : ValueList.Create(series.AsSpan()[(series.AsSpan().LastIndexOf(seen) + 1)..]);

    // An end by whoever stops or leaves is the end of the stream, not a fault: the answer is finished properly.
    private static async Task<RolloutView?> NextAsync(IControlRoom room, string name, long version, CancellationToken cancel)
    {
        try
        {
            return await room.ChangedAsync(name, version, cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>A rollout, as far as the person has to do with its model: what somebody may not see is not there.</summary>
    internal static RolloutView? Find(IControlRoom room, string name, Person person) =>
        room.Rollouts.FirstOrDefault(r => r.Rollout.Name == name && person.Covers(r.Rollout.Spec.Model));

    private static IReadOnlyList<ModelView> Seen(IReadOnlyList<ModelView> models, Person person) => [.. models.Where(m => person.Covers(m.Name))];

    private static RolloutView Brief(RolloutView view) => view with { Series = [] };

    private static IResult NotFound(string name) => Problems.Of(StatusCodes.Status404NotFound, $"there is no rollout {name}");

    private static IResult Json(IReadOnlyList<ModelView> models) => Results.Json(models, CoreJson.Default.IReadOnlyListModelView);

    private static IResult Json(IReadOnlyList<RolloutView> rollouts) => Results.Json(rollouts, CoreJson.Default.IReadOnlyListRolloutView);

    private static IResult Json(RolloutView rollout) => Results.Json(rollout, CoreJson.Default.RolloutView);
}

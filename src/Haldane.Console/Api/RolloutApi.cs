using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Haldane.Console.Access;
using Haldane.Console.OpenApi;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Api;

/// <summary>Models and rollouts: read, move, follow.</summary>
internal static class RolloutApi
{
    private const int MostStreams = 1_000;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(20);

    /// <summary>What a stream tells next: a view, or nothing new.</summary>
    private sealed record Next(RolloutView? View);

    public static void Map(IEndpointRouteBuilder routes, IControlRoom room)
    {
        var streams = new SemaphoreSlim(MostStreams);
        routes.MapGet("/api/v1/models", (HttpContext context) => Json(Seen(room.Models, context.Person()))).Needs(Permissions.Read)
            .Tells<IReadOnlyList<ModelView>>("The models, the version that serves each, and the running rollout.");
        routes.MapGet("/api/v1/rollouts", (HttpContext context) => Json([.. room.Rollouts.Where(r => context.Person().Covers(r.Rollout.Spec.Model)).Select(Brief)])).Needs(Permissions.Read)
            .Tells<IReadOnlyList<RolloutView>>("The rollouts, with the last judgement and without curves.");
        routes.MapGet("/api/v1/rollouts/{name}", (string name, HttpContext context) => Find(room, name, context.Person()) is { } view ? Json(view) : NotFound(name)).Needs(Permissions.Read)
            .Tells<RolloutView>("A rollout, with its last judgement and its curves.");
        routes.MapGet("/api/v1/rollouts/{name}/course", (string name, HttpContext context) => Find(room, name, context.Person()) is null
            ? NotFound(name)
            : room.Course(name) is { } course ? Results.Json(course, CoreJson.Default.RunCourse) : Problems.Of(StatusCodes.Status404NotFound, $"nothing is kept of how a run of {name} went; its evidence pack shows it")).Needs(Permissions.Read)
            .Tells<RunCourse>("How the last run of a rollout went, from its beginning: what both versions did, and what the judge said of each guard.");
        routes.MapGet("/api/v1/rollouts/{name}/segments", async (string name, HttpContext context, CancellationToken cancel) => Find(room, name, context.Person()) is null
            ? NotFound(name)
            : Results.Json(await room.SegmentsAsync(name, cancel), CoreJson.Default.IReadOnlyListSegmentState)).Needs(Permissions.Read)
            .Tells<IReadOnlyList<SegmentState>>("What is seen in each segment of a rollout, in the stage that it is in or ended in.");
        routes.MapGet("/api/v1/rollouts/{name}/verdicts", (string name, HttpContext context) => Find(room, name, context.Person()) is not { } view
            ? NotFound(name)
            : view.Judgement is { } judgement ? Results.Json(judgement, CoreJson.Default.Judgement) : Problems.Of(StatusCodes.Status404NotFound, $"{name} was not judged yet")).Needs(Permissions.Read)
            .Tells<Judgement>("The last judgement of a rollout.");
        routes.MapGet("/api/v1/rollouts/{name}/events", (string name, HttpContext context, IHostApplicationLifetime life) => Find(room, name, context.Person()) is null
            ? NotFound(name)
            : streams.CurrentCount == 0
            ? Problems.Of(StatusCodes.Status503ServiceUnavailable, $"{MostStreams:N0} others follow rollouts already; close some pages")
            : TypedResults.ServerSentEvents(Follow(room, name, context.IsStillKnown, streams, life.ApplicationStopping))).Needs(Permissions.Read)
            .TellsText("Server-sent events: `rollout` with everything first, then with what is new; `still` where nothing changes.", "text/event-stream");
        foreach (var rule in CommandRule.All)
        {
            routes.MapPost($"/api/v1/rollouts/{{name}}/{rule.Verb}", (string name, HttpContext context, CancellationToken cancel) => Asked.AnswerAsync(
                context,
                ApiJson.Default.CommandRequest,
                rule.NeedsWhy,
                (_, by, why) => Find(room, name, by) is null
                    ? Task.FromResult(new CommandOutcome(CommandOutcomeKind.NotFound, $"there is no rollout {name}"))
                    : room.CommandAsync(name, rule.Command, by, why, cancel),
                cancel)).Needs(rule.Needs).Takes<CommandRequest>().Tells<CommandView>(rule.About);
        }
    }

    // The first event holds everything; later ones only the points that are new, so a page of ten minutes costs little to follow.
    // The caller's leaving comes with the enumeration; the end of the server comes from outside, or open pages would hold it up.
    private static async IAsyncEnumerable<SseItem<string>> Follow(
        IControlRoom room, string name, Func<bool> stillKnown, SemaphoreSlim streams, CancellationToken stopping, [EnumeratorCancellation] CancellationToken left = default)
    {
        if (!streams.Wait(0, CancellationToken.None))
        {
            yield break;
        }

        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, left);
            var version = 0L;
            LivePoint? seen = null;
            while (await NextAsync(room, name, version, either.Token) is { } next && stillKnown())
            {
                // A word now and then: where nothing changes, whether the listener is still there and still may listen shows only so.
                if (next.View is not { } view)
                {
                    yield return new("", "still");
                    continue;
                }

                var news = view with { Series = After(view.Series, seen) };
                yield return new(JsonSerializer.Serialize(news, CoreJson.Default.RolloutView), "rollout");
                version = view.Version;
                seen = view.Series.Count > 0 ? view.Series[^1] : seen;
            }
        }
        finally
        {
            streams.Release();
        }
    }

    // By the point itself, not by its time: a clock that is set back must not silence the curves.
    private static ValueList<LivePoint> After(ValueList<LivePoint> series, LivePoint? seen) =>
        seen is null ? series : ValueList.Create(series.AsSpan()[(series.AsSpan().LastIndexOf(seen) + 1)..]);

    // An end by whoever stops or leaves is the end of the stream, not a fault: the answer is finished properly.
    private static async Task<Next?> NextAsync(IControlRoom room, string name, long version, CancellationToken cancel)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        pause.CancelAfter(LongestPause);
        try
        {
            return await room.ChangedAsync(name, version, pause.Token) is { } view ? new(view) : null;
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            return null;
        }
        catch (OperationCanceledException)
        {
            return new(null);
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

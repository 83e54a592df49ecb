using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Api;

/// <summary>Models and rollouts: read, move, follow.</summary>
internal static class RolloutApi
{
    private const int LongestText = 500;

    private static readonly string Texts = $"by and why are texts of 1 to {LongestText} characters, without control characters such as line breaks";

    private static readonly (string Verb, RolloutCommand Command)[] Verbs =
    [
        ("start", RolloutCommand.Start), ("retry", RolloutCommand.Retry), ("pause", RolloutCommand.Pause), ("resume", RolloutCommand.Resume), ("advance", RolloutCommand.Advance),
        ("rollback", RolloutCommand.RollBack),
    ];

    private static readonly HashSet<string> Ours = new(["gateway", "judge", "specification"], StringComparer.OrdinalIgnoreCase);

    public static void Map(IEndpointRouteBuilder routes, IControlRoom room)
    {
        routes.MapGet("/api/v1/models", () => Json(room.Models));
        routes.MapGet("/api/v1/rollouts", () => Json([.. room.Rollouts.Select(Brief)]));
        routes.MapGet("/api/v1/rollouts/{name}", (string name) => Find(room, name) is { } view ? Json(view) : NotFound(name));
        routes.MapGet("/api/v1/rollouts/{name}/verdicts", (string name) => Find(room, name) is not { } view
            ? NotFound(name)
            : view.Judgement is { } judgement ? Results.Json(judgement, CoreJson.Default.Judgement) : Problems.Of(StatusCodes.Status404NotFound, $"{name} was not judged yet"));
        routes.MapGet("/api/v1/rollouts/{name}/events", (string name, IHostApplicationLifetime life) => Find(room, name) is null
            ? NotFound(name)
            : TypedResults.ServerSentEvents(Follow(room, name, life.ApplicationStopping)));
        foreach (var (verb, command) in Verbs)
        {
            routes.MapPost($"/api/v1/rollouts/{{name}}/{verb}", (string name, HttpRequest request, CancellationToken cancel) =>
                CommandAsync(request, NeedsWhy(command), asked => room.CommandAsync(name, command, asked.By ?? "api", asked.Why, cancel), cancel));
        }
    }

    // The first event holds everything; later ones only the points that are new, so a page of ten minutes costs little to follow.
    // The caller's leaving comes with the enumeration; the end of the server comes from outside, or open pages would hold it up.
    private static async IAsyncEnumerable<SseItem<string>> Follow(
        IControlRoom room, string name, CancellationToken stopping, [EnumeratorCancellation] CancellationToken left = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, left);
        var cancel = either.Token;
        var version = 0L;
        LivePoint? seen = null;
        while (await NextAsync(room, name, version, cancel) is { } view)
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

    // Whoever takes a canary back in the night is not asked to write first.
    private static bool NeedsWhy(RolloutCommand command) => command is RolloutCommand.Pause or RolloutCommand.Advance;

    private static async Task<IResult> CommandAsync(HttpRequest request, bool needsWhy, Func<CommandRequest, Task<CommandOutcome>> act, CancellationToken cancel)
    {
        CommandRequest? command;
        try
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, cancel);
            command = body.Length == 0 ? new(null, null) : JsonSerializer.Deserialize(body.ToArray(), ApiJson.Default.CommandRequest);
        }
        catch (JsonException)
        {
            command = null;
        }

        if (Mistake(command, needsWhy) is { } mistake)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, mistake);
        }

        try
        {
            var outcome = await act(command!);
            return outcome.Kind switch
            {
                CommandOutcomeKind.Done => Results.Json(new(outcome.Message), ApiJson.Default.CommandView),
                CommandOutcomeKind.NotFound => Problems.Of(StatusCodes.Status404NotFound, outcome.Message),
                _ => Problems.Of(StatusCodes.Status409Conflict, outcome.Message),
            };
        }
        catch (StoreUnavailableException e)
        {
            return Problems.Of(StatusCodes.Status503ServiceUnavailable, e.Message);
        }
    }

    private static string? Mistake(CommandRequest? command, bool needsWhy) => command switch
    {
        null => "the body must be empty, or an object with the texts \"by\" and \"why\"",
        { By: { } by } when IsUnfit(by) => Texts,
        { Why: { } why } when IsUnfit(why) => Texts,
        { Why: null } when needsWhy => $"why is missing: {Texts}",
        { By: { } by } when Ours.Contains(by) => $"by: {by} stands for haldane itself in the ledger; give the name of whoever asks",
        _ => null,
    };

    // Both go to the ledger, to logs and to terminals, where a control character could paint over what others wrote.
    private static bool IsUnfit(string text) => text.Length > LongestText || string.IsNullOrWhiteSpace(text) || text.Any(char.IsControl);

    private static RolloutView? Find(IControlRoom room, string name) => room.Rollouts.FirstOrDefault(r => r.Rollout.Name == name);

    private static RolloutView Brief(RolloutView view) => view with { Series = [] };

    private static IResult NotFound(string name) => Problems.Of(StatusCodes.Status404NotFound, $"there is no rollout {name}");

    private static IResult Json(IReadOnlyList<ModelView> models) => Results.Json(models, CoreJson.Default.IReadOnlyListModelView);

    private static IResult Json(IReadOnlyList<RolloutView> rollouts) => Results.Json(rollouts, CoreJson.Default.IReadOnlyListRolloutView);

    private static IResult Json(RolloutView rollout) => Results.Json(rollout, CoreJson.Default.RolloutView);
}

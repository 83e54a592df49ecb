using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Api;

/// <summary>Models and rollouts: read, start, abort, follow.</summary>
internal static class RolloutApi
{
    private const int LongestText = 500;

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
        routes.MapPost("/api/v1/rollouts/{name}/start", (string name, HttpRequest request, CancellationToken cancel) =>
            CommandAsync(request, command => room.StartAsync(name, command.By ?? "api", cancel), cancel));
        routes.MapPost("/api/v1/rollouts/{name}/abort", (string name, HttpRequest request, CancellationToken cancel) =>
            CommandAsync(request, command => room.AbortAsync(name, command.By ?? "api", command.Why ?? "no reason given", cancel), cancel));
    }

    // The first event holds everything; later ones only the points that are new, so a page of ten minutes costs little to follow.
    // The caller's leaving comes with the enumeration; the end of the server comes from outside, or open pages would hold it up.
    private static async IAsyncEnumerable<SseItem<string>> Follow(
        IControlRoom room, string name, CancellationToken stopping, [EnumeratorCancellation] CancellationToken left = default)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, left);
        var cancel = either.Token;
        var version = 0L;
        var seen = DateTimeOffset.MinValue;
        while (await room.ChangedAsync(name, version, cancel) is { } view)
        {
            var news = view with { Series = view.Series.Where(p => p.At > seen).ToValueList() };
            yield return new(JsonSerializer.Serialize(news, CoreJson.Default.RolloutView), "rollout");
            version = view.Version;
            seen = view.Series.Count > 0 ? view.Series[^1].At : seen;
        }
    }

    private static async Task<IResult> CommandAsync(HttpRequest request, Func<CommandRequest, Task<CommandOutcome>> act, CancellationToken cancel)
    {
        CommandRequest? command;
        try
        {
            using var body = new MemoryStream();
            await request.Body.CopyToAsync(body, cancel);
            command = body.Length == 0 ? new(null, null) : JsonSerializer.Deserialize(body.ToArray(), ApiJson.Default.CommandRequest);
        }
        catch (JsonException e)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"the body must be an object with \"by\" and \"why\": {e.Message}");
        }

        if (command is null || command.By is { Length: > LongestText or 0 } || command.Why is { Length: > LongestText or 0 })
        {
            return Problems.Of(StatusCodes.Status400BadRequest, $"by and why are texts of 1 to {LongestText} characters");
        }

        try
        {
            var outcome = await act(command);
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

    private static RolloutView? Find(IControlRoom room, string name) => room.Rollouts.FirstOrDefault(r => r.Rollout.Name == name);

    private static RolloutView Brief(RolloutView view) => view with { Series = [] };

    private static IResult NotFound(string name) => Problems.Of(StatusCodes.Status404NotFound, $"there is no rollout {name}");

    private static IResult Json(IReadOnlyList<ModelView> models) => Results.Json(models, CoreJson.Default.IReadOnlyListModelView);

    private static IResult Json(IReadOnlyList<RolloutView> rollouts) => Results.Json(rollouts, CoreJson.Default.IReadOnlyListRolloutView);

    private static IResult Json(RolloutView rollout) => Results.Json(rollout, CoreJson.Default.RolloutView);
}

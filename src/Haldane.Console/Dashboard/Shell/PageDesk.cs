using System.Text;
using System.Text.Encodings.Web;
using Haldane.Console.Access;
using Haldane.Console.Api;
using Haldane.Console.Dashboard.Live;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Dashboard.Shell;

/// <summary>What all pages are answered with.</summary>
internal sealed class PageDesk(IControlRoom room, Sessions sessions, ViewWriter views, TimeProvider time) : IProblemPages
{
    private const string Html = "text/html; charset=utf-8";

    private readonly LivePages _live = new(views, time);

    /// <summary>The rollouts and models.</summary>
    public IControlRoom Room => room;

    /// <summary>A rollout that a person may see; null when there is none of the name.</summary>
    public RolloutView? View(string name, Person person) => RolloutApi.Find(room, name, person);

    /// <summary>A page for who asks for it.</summary>
    public Task<IResult> ShowAsync<TPage>(HttpContext context, params (string Name, object? Value)[] shown)
        where TPage : IComponent => WriteAsync<TPage>([("Visit", VisitOf(context)), .. shown]);

    /// <summary>A piece of a page.</summary>
    public Task<IResult> WriteAsync<TPiece>(params (string Name, object? Value)[] shown)
        where TPiece : IComponent => WriteAsync<TPiece>(StatusCodes.Status200OK, shown);

    /// <summary>The same, with a status of its own.</summary>
    public async Task<IResult> WriteAsync<TPiece>(int status, params (string Name, object? Value)[] shown)
        where TPiece : IComponent => Results.Text(await views.WriteAsync(typeof(TPiece), shown), Html, statusCode: status);

    /// <summary>A stream that keeps a page fresh. Whoever may do the same to the same models sees the same.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="life">When the server ends.</param>
    /// <param name="page">The page.</param>
    /// <param name="look">What a person sees now; null when what it is about is gone.</param>
    public IResult Follow(HttpContext context, IHostApplicationLifetime life, string page, Func<Person, Scene?> look)
    {
        var person = context.Person();
        return _live.IsFull
            ? Problems.Of(StatusCodes.Status503ServiceUnavailable, $"{LivePages.Most:N0} pages are open already; close some")
            : TypedResults.ServerSentEvents(_live.FollowAsync($"{page}\n{person.Role}\n{string.Join('\n', person.Models)}", () => look(person), context.IsStillKnown, life.ApplicationStopping));
    }

    /// <summary>How what somebody asked for went: a sentence, and parts of the page that are others because of it.</summary>
    /// <param name="outcome">How it went.</param>
    /// <param name="parts">The parts, drawn where it was done.</param>
    public async Task<IResult> DoneAsync(CommandOutcome outcome, params IReadOnlyList<Part> parts)
    {
        if (outcome.Kind != CommandOutcomeKind.Done)
        {
            return Asked.Refused(outcome);
        }

        var markup = new StringBuilder(HtmlEncoder.Default.Encode($"Done: {outcome.Message}"));
        foreach (var part in parts)
        {
            markup.Append(await views.ReplaceAsync(part));
        }

        return Results.Text(markup.ToString(), Html);
    }

    /// <summary>There is no such rollout, for this person.</summary>
    public static IResult NotFound(string name) => Problems.Of(StatusCodes.Status404NotFound, $"there is no rollout {name}");

    /// <inheritdoc/>
    async Task IProblemPages.WriteAsync(HttpContext context, int status, string detail) =>
        await (await WriteAsync<ProblemPage>(status, (nameof(ProblemPage.Visit), VisitOf(context)), (nameof(ProblemPage.Status), status), (nameof(ProblemPage.Detail), detail))).ExecuteAsync(context);

    // Nobody, where nobody has come in.
    private Visit? VisitOf(HttpContext context) => context.Features.Get<Known>() is { } known ? new(known.Person, context.Request.Cookies[AdminAccess.Cookie] is { } id ? sessions.Find(id)?.Forgery : null) : null;
}

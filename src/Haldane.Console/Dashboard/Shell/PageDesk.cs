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
internal sealed class PageDesk(IControlRoom room, IPlanDesk plans, Sessions sessions, ViewWriter views, TimeProvider time) : IProblemPages
{
    private const string Html = "text/html; charset=utf-8";

    /// <summary>The query that says what is seen already.</summary>
    public const string Since = "since";

    private readonly LivePages _live = new(views, time);

    /// <summary>The rollouts and models.</summary>
    public IControlRoom Room => room;

    /// <summary>A rollout that a person may see; null when there is none of the name.</summary>
    public RolloutView? View(string name, Person person) => RolloutApi.Find(room, name, person);

    /// <summary>A page for who asks for it.</summary>
    public Task<IResult> ShowAsync<TPage>(HttpContext context, params (string Name, object? Value)[] shown)
        where TPage : IComponent
    {
        plans.MakeWay();
        return WriteAsync<TPage>([("Visit", VisitOf(context)), .. shown]);
    }

    /// <summary>A piece of a page.</summary>
    public Task<IResult> WriteAsync<TPiece>(params (string Name, object? Value)[] shown)
        where TPiece : IComponent => WriteAsync<TPiece>(StatusCodes.Status200OK, shown);

    /// <summary>The same, with a status of its own.</summary>
    public async Task<IResult> WriteAsync<TPiece>(int status, params (string Name, object? Value)[] shown)
        where TPiece : IComponent => Results.Text(await views.WriteAsync(typeof(TPiece), shown), Html, statusCode: status);

    /// <summary>A page that can be followed, for who asks for it.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="page">The page.</param>
    /// <param name="shown">What it shows besides its model, and does not follow.</param>
    public async Task<IResult> OpenAsync<TPage>(HttpContext context, FollowedPage page, params IEnumerable<(string Name, object? Value)> shown)
        where TPage : IComponent
    {
        plans.MakeWay();
        var person = context.Person();
        if (page.Look(person) is not { } scene)
        {
            return Problems.Of(StatusCodes.Status404NotFound, page.Missing);
        }

        var mark = await _live.NoteAsync(page.KeyFor(person), () => page.Look(person), scene, context.RequestAborted);
        return await WriteAsync<TPage>([("Visit", VisitOf(context)! with { Mark = mark }), ("Model", scene.Model), .. shown]);
    }

    /// <summary>A part of a page that can be followed, for who was sent the page without it.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="page">The page.</param>
    /// <param name="id">The part's id.</param>
    public async Task<IResult> PartAsync(HttpContext context, FollowedPage page, string id) => page.Look(context.Person()) is { } scene
        ? Results.Text(await views.ReplaceAsync(scene.Parts.Single(p => p.Id == id)), Html)
        : Problems.Of(StatusCodes.Status404NotFound, page.Missing);

    /// <summary>A stream that keeps such a page fresh.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="life">When the server ends.</param>
    /// <param name="page">The page.</param>
    public IResult Follow(HttpContext context, IHostApplicationLifetime life, FollowedPage page)
    {
        var person = context.Person();
        if (page.Look(person) is null)
        {
            return Problems.Of(StatusCodes.Status404NotFound, page.Missing);
        }

        // Who was cut off says what came last, and otherwise what the page was opened with counts.
        var mark = context.Request.Headers["Last-Event-ID"].FirstOrDefault() ?? context.Request.Query[Since].FirstOrDefault();
        return _live.IsFull
            ? Problems.Of(StatusCodes.Status503ServiceUnavailable, $"{LivePages.Most:N0} pages are open already; close some")
            : new EventStream(_live.FollowAsync(page.KeyFor(person), () => page.Look(person), mark, context.IsStillKnown, life.ApplicationStopping));
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
    public static IResult NotFound(string name) => Problems.Of(StatusCodes.Status404NotFound, Missing(name));

    /// <summary>The same in words.</summary>
    public static string Missing(string name) => $"there is no rollout {name}";

    /// <inheritdoc/>
    async Task IProblemPages.WriteAsync(HttpContext context, int status, string detail) =>
        await (await WriteAsync<ProblemPage>(status, (nameof(ProblemPage.Visit), VisitOf(context)), (nameof(ProblemPage.Status), status), (nameof(ProblemPage.Detail), detail))).ExecuteAsync(context);

    // Nobody, where nobody has come in.
    private Visit? VisitOf(HttpContext context) => context.Features.Get<Known>() is { } known ? new(known.Person, context.Request.Cookies[AdminAccess.Cookie] is { } id ? sessions.Find(id)?.Forgery : null) : null;
}

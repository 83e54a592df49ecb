using Haldane.Console.Access;
using Haldane.Console.Api;
using Haldane.Console.Dashboard.Live;
using Haldane.Core.Access;
using Haldane.Core.Ports;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.Hosting;

namespace Haldane.Console.Dashboard.Shell;

/// <summary>What all pages are answered with.</summary>
internal sealed class PageDesk(IControlRoom room, Sessions sessions, ViewWriter views, LivePages live)
{
    private const string Html = "text/html; charset=utf-8";

    /// <summary>The rollouts and models.</summary>
    public IControlRoom Room => room;

    /// <summary>A rollout that a person may see; null when there is none of the name.</summary>
    public RolloutView? View(string name, Person person) => RolloutApi.Find(room, name, person);

    /// <summary>A page for who asks for it.</summary>
    public Task<IResult> ShowAsync<TPage>(HttpContext context, params (string Name, object? Value)[] shown)
        where TPage : IComponent => WriteAsync<TPage>([("Visit", VisitOf(context)), .. shown]);

    /// <summary>A piece of a page.</summary>
    public async Task<IResult> WriteAsync<TPiece>(params (string Name, object? Value)[] shown)
        where TPiece : IComponent => Text(await views.WriteAsync(typeof(TPiece), shown));

    /// <summary>A stream that keeps a page fresh. Whoever may do the same to the same models sees the same.</summary>
    /// <param name="context">Who asks.</param>
    /// <param name="life">When the server ends.</param>
    /// <param name="page">The page.</param>
    /// <param name="look">What a person sees now; null when what it is about is gone.</param>
    public IResult Follow(HttpContext context, IHostApplicationLifetime life, string page, Func<Person, Scene?> look)
    {
        var person = context.Person();
        return live.IsFull
            ? Problems.Of(StatusCodes.Status503ServiceUnavailable, $"{LivePages.Most:N0} pages are open already; close some")
            : TypedResults.ServerSentEvents(live.FollowAsync($"{page}\n{person.Role}\n{string.Join('\n', person.Models)}", () => look(person), context.IsStillKnown, life.ApplicationStopping));
    }

    /// <summary>Markup.</summary>
    public static IResult Text(string markup) => Results.Text(markup, Html);

    /// <summary>A page that there is not: for people in a browser a page that says so, for all others a problem.</summary>
    public async Task<IResult> MissingAsync(HttpContext context, string detail) => IsForPeople(context.Request)
        ? Results.Text(await views.WriteAsync(typeof(MissingPage), ("Visit", VisitOf(context)), (nameof(MissingPage.Detail), detail)), Html, statusCode: StatusCodes.Status404NotFound)
        : Problems.Of(StatusCodes.Status404NotFound, detail);

    /// <summary>Whether somebody in a browser asks for a whole page.</summary>
    public static bool IsForPeople(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) && !request.Headers.ContainsKey("HX-Request");

    /// <summary>There is no such rollout, for this person.</summary>
    public static IResult NotFound(string name) => Problems.Of(StatusCodes.Status404NotFound, NoRollout(name));

    /// <summary>The same in words.</summary>
    public static string NoRollout(string name) => $"there is no rollout {name}";

    private Visit VisitOf(HttpContext context) => new(context.Person(), context.Request.Cookies[AdminAccess.Cookie] is { } id ? sessions.Find(id)?.Forgery : null);
}

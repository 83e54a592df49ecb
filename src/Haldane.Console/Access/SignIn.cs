using System.Text.Json;
using Haldane.Console.Api;
using Haldane.Console.Dashboard.Shell;
using Haldane.Console.OpenApi;
using Haldane.Core.Access;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Access;

/// <summary>Where people sign in with a browser, and out; and where a page learns who has.</summary>
internal static class SignIn
{
    /// <summary>Where the form is.</summary>
    public const string Path = "/signin";

    /// <summary>The field that says which page is shown afterwards.</summary>
    public const string Back = "to";

    private const int LargestForm = 4_096;

    /// <summary>The form, for somebody who wanted to see a page: afterwards it is shown.</summary>
    public static string For(HttpRequest page) => page.Path == "/" && !page.QueryString.HasValue ? Path : $"{Path}?{Back}={Uri.EscapeDataString(page.Path + page.QueryString)}";

    public static void Map(IEndpointRouteBuilder routes, AdminAccess access, Sessions sessions, FailureLimit failures, PageDesk desk)
    {
        routes.MapGet(Path, (HttpContext context, CancellationToken _) => FormAsync(desk, null, context.Request.Query[Back])).OpenToAll();
        routes.MapPost(Path, (HttpContext context, CancellationToken cancel) => EnterAsync(context, access, sessions, failures, desk, cancel)).OpenToAll();
        routes.MapPost("/signout", (HttpContext context) =>
        {
            if (context.Request.Cookies[AdminAccess.Cookie] is { } id)
            {
                sessions.End(id);
                context.Response.Cookies.Delete(AdminAccess.Cookie);
            }

            return Results.NoContent();
        }).Needs(Permissions.None);
        routes.MapGet("/api/v1/session", (HttpContext context) =>
        {
            var person = context.Person();
            var forgery = context.Request.Cookies[AdminAccess.Cookie] is { } id ? sessions.Find(id)?.Forgery : null;
            return Results.Json(new SessionView(person.Name, JsonNamingPolicy.CamelCase.ConvertName(person.Role.ToString()), [.. person.Models], [.. person.Groups], person.IsProven, forgery), ApiJson.Default.SessionView);
        }).Needs(Permissions.None).Tells<SessionView>("Who is signed in.");
    }

    private static async Task<IResult> EnterAsync(HttpContext context, AdminAccess access, Sessions sessions, FailureLimit failures, PageDesk desk, CancellationToken cancel)
    {
        if (await access.IsTooOftenAsync(context))
        {
            return Results.Empty;
        }

        if (!context.Request.HasFormContentType || context.Request.ContentLength is not <= LargestForm)
        {
            return Problems.Of(StatusCodes.Status400BadRequest, "wanted is a form with the field token");
        }

        var form = await context.Request.ReadFormAsync(cancel);
        if (form["token"] is not [{ } given] || access.Find(given.Trim()) is null)
        {
            failures.Count(context.Connection.RemoteIpAddress);
            return await FormAsync(desk, "Nobody has this token, or it has ended.", form[Back]);
        }

        context.Response.Cookies.Append(AdminAccess.Cookie, sessions.Begin(given.Trim()), new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Secure = context.Request.IsHttps,
            MaxAge = Sessions.Lasts,
            Path = "/",
        });
        context.Response.Headers.Location = IsOurs(form[Back]) ? form[Back].ToString() : "/";
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    // A page of this server and no other: what is led to must not be chosen by whoever made the link.
    private static bool IsOurs(string? path) => path is ['/', not ('/' or '\\'), ..] or "/" && !path.Any(char.IsControl);

    private static Task<IResult> FormAsync(PageDesk desk, string? mistake, string? back) => desk.WriteAsync<SignInPage>(
        mistake is null ? StatusCodes.Status200OK : StatusCodes.Status401Unauthorized, (nameof(SignInPage.Mistake), mistake), (nameof(SignInPage.Back), IsOurs(back) ? back : null));
}

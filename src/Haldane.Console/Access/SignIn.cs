using System.Text.Encodings.Web;
using System.Text.Json;
using Haldane.Console.Api;
using Haldane.Console.Dashboard.Assets;
using Haldane.Console.OpenApi;
using Haldane.Core.Access;
using Microsoft.AspNetCore.Routing;

namespace Haldane.Console.Access;

/// <summary>Where people sign in with a browser, and out; and where a page learns who has.</summary>
internal static class SignIn
{
    /// <summary>Where the form is.</summary>
    public const string Path = "/signin";

    private const int LargestForm = 4_096;
    private const string Back = "to";

    /// <summary>The form, for somebody who wanted to see a page: afterwards it is shown.</summary>
    public static string For(HttpRequest page) => page.Path == "/" && !page.QueryString.HasValue ? Path : $"{Path}?{Back}={Uri.EscapeDataString(page.Path + page.QueryString)}";

    public static void Map(IEndpointRouteBuilder routes, AdminAccess access, Sessions sessions, FailureLimit failures)
    {
        routes.MapGet(Path, (HttpContext context) => Results.Text(Form(null, context.Request.Query[Back]), "text/html; charset=utf-8")).OpenToAll();
        routes.MapPost(Path, (HttpContext context, CancellationToken cancel) => EnterAsync(context, access, sessions, failures, cancel)).OpenToAll();
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

    private static async Task<IResult> EnterAsync(HttpContext context, AdminAccess access, Sessions sessions, FailureLimit failures, CancellationToken cancel)
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
            return Results.Text(Form("Nobody has this token, or it has ended.", form[Back]), "text/html; charset=utf-8", statusCode: StatusCodes.Status401Unauthorized);
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

    private static string Form(string? mistake, string? back) => $"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>Sign in - Haldane</title>
          <link rel="stylesheet" href="{AssetFiles.Of("haldane.css")}">
        </head>
        <body>
          <header class="top"><h1>Haldane</h1></header>
          <main>
            <h2>Sign in</h2>
            {(mistake is null ? "" : $"<p class=\"notice\" role=\"alert\">{mistake}</p>")}
            <form method="post" action="{Path}" class="signin">
              <label for="token">Your token</label>
              <input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
              {(IsOurs(back) ? $"<input type=\"hidden\" name=\"{Back}\" value=\"{HtmlEncoder.Default.Encode(back!)}\">" : "")}
              <button type="submit">Sign in</button>
            </form>
            <p class="quiet">An admin makes tokens: <code>haldane tokens make NAME --role viewer</code>. A session lasts {Sessions.Lasts.TotalHours:0} hours.</p>
          </main>
        </body>
        </html>

        """;
}

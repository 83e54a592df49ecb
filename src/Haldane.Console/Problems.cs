using Microsoft.AspNetCore.Mvc;

namespace Haldane.Console;

/// <summary>Answers that say what is wrong: programs as problem details (RFC 9457), people in a browser as a page.</summary>
internal static class Problems
{
    public static Task WriteAsync(HttpContext context, int status, string detail) => IsForPeople(context.Request) && context.Features.Get<IProblemPages>() is { } pages
        ? pages.WriteAsync(context, status, detail)
        : Results.Json(new ProblemDetails { Status = status, Detail = detail }, Api.ApiJson.Default.ProblemDetails, "application/problem+json", status).ExecuteAsync(context);

    public static IResult Of(int status, string detail) => new Problem(status, detail);

    // A browser that opens a page. What a page itself asks for is read by the page, which wants the detail.
    private static bool IsForPeople(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) && !request.Headers.ContainsKey("HX-Request");

    private sealed record Problem(int Status, string Detail) : IResult
    {
        public Task ExecuteAsync(HttpContext context) => WriteAsync(context, Status, Detail);
    }
}

/// <summary>Shows people what is wrong.</summary>
internal interface IProblemPages
{
    /// <summary>Answers with a page.</summary>
    Task WriteAsync(HttpContext context, int status, string detail);
}

using Microsoft.AspNetCore.Mvc;

namespace Haldane.Console;

/// <summary>Answers that say what is wrong (RFC 9457).</summary>
internal static class Problems
{
    public static Task WriteAsync(HttpContext context, int status, string detail) => Of(status, detail).ExecuteAsync(context);

    public static IResult Of(int status, string detail) => Results.Json(
        new ProblemDetails { Status = status, Detail = detail }, Api.ApiJson.Default.ProblemDetails, "application/problem+json", status);
}

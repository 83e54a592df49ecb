using Haldane.Core.Ports;

namespace Haldane.Console;

/// <summary>What all answers have in common: the headers that keep browsers safe, and on every error a detail that says what was wrong.</summary>
/// <param name="pages">Shows people what is wrong.</param>
/// <param name="logger">Where faults go.</param>
internal sealed partial class Answers(IProblemPages pages, ILogger<Answers> logger)
{
    private const string StoreBackIn = "2"; // seconds

    private readonly ILogger _logger = logger;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        context.Features.Set(pages);
        Harden(context.Response.Headers);
        try
        {
            await next(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has left; there is nobody to answer.
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await AnewAsync(context, e.StatusCode, e.Message);
        }
        catch (StoreUnavailableException e) when (!context.Response.HasStarted)
        {
            await AnewAsync(context, StatusCodes.Status503ServiceUnavailable, e.Message, StoreBackIn);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Faulted(context.Request.Method, context.Request.Path, e);
            await AnewAsync(context, StatusCodes.Status500InternalServerError, "a fault of haldane; its log says more");
        }

        if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentType: null })
        {
            await Problems.WriteAsync(context, context.Response.StatusCode, DetailOf(context));
        }
    }

    // What the routing refuses by itself comes without a body.
    private static string DetailOf(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound => "there is nothing at this path",
        StatusCodes.Status405MethodNotAllowed => $"{context.Request.Method} is not possible here; possible is {context.Response.Headers.Allow}",
        var status => $"refused with status {status}",
    };

    private static Task AnewAsync(HttpContext context, int status, string detail, string? retryAfter = null)
    {
        context.Response.Clear();
        Harden(context.Response.Headers);
        context.Response.Headers.RetryAfter = retryAfter;
        return Problems.WriteAsync(context, status, detail);
    }

    private static void Harden(IHeaderDictionary headers)
    {
        headers.ContentSecurityPolicy = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        headers["Referrer-Policy"] = "same-origin"; // without any, browsers would send our own forms with the origin "null"
        headers.CacheControl = "no-store";
    }

    [LoggerMessage(4001, LogLevel.Error, "{Method} {Path} failed")]
    private partial void Faulted(string method, string path, Exception exception);
}

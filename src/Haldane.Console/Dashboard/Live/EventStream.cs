using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Haldane.Console.Dashboard.Live;

/// <summary>An answer of server-sent events that are written already: each is sent as soon as it is there.</summary>
internal sealed class EventStream(IAsyncEnumerable<ReadOnlyMemory<byte>> events) : IResult
{
    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers[HeaderNames.CacheControl] = "no-cache,no-store";
        response.Headers[HeaderNames.ContentEncoding] = "identity"; // packed, it would be held back
        httpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        await foreach (var news in events.WithCancellation(httpContext.RequestAborted))
        {
            await response.Body.WriteAsync(news, httpContext.RequestAborted);
            await response.Body.FlushAsync(httpContext.RequestAborted);
        }
    }
}

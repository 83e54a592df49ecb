using System.Net;
using Haldane.Gateway.Shadow;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Haldane.Gateway.Relay;

/// <summary>What the forwarder asks us about one attempt of one exchange.</summary>
/// <param name="tap">Where the answer's body goes.</param>
/// <param name="mayRepeat">Whether a failed answer may be swallowed, because another version can still answer.</param>
internal sealed class AnswerTransformer(AnswerTap tap, Func<bool> mayRepeat) : HttpTransformer
{
    /// <summary>Whether the version's answer came to its end; whatever fails after that is not the answer's fault.</summary>
    public bool BodyEnded { get; private set; }

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);

        // The version is addressed by its own name, which TLS and virtual hosts need.
        proxyRequest.Headers.Host = null;

        // Only ours may say that nobody sees the answer.
        proxyRequest.Headers.Remove(CopiedRequest.Field);

        // The data port has said "continue" itself; with the header the client would wait a second for a version that does not know it.
        proxyRequest.Headers.ExpectContinue = null;
        if (proxyRequest.Content is { } body && httpContext.Request.ContentLength is null)
        {
            proxyRequest.Content = new StreamedContent(body);
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return false;
        }

        if ((int)proxyResponse.StatusCode >= 500 && mayRepeat())
        {
            return false;
        }

        if (proxyResponse.StatusCode == HttpStatusCode.SwitchingProtocols && !AsksToSwitch(httpContext))
        {
            // The forwarder would blame the caller and send the 101 on.
            throw new InvalidDataException("the version switches protocols although nobody asked it to");
        }

        await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        tap.Begin(mayRepeat);
        return true;
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        BodyEnded = true;
        return base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
    }

    private static bool AsksToSwitch(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
}

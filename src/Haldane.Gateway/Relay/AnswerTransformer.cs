using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Overrides;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Haldane.Gateway.Relay;

/// <summary>What the forwarder asks us about one attempt of one exchange.</summary>
/// <param name="tap">Where the answer's body goes.</param>
/// <param name="mayRepeat">Whether a failed answer may be swallowed, because another version can still answer.</param>
/// <param name="change">What of the request is changed for the version; null for nothing.</param>
/// <param name="edited">The body as the version is to get it; null for the caller's.</param>
internal sealed class AnswerTransformer(AnswerTap tap, Func<bool> mayRepeat, VersionOverride? change, EditedBody? edited) : HttpTransformer
{
    private bool _isGrpc;

    /// <summary>The HTTP status that says how an answer of gRPC ended; null for other answers.</summary>
    public int? GrpcStatus { get; private set; }

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
        if (change is not null)
        {
            Change(httpContext.Request, proxyRequest, destinationPrefix, change);
        }

        if (proxyRequest.Content is { } body && (edited is null ? httpContext.Request.ContentLength : body.Headers.ContentLength) is null)
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

        _isGrpc = Relay.GrpcStatus.IsSpoken(proxyResponse.Content.Headers.ContentType?.ToString());
        GrpcStatus = _isGrpc ? Relay.GrpcStatus.InHead(proxyResponse.Headers) : null;
        if (GrpcStatus >= 500 && mayRepeat())
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
        if (!AsksToSwitch(httpContext))
        {
            proxyResponse.Content = new HeadFirst(proxyResponse.Content, tap.FlushAsync);
        }

        return true;
    }

    public override ValueTask TransformResponseTrailersAsync(HttpContext httpContext, HttpResponseMessage proxyResponse, CancellationToken cancellationToken)
    {
        BodyEnded = true;
        GrpcStatus = _isGrpc ? GrpcStatus ?? Relay.GrpcStatus.InTrailers(proxyResponse.TrailingHeaders) : null;
        return base.TransformResponseTrailersAsync(httpContext, proxyResponse, cancellationToken);
    }

    private void Change(HttpRequest request, HttpRequestMessage proxyRequest, string destinationPrefix, VersionOverride change)
    {
        if (change.Path?.Of(request.Path.Value ?? "/") is { } path)
        {
            proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(destinationPrefix, path, request.QueryString);
        }

        foreach (var name in request.Headers.Keys)
        {
            var ascii = Encoding.ASCII.GetBytes(name);
            if (change.Sets(ascii) || (edited is not null && VersionOverride.IsAboutBody(ascii)))
            {
                HeadersFor(proxyRequest, name)?.Remove(name);
            }
        }

        foreach (var (name, value) in change.Headers)
        {
            SetHeader(proxyRequest, name, value);
        }

        if (edited is not null && proxyRequest.Content is { } content)
        {
            content.Headers.ContentLength = edited.LengthOf(request.ContentLength);
            if (edited.JsonLength >= 0)
            {
                SetHeader(proxyRequest, VersionOverride.JsonLength.Text, edited.JsonLength.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    // The client keeps the fields about the body apart, and refuses to look for one where it cannot be.
    private static void SetHeader(HttpRequestMessage request, string name, string value)
    {
        var headers = HeadersFor(request, name);
        headers?.Remove(name);
        headers?.TryAddWithoutValidation(name, value);
    }

    private static HttpHeaders? HeadersFor(HttpRequestMessage request, string name) =>
        request.Headers.TryAddWithoutValidation(name, "") ? request.Headers : request.Content?.Headers;

    private static bool AsksToSwitch(HttpContext context) =>
        context.Features.Get<IHttpUpgradeFeature>() is { IsUpgradableRequest: true }
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
}

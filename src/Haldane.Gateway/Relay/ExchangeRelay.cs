using System.Buffers;
using System.Net.Mime;
using Haldane.Core;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Http1;
using Haldane.Gateway.Overrides;
using Haldane.Gateway.Protocols;
using Haldane.Gateway.Routing;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Haldane.Gateway.Relay;

/// <summary>Serves one request: match, assign, forward, observe, and stand in for a canary that failed.</summary>
/// <remarks>Immutable; every request reads one snapshot and hands it down.</remarks>
internal sealed class ExchangeRelay(ExchangeDesk desk, IHttpForwarder forwarder)
{
    public async Task InvokeAsync(HttpContext context)
    {
        if (Http2Fields.AreMalformed(context.Request))
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "the request has a field that HTTP/2 does not allow");
            return;
        }

        if (desk.Routes.Match(context.Request.Path.Value ?? "/") is not { } route)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "no model is served at this path");
            return;
        }

        var exchange = new Exchange();
        desk.Open(exchange, route, new HttpRequestFields(context.Request, await BeginningAsync(context.Request, route)));
        var body = exchange.MayFailOver || exchange.Call.IsText() || exchange.Copy is not null || exchange.Version.Override is { EditsBodies: true }
            ? new ReplayableBody(context.Request.Body, () => exchange.AskedAt = desk.Time.GetTimestamp())
            : null;
        if (body is not null)
        {
            context.Request.Body = body;
        }

        var tap = new AnswerTap(context, exchange, context.Response.Body, desk);
        context.Features.Set<IHttpResponseBodyFeature>(new AnswerBody(context.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), tap));
        try
        {
            await ServeAsync(context, exchange, tap, body);
        }
        finally
        {
            tap.Release();
            exchange.DropCopy();
            body?.Dispose();
        }
    }

    // What says which state a request goes on from stands in its body, which stays unread for the forwarder.
    private static async ValueTask<ReadOnlySequence<byte>> BeginningAsync(HttpRequest request, ModelRoute route)
    {
        if (route.Split is null || Calls.Of(new HttpRequestFields(request, default), route.Spec.Protocol) != Call.Response || request.ContentLength is not { } length || length is 0 or > RelayLimits.LargestRead)
        {
            return default;
        }

        var read = await request.BodyReader.ReadAtLeastAsync((int)length, request.HttpContext.RequestAborted);
        var copy = read.Buffer.ToArray();
        request.BodyReader.AdvanceTo(read.Buffer.Start);
        return new(copy);
    }

    private async Task ServeAsync(HttpContext context, Exchange exchange, AnswerTap tap, ReplayableBody? body)
    {
        var outcome = desk.IsEjected(exchange, IsSmall(context))
            ? Outcome.Ejected
            : await SendAsync(context, exchange, exchange.Version, tap, body, () => exchange.MayFailOver && CanRepeat());
        if (outcome == Outcome.Answered && body is not null)
        {
            tap.Check(body.Kept);
        }

        Record(context, exchange, body, outcome, exchange.GrpcStatus ?? context.Response.StatusCode);
        if (outcome == Outcome.Ejected || (!context.Response.HasStarted && MayStandIn(exchange, outcome, body)))
        {
            context.Response.Clear();
            if (body is not null)
            {
                body.Rewind();
                context.Request.Body = body;
            }

            tap.Forget();
            exchange.BeginStandIn();
            var first = outcome;
            outcome = await SendAsync(context, exchange, exchange.Route.Split!.Baseline, tap, body, static () => false);
            desk.BookStandIn(exchange, first, outcome);
        }

        if (outcome is (Outcome.Broken or Outcome.Unreached or Outcome.Abandoned or Outcome.Unfit) && !context.Response.HasStarted)
        {
            // Without this the held beginning of a broken answer would go out in front of the explanation.
            tap.Forget();
            tap.Announce();
            await (outcome != Outcome.Unfit ? ExplainAsync(context)
                : VersionOverride.IsPacked(new HttpRequestFields(context.Request, default)) ? RefuseAsync(context, StatusCodes.Status415UnsupportedMediaType, Refusals.Packed)
                : RefuseAsync(context, StatusCodes.Status400BadRequest, Refusals.Unfit));
        }

        bool CanRepeat() => body is { CanReplay: true } && !context.Response.HasStarted;
    }

    private async Task<Outcome> SendAsync(HttpContext context, Exchange exchange, VersionRoute version, AnswerTap tap, ReplayableBody? body, Func<bool> mayRepeat)
    {
        if (version.Override is not { } change)
        {
            return await SendAsync(context, exchange, version, tap, new AnswerTransformer(tap, mayRepeat, null, null));
        }

        var fields = new HttpRequestFields(context.Request, default);
        var mayHaveBody = context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true && context.Request.ContentLength != 0;
        if (!mayHaveBody || body is null || change.EditsOf(fields) is not { } edits)
        {
            return await SendAsync(context, exchange, version, tap, new AnswerTransformer(tap, mayRepeat, change, null));
        }

        await using var edited = new EditedBody(body);
        var gathered = VersionOverride.IsPacked(fields) ? Outcome.Unfit : await GatherAsync(context, exchange, edited, edits);
        if (gathered != Outcome.Answered)
        {
            return gathered;
        }

        context.Request.Body = edited.IsEmpty ? body : edited;
        var outcome = await SendAsync(context, exchange, version, tap, new AnswerTransformer(tap, mayRepeat, change, edited.IsEmpty ? null : edited));
        return edited.IsUnfit ? Outcome.Unfit : outcome;
    }

    // Answered when a version can be asked.
    private async Task<Outcome> GatherAsync(HttpContext context, Exchange exchange, EditedBody edited, ObjectEdits edits)
    {
        using var patience = new CancellationTokenSource(Timeout.InfiniteTimeSpan, desk.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, context.RequestAborted);
        try
        {
            var length = new HttpRequestFields(context.Request, default).ValueOf(VersionOverride.JsonLength).ToArray();
            return await edited.GatherAsync(edits, length, () => patience.CancelAfter(exchange.Route.Spec.Timeout), either.Token) ? Outcome.Answered : Outcome.Unfit;
        }
        catch (BadHttpRequestException e)
        {
            context.Response.StatusCode = e.StatusCode;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The caller has left, or stands still.
            context.Response.StatusCode = StatusCodes.Status408RequestTimeout;
        }

        return Outcome.Abandoned;
    }

    // Known to be kept to its end.
    private static bool IsSmall(HttpContext context) =>
        context.Request.ContentLength is <= ReplayableBody.Limit || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };

    private static bool MayStandIn(Exchange exchange, Outcome outcome, ReplayableBody? body) => outcome switch
    {
        Outcome.Erred or Outcome.Broken => exchange.MayFailOver && body is { CanReplay: true },
        Outcome.Unreached => exchange.MayStandIn,

        // A canary that its override keeps a request from has not been asked, so nothing is repeated.
        Outcome.Unfit => exchange.Arm == Arm.Canary && body is { CanReplay: true },
        _ => false,
    };

    private async Task<Outcome> SendAsync(HttpContext context, Exchange exchange, VersionRoute version, AnswerTap tap, AnswerTransformer transformer)
    {
        var error = await ForwardAsync(context, version, transformer, exchange.Nonce);
        exchange.GrpcStatus = transformer.GrpcStatus;
        if (tap.HasFailedUnseen)
        {
            return Outcome.Erred;
        }

        var isWhole = transformer.BodyEnded || error == ForwarderError.None;
        if (isWhole && !tap.IsLong)
        {
            await tap.EndAsync();
        }

        if (tap.IsLong || (tap.IsShort && transformer.BodyEnded) || (isWhole && tap.IsCut))
        {
            BreakOff(context);
            return Outcome.Broken;
        }

        return error switch
        {
            _ when isWhole => tap.HasFailed ? Outcome.Erred : Ended(exchange.GrpcStatus, context.Response.StatusCode),
            ForwarderError.RequestCreation => Refuse(context),
            ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
                or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient
                or ForwarderError.UpgradeRequestCanceled or ForwarderError.UpgradeRequestClient
                or ForwarderError.UpgradeResponseCanceled or ForwarderError.UpgradeResponseClient => Outcome.Abandoned,

            ForwarderError.Request when context.GetForwarderErrorFeature()?.Exception is HttpRequestException
            {
                HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError,
            } => Outcome.Unreached,

            // RequestAborted must not be asked here: the forwarder raises it too, to cut an answer that the version has cut.
            _ => Outcome.Broken,
        };
    }

    private static Outcome Ended(int? grpc, int http) => grpc == GrpcStatus.Cancelled ? Outcome.Abandoned : (grpc ?? http) >= 500 ? Outcome.Erred : Outcome.Answered;

    private async Task<ForwarderError> ForwardAsync(HttpContext context, VersionRoute version, AnswerTransformer transformer, uint chance)
    {
        var index = version.Next(chance, desk.Now);
        var endpoint = version[index];
        endpoint.Begin();
        try
        {
            return await forwarder.SendAsync(context, endpoint.Address, endpoint.Client, version.RequestsTo(index), transformer);
        }
        finally
        {
            endpoint.End();
        }
    }

    // No version ever saw the request, so none can be to blame: e.g. an extended CONNECT of a protocol that is not WebSocket.
    private static Outcome Refuse(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status400BadRequest;
        return Outcome.Abandoned;
    }

    // A caller must never take a part for the whole: what has begun is cut, what has not can still become a proper answer.
    private static void BreakOff(HttpContext context)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = StatusCodes.Status502BadGateway;
    }

    private void Record(HttpContext context, Exchange exchange, ReplayableBody? body, Outcome outcome, int status)
    {
        if (IsTunnel(context))
        {
            return;
        }

        if (exchange.Copy is { } copy && outcome != Outcome.Abandoned
            && !(body is { CanReplay: true } && (body.IsWhole || context.Request.ContentLength is null or 0 || body.Kept.Length == context.Request.ContentLength) && CopiedRequest.TryWrite(copy, context.Request, body.Kept)))
        {
            exchange.DropCopy(CopyDrop.Large);
        }

        if (status >= StatusCodes.Status400BadRequest)
        {
            // What gRPC refuses comes with a good status of HTTP, and with nothing to read.
            exchange.ForgetPredictions();
        }

        desk.Book(exchange, outcome, status, HttpMethods.IsHead(context.Request.Method));
    }

    // A WebSocket, over HTTP/1.1 or as the extended CONNECT of HTTP/2 (RFC 8441): a conversation, not an answer.
    private static bool IsTunnel(HttpContext context) =>
        context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols
        || (HttpMethods.IsConnect(context.Request.Method) && context.Response.StatusCode is >= 200 and < 300);

    private static Task ExplainAsync(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status400BadRequest => RefuseAsync(context, StatusCodes.Status400BadRequest, "this request cannot be forwarded"),
        StatusCodes.Status408RequestTimeout => RefuseAsync(context, StatusCodes.Status408RequestTimeout, "the request did not come in time"),
        StatusCodes.Status413PayloadTooLarge => RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, "the request is too large"),
        StatusCodes.Status504GatewayTimeout => RefuseAsync(context, StatusCodes.Status504GatewayTimeout, "the model did not answer in time"),
        StatusCodes.Status502BadGateway => RefuseAsync(context, StatusCodes.Status502BadGateway, "the model could not be reached"),
        _ => Task.CompletedTask,
    };

    private static Task RefuseAsync(HttpContext context, int status, string why)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = MediaTypeNames.Application.Json;
        return context.Response.WriteAsync($$"""{"error":"{{why}}"}""");
    }
}

using System.Net.Mime;
using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Routing;
using Yarp.ReverseProxy.Forwarder;

namespace Haldane.Gateway.Relay;

/// <summary>Serves one request: match, assign, forward, observe, and stand in for a canary that failed.</summary>
/// <remarks>Immutable; every request reads one snapshot and hands it down.</remarks>
internal sealed class ExchangeRelay(GatewayRouter router, IHttpForwarder forwarder, TokenCodec tokens, RequestIds ids, TimeProvider time)
{
    private enum Outcome
    {
        Answered,

        // The version's own answer says that it failed: 5xx.
        Erred,

        // No whole answer came: refused, reset, timed out, cut short.
        Broken,

        // The caller left, or sent what cannot be forwarded: charged to nobody.
        Abandoned,
    }

    public async Task InvokeAsync(HttpContext context)
    {
        if (router.Current.Match(context.Request.Path.Value ?? "/") is not { } route)
        {
            await RefuseAsync(context, StatusCodes.Status404NotFound, "no model is served at this path");
            return;
        }

        var exchange = Begin(context, route);
        var body = MayFailOver(context, exchange) ? new ReplayableBody(context.Request.Body) : null;
        if (body is not null)
        {
            context.Request.Body = body;
        }

        var tap = new AnswerTap(context, exchange, context.Response.Body, time);
        context.Response.Body = tap;
        try
        {
            await ServeAsync(context, exchange, tap, body);
        }
        finally
        {
            tap.Release();
            body?.Dispose();
        }
    }

    private async Task ServeAsync(HttpContext context, Exchange exchange, AnswerTap tap, ReplayableBody? body)
    {
        var route = exchange.Route;
        var version = exchange.Arm == Arm.Canary ? route.Split!.Canary : route.Split?.Baseline ?? route.Serving;
        var started = time.GetTimestamp();
        var transformer = new AnswerTransformer(tap, () => body is { CanReplay: true } && !context.Response.HasStarted);
        var outcome = await SendAsync(context, version, tap, transformer);
        Record(context, exchange, tap, outcome, started);
        if (outcome is (Outcome.Erred or Outcome.Broken) && body is { CanReplay: true } && !context.Response.HasStarted)
        {
            context.Response.Clear();
            body.Rewind();
            tap.Forget();
            exchange.StandIn = true;
            outcome = await SendAsync(context, route.Split!.Baseline, tap, new AnswerTransformer(tap, static () => false));
            if (exchange.Counts && outcome == Outcome.Answered)
            {
                route.Totals.FailedOver(exchange.Arm);
            }
        }

        if (outcome is (Outcome.Broken or Outcome.Abandoned) && !context.Response.HasStarted)
        {
            // Without this the held beginning of a broken answer would go out in front of the explanation.
            tap.Forget();
            exchange.Announce(context.Response);
            await ExplainAsync(context);
        }
    }

    private Exchange Begin(HttpContext context, ModelRoute route)
    {
        var split = route.Split;
        Span<int> values = stackalloc int[route.Segments.Length];
        for (var s = 0; s < values.Length; s++)
        {
            values[s] = route.Segments[s].IndexOf(context.Request.Headers[route.Segments[s].Header]);
        }

        var hash = split is null ? ids.Next() : SubjectHash(context, route, split);
        var arm = split is null ? Arm.Baseline : Assigner.ArmOf(hash, split.Share);
        var counts = IsInference(context.Request, route.Spec);
        var identity = Assigner.IdentityOf(hash);
        if (counts)
        {
            route.Counters?.Subject(arm, identity);
        }

        return new(route, tokens)
        {
            Arm = arm,
            Subject = identity,
            SegmentCode = route.Cells.Encode(values),
            At = time.GetUtcNow(),
            Nonce = (uint)ids.Next(),
            Counts = counts,
        };
    }

    private ulong SubjectHash(HttpContext context, ModelRoute route, SplitRoute split)
    {
        string? subject = route.Spec.Subject switch
        {
            { Header: { } header } => context.Request.Headers[header],
            { Cookie: { } cookie } => context.Request.Cookies[cookie],
            _ => null,
        };
        if (string.IsNullOrEmpty(subject))
        {
            // No subject: the request is its own, and a retry with the same id stays on its arm.
            subject = context.Request.Headers["x-request-id"];
        }

        return string.IsNullOrEmpty(subject) ? ids.Next() : split.Assigner.HashOf(subject);
    }

    // Metadata and health calls of the inference protocol go along with their subject's arm, but they are no evidence about the model.
    private static bool IsInference(HttpRequest request, ModelSpec spec) =>
        spec.Protocol != Protocol.OpenInference
        || (HttpMethods.IsPost(request.Method) && request.Path.Value!.EndsWith("/infer", StringComparison.Ordinal));

    private static bool MayFailOver(HttpContext context, Exchange exchange) =>
        exchange.Arm == Arm.Canary
        && exchange.Route.Spec.Failover switch
        {
            Failover.Always => true,
            Failover.Never => false,
            _ => exchange.Route.Spec.Protocol == Protocol.OpenInference || IsSafe(context.Request.Method),
        };

    // RFC 9110, section 9.2.1.
    private static bool IsSafe(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);

    private async Task<Outcome> SendAsync(HttpContext context, VersionRoute version, AnswerTap tap, AnswerTransformer transformer)
    {
        var endpoint = version.Next();
        var error = await forwarder.SendAsync(context, endpoint.Address, endpoint.Client, endpoint.Request, transformer);
        if (tap.IsLong || (tap.IsShort && transformer.BodyEnded))
        {
            BreakOff(context);
            return Outcome.Broken;
        }

        return error switch
        {
            _ when transformer.BodyEnded || error == ForwarderError.None => context.Response.StatusCode >= 500 ? Outcome.Erred : Outcome.Answered,
            ForwarderError.RequestCreation => Refuse(context),
            ForwarderError.RequestCanceled or ForwarderError.RequestBodyCanceled or ForwarderError.RequestBodyClient
                or ForwarderError.ResponseBodyCanceled or ForwarderError.ResponseBodyClient
                or ForwarderError.UpgradeRequestCanceled or ForwarderError.UpgradeRequestClient
                or ForwarderError.UpgradeResponseCanceled or ForwarderError.UpgradeResponseClient => Outcome.Abandoned,

            // RequestAborted must not be asked here: the forwarder raises it too, to cut an answer that the version has cut.
            _ => Outcome.Broken,
        };
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

    private void Record(HttpContext context, Exchange exchange, AnswerTap tap, Outcome outcome, long started)
    {
        var route = exchange.Route;
        if (!exchange.Counts || IsTunnel(context))
        {
            return;
        }

        switch (outcome)
        {
            case Outcome.Abandoned:
                route.Totals.Abandoned(exchange.Arm);
                return;
            case Outcome.Erred or Outcome.Broken:
                route.Totals.Ended(exchange.Arm);
                route.Totals.Failed(exchange.Arm);
                route.Counters?.Failed(exchange.Arm, exchange.SegmentCode, exchange.Subject);
                return;
            default:
                tap.Complete();
                route.Totals.Ended(exchange.Arm);
                if (route.Answers.ReadsClass && exchange.Prediction is { Class: ExchangeToken.NoClass })
                {
                    route.Totals.Unread(exchange.Arm);
                }

                route.Counters?.Answered(Counted(context, exchange, started));
                return;
        }
    }

    // A WebSocket, over HTTP/1.1 or as the extended CONNECT of HTTP/2 (RFC 8441): a conversation, not an answer.
    private static bool IsTunnel(HttpContext context) =>
        context.Response.StatusCode == StatusCodes.Status101SwitchingProtocols
        || (HttpMethods.IsConnect(context.Request.Method) && context.Response.StatusCode is >= 200 and < 300);

    private CountedAnswer Counted(HttpContext context, Exchange exchange, long started)
    {
        var answer = new CountedAnswer(exchange.Arm, exchange.Subject, exchange.SegmentCode) { Prediction = exchange.Prediction, Event = EventOf(context, exchange) };
        if (context.Response.StatusCode >= 400)
        {
            // A refusal of the caller's mistake is quick and says nothing about the model's speed.
            return answer;
        }

        var end = exchange.LastByteAt == 0 ? time.GetTimestamp() : exchange.LastByteAt;
        return answer with
        {
            Latency = time.GetElapsedTime(started, end).TotalSeconds,
            FirstToken = exchange.FirstByteAt == 0 ? double.NaN : time.GetElapsedTime(started, exchange.FirstByteAt).TotalSeconds,
        };
    }

    private static int? EventOf(HttpContext context, Exchange exchange) => context.Response.StatusCode switch
    {
        >= 400 and < 500 => Occurrence.Refused,

        // These say themselves that they have no body.
        StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent => null,
        >= 200 and < 300 when exchange.FirstByteAt == 0 && !HttpMethods.IsHead(context.Request.Method) => Occurrence.Empty,
        _ => null,
    };

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

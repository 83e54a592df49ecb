using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Exchanges;
using Haldane.Core.Specification;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Routing;

namespace Haldane.Gateway.Relay;

/// <summary>Opens exchanges and books how they ended: what both ways of relaying have in common.</summary>
/// <remarks>Immutable; any thread. Every request reads one snapshot and hands it down.</remarks>
internal sealed class ExchangeDesk(GatewayRouter router, TokenCodec tokens, RequestIds ids, TimeProvider time)
{
    private static readonly FieldName RequestId = new("x-request-id");

    public TimeProvider Time => time;

    public TokenCodec Tokens => tokens;

    /// <summary>Milliseconds of the watch.</summary>
    public long Now => router.Watch.Now;

    /// <summary>The snapshot in force.</summary>
    public RouteSnapshot Routes => router.Current;

    /// <summary>Assigns a request.</summary>
    public void Open<TFields>(Exchange exchange, ModelRoute route, scoped in TFields fields)
        where TFields : IRequestFields, allows ref struct
    {
        var split = route.Split;
        Span<int> values = stackalloc int[route.Segments.Length];
        for (var s = 0; s < values.Length; s++)
        {
            values[s] = route.Segments[s].IndexOf(fields.ValueOf(route.Segments[s].Header));
        }

        var hash = split is null ? ids.Next() : SubjectHash(fields, route, split);
        exchange.Route = route;
        exchange.Arm = split is null ? Arm.Baseline : Assigner.ArmOf(hash, split.Share);
        exchange.Subject = Assigner.IdentityOf(hash);
        exchange.SegmentCode = route.Cells.Encode(values);
        exchange.At = time.GetUtcNow();
        exchange.Nonce = (uint)ids.Next();
        exchange.Counts = IsInference(fields, route.Spec);
        exchange.MayRepeat = MayRepeat(fields, route.Spec);
        exchange.MayFailOver = exchange.MayRepeat && exchange.Arm == Arm.Canary;
        (exchange.StandIn, exchange.Prediction, exchange.FirstByteAt, exchange.LastByteAt) = (false, null, 0, 0);
        exchange.StartedAt = time.GetTimestamp();
        if (exchange.Counts)
        {
            route.Counters?.Subject(exchange.Arm, exchange.Subject);
        }
    }

    /// <summary>Books how the version of its arm dealt with an exchange.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="status">The answer's status, where one came.</param>
    /// <param name="toHead">Whether it answers a HEAD request.</param>
    public void Book(Exchange exchange, Outcome outcome, int status, bool toHead)
    {
        var route = exchange.Route;
        if (!exchange.Counts)
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
                route.Totals.Ended(exchange.Arm);
                if (route.Answers.ReadsClass && exchange.Prediction is { Class: ExchangeToken.NoClass })
                {
                    route.Totals.Unread(exchange.Arm);
                }

                route.Counters?.Answered(Counted(exchange, status, toHead));
                return;
        }
    }

    /// <summary>Books how the baseline dealt with an exchange in the canary's place.</summary>
    public static void BookStandIn(Exchange exchange, Outcome outcome)
    {
        if (exchange.Counts && outcome == Outcome.Answered)
        {
            exchange.Route.Totals.FailedOver(exchange.Arm);
        }
    }

    private ulong SubjectHash<TFields>(scoped in TFields fields, ModelRoute route, SplitRoute split)
        where TFields : IRequestFields, allows ref struct
    {
        var subject = route.Subject is not { } name ? default
            : route.SubjectCookie is { } cookie ? Cookies.ValueOf(fields.ValueOf(name), cookie)
            : fields.ValueOf(name);

        // No subject: the request is its own, and a retry with the same id stays on its arm.
        subject = subject.IsEmpty ? fields.ValueOf(RequestId) : subject;
        return subject.IsEmpty ? ids.Next() : split.Assigner.HashOf(subject);
    }

    // Metadata and health calls of the inference protocol go along with their subject's arm, but they are no evidence about the model.
    private static bool IsInference<TFields>(scoped in TFields fields, ModelSpec spec)
        where TFields : IRequestFields, allows ref struct =>
        spec.Protocol != Protocol.OpenInference || (fields.IsPost && fields.PathEndsWith("/infer"u8));

    private static bool MayRepeat<TFields>(scoped in TFields fields, ModelSpec spec)
        where TFields : IRequestFields, allows ref struct => spec.Failover switch
        {
            Failover.Always => true,
            Failover.Never => false,
            _ => spec.Protocol == Protocol.OpenInference || fields.IsSafe,
        };

    private CountedAnswer Counted(Exchange exchange, int status, bool toHead)
    {
        var answer = new CountedAnswer(exchange.Arm, exchange.Subject, exchange.SegmentCode) { Prediction = exchange.Prediction, Events = EventsOf(exchange, status, toHead) };
        if (status >= 400)
        {
            // A refusal of the caller's mistake is quick and says nothing about the model's speed.
            return answer;
        }

        var end = exchange.LastByteAt == 0 ? time.GetTimestamp() : exchange.LastByteAt;
        return answer with
        {
            Latency = time.GetElapsedTime(exchange.StartedAt, end).TotalSeconds,
            FirstToken = exchange.FirstByteAt == 0 ? double.NaN : time.GetElapsedTime(exchange.StartedAt, exchange.FirstByteAt).TotalSeconds,
        };
    }

    private static AnswerEvents EventsOf(Exchange exchange, int status, bool toHead) => status switch
    {
        >= 400 and < 500 => AnswerEvents.Refused,

        // These say themselves that they have no body.
        StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent => AnswerEvents.None,
        >= 200 and < 300 when exchange.FirstByteAt == 0 && !toHead => AnswerEvents.Empty,
        _ => AnswerEvents.None,
    };
}

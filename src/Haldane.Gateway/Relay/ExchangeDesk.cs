using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Exchanges;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Overrides;
using Haldane.Gateway.Protocols;
using Haldane.Gateway.Routing;

namespace Haldane.Gateway.Relay;

/// <summary>Opens exchanges and books how they ended: what both ways of relaying have in common.</summary>
/// <remarks>Immutable; any thread. Every request reads one snapshot and hands it down.</remarks>
internal sealed class ExchangeDesk(GatewayRouter router, TokenCodec tokens, RequestIds ids, TimeProvider time)
{
    private static readonly FieldName RequestId = new("x-request-id");

    private readonly ReturningCallers _returning = new(time);

    public TimeProvider Time => time;

    public TokenCodec Tokens => tokens;

    public GatewayLimits Limits => router.Limits;

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

        var (isOwn, isNamed) = (true, false);
        var hash = split is null ? ids.Next() : SubjectHash(fields, route, split, out isOwn, out isNamed);
        exchange.Route = route;
        exchange.Call = Calls.Of(fields, route.Spec.Protocol);
        exchange.Arm = split is null ? Arm.Baseline : Assigner.ArmOf(hash, split.Share);
        _returning.Recognise(exchange, fields, isOwn);
        exchange.Subject = Assigner.IdentityOf(hash);
        exchange.At = time.GetUtcNow();
        exchange.Nonce = (uint)ids.Next();
        exchange.Counts = exchange is { IsRetry: false, IsForced: false, Call: not Call.Other } && !(route.EditsBodies && VersionOverride.IsPacked(fields));
        if (route.VisitSegment >= 0)
        {
            values[route.VisitSegment] = Visit(exchange, split, isNamed);
        }

        if (route.StartSegment >= 0)
        {
            values[route.StartSegment] = split?.Start is { } start && start.See(exchange.Arm == Arm.Canary || split.Shadow is not null, Now) ? 0 : 1;
        }

        exchange.SegmentCode = route.Cells.Encode(values);
        exchange.MayRepeat = MayRepeat(exchange.Call, fields, route.Spec);
        exchange.MayFailOver = exchange.MayRepeat && exchange.Arm == Arm.Canary && !exchange.IsHeld;
        exchange.MayStandIn = exchange.Arm == Arm.Canary && !exchange.IsHeld && route.Spec.Failover != Failover.Never;
        (exchange.StandIn, exchange.AskedAt) = (false, 0);
        exchange.ForgetAnswer();
        exchange.StartedAt = time.GetTimestamp();
        exchange.DropCopy();
        if (exchange.Counts)
        {
            route.Counters?.Subject(exchange.Arm, exchange.Subject);
            exchange.Copy = CopyOf(exchange, split) ?? (exchange is { MayRepeat: true, IsHeld: false } ? route.Recent?.Begin() : null);
        }
    }

    private static ExchangeCopy? CopyOf(Exchange exchange, SplitRoute? split) => split switch
    {
        { Samples: { } samples } => samples.Begin(exchange.Arm),

        // What goes on with the state of an earlier response means nothing to the other version.
        { Shadow: { } shadow } when exchange is { MayRepeat: true, IsHeld: false } => shadow.Begin(exchange.Nonce),
        _ => null,
    };

    // The index of the value in SegmentSpec.Visits; its count is other: nobody knows whose call it is.
    private static int Visit(Exchange exchange, SplitRoute? split, bool isNamed) =>
        !isNamed || split?.Known is not { } known ? SegmentSpec.Visits.Count : exchange.Counts && known.See(exchange.Subject) ? 0 : 1;

    /// <summary>Whether the baseline has to answer at once, because the canary is plainly dead; now and then a call is let through to it.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="canRepeat">Whether its body will be there a second time.</param>
    public bool IsEjected(Exchange exchange, bool canRepeat)
    {
        if (exchange.Arm != Arm.Canary || exchange.StandIn || exchange.IsHeld || exchange.Route.Split!.Health is not { IsEjected: true } health)
        {
            return false;
        }

        // Where the operator wants no failover, callers see what the canary does to them, now as ever.
        var isHarmless = (exchange.MayFailOver && canRepeat) || exchange.Route.Spec.Failover == Failover.Never;
        return !exchange.Counts || !health.TryProbe(Now, isHarmless);
    }

    /// <summary>The version as a newer picture has it, for an exchange that has read an older one whose endpoints may be gone; null when there is none.</summary>
    public VersionRoute? Successor(ModelRoute route, VersionRoute version) =>
        Routes.Find(route.Spec.Name)?.Find(version.Name) is { } now && now.HasMoreThan(version) ? now : null;

    /// <summary>Books how the version of its arm dealt with an exchange.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="status">The answer's status, where one came.</param>
    /// <param name="toHead">Whether it answers a HEAD request.</param>
    public void Book(Exchange exchange, Outcome outcome, int status, bool toHead)
    {
        var route = exchange.Route;
        _returning.Remember(exchange, outcome, status);
        if (exchange.IsRetry)
        {
            route.Totals.Retried(exchange.Arm);
        }

        if (outcome == Outcome.Unfit)
        {
            route.Totals.Unfit(exchange.Arm);
            exchange.Counts = false;
        }

        if (!exchange.Counts)
        {
            exchange.DropCopy();
            return;
        }

        if (exchange.Copy is not null)
        {
            HandOn(exchange, outcome, status, toHead);
        }

        if (exchange.Arm == Arm.Canary)
        {
            Note(route.Split!, outcome);
        }

        switch (outcome)
        {
            case Outcome.Ejected:
                route.Totals.Ejected(exchange.Arm);
                return;
            case Outcome.Abandoned:
                route.Totals.Abandoned(exchange.Arm);
                return;
            case Outcome.Overloaded:
                route.Totals.Overloaded(exchange.Arm);
                return;
            case Outcome.Erred or Outcome.Broken or Outcome.Unreached:
                route.Totals.Ended(exchange.Arm);
                route.Totals.Failed(exchange.Arm);
                route.Counters?.Failed(exchange.Arm, exchange.SegmentCode, exchange.Subject);
                return;
            default:
                route.Totals.Ended(exchange.Arm);
                if (route.Answers.ReadsClass && (exchange.Rows.Count > 0 ? exchange.Rows.LacksClass : exchange.Prediction is { Class: ExchangeToken.NoClass }))
                {
                    route.Totals.Unread(exchange.Arm);
                }

                route.Counters?.Answered(Counted(exchange, status, toHead));
                return;
        }
    }

    /// <summary>Books how the baseline dealt with an exchange in the canary's place.</summary>
    /// <param name="exchange">The exchange.</param>
    /// <param name="canary">How it had ended at the canary.</param>
    /// <param name="baseline">How it ended at the baseline.</param>
    public void BookStandIn(Exchange exchange, Outcome canary, Outcome baseline)
    {
        _returning.RememberState(exchange, baseline, Arm.Baseline);
        if (exchange.Counts && canary is (Outcome.Erred or Outcome.Broken or Outcome.Unreached) && baseline == Outcome.Answered)
        {
            exchange.Route.Totals.FailedOver(exchange.Arm);
            exchange.Route.Counters?.FailedOver(exchange.Arm, exchange.SegmentCode);
        }
    }

    // The caller has its answer by now.
    private void HandOn(Exchange exchange, Outcome outcome, int status, bool toHead)
    {
        if (outcome is Outcome.Abandoned or Outcome.Overloaded || toHead)
        {
            exchange.DropCopy();
            return;
        }

        var copy = exchange.Copy!;
        exchange.Copy = null;
        copy.HandOn(exchange, outcome, status, time);
    }

    private void Note(SplitRoute split, Outcome outcome)
    {
        var health = split.Health;
        switch (outcome)
        {
            case Outcome.Answered:
                if (split.Start is { } start && health.IsEjected)
                {
                    start.Again();
                }

                health.Succeeded();
                return;
            case Outcome.Erred or Outcome.Broken or Outcome.Unreached:
                health.Failed(outcome switch { Outcome.Erred => EjectionCause.Erring, Outcome.Broken => EjectionCause.Broken, _ => EjectionCause.Unreachable }, router.Watch.Exactly);
                return;
        }
    }

    // Own: nothing holds the caller to an arm.
    private ulong SubjectHash<TFields>(scoped in TFields fields, ModelRoute route, SplitRoute split, out bool isOwn, out bool isNamed)
        where TFields : IRequestFields, allows ref struct
    {
        var subject = route.Subject is not { } name ? default
            : route.SubjectCookie is { } cookie ? Cookies.ValueOf(fields.ValueOf(name), cookie)
            : fields.ValueOf(name);

        isNamed = !subject.IsEmpty;

        // No subject: the request is its own, and a retry with the same id stays on its arm.
        subject = subject.IsEmpty ? fields.ValueOf(RequestId) : subject;
        isOwn = subject.IsEmpty;
        return isOwn ? ids.Next() : split.Assigner.HashOf(subject);
    }

    private static bool MayRepeat<TFields>(Call call, scoped in TFields fields, ModelSpec spec)
        where TFields : IRequestFields, allows ref struct => spec.Failover switch
        {
            Failover.Always => true,
            Failover.Never => false,

            // Inference changes nothing, and the protocol says which calls are inference.
            _ => (spec.Protocol != Protocol.Http && call != Call.Other) || fields.IsSafe,
        };

    private CountedAnswer Counted(Exchange exchange, int status, bool toHead)
    {
        var answer = new CountedAnswer(exchange.Arm, exchange.Subject, exchange.SegmentCode)
        {
            Prediction = exchange.Prediction,
            Rows = exchange.Rows.Count > 0 ? exchange.Rows : null,
            Feature = exchange.Feature,
            Events = EventsOf(exchange, status, toHead),
        };
        if (status >= 400)
        {
            // A refusal of the caller's mistake is quick and says nothing about the model's speed.
            return answer;
        }

        var end = exchange.LastByteAt == 0 ? time.GetTimestamp() : exchange.LastByteAt;
        return answer with
        {
            Latency = time.GetElapsedTime(exchange.StartedAt, end).TotalSeconds,
            FirstToken = SecondsTo(exchange, exchange.Call.IsText() ? exchange.FirstTokenAt : exchange.FirstByteAt),
            Values = exchange.Generated?.Values ?? AnswerValues.None with { BatchSize = exchange.Rows.Count > 0 ? exchange.Rows.Count : exchange.Prediction is null ? double.NaN : 1 },
        };
    }

    private double SecondsTo(Exchange exchange, long at) => at == 0 ? double.NaN : time.GetElapsedTime(exchange.StartedAt, at).TotalSeconds;

    private static AnswerEvents EventsOf(Exchange exchange, int status, bool toHead) => status switch
    {
        >= 400 and < 500 => AnswerEvents.Refused,

        // These say themselves that they have no body.
        StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent => AnswerEvents.None,
        >= 200 and < 300 when exchange.FirstByteAt == 0 && !toHead => AnswerEvents.Empty,
        _ => exchange.Generated?.Events ?? AnswerEvents.None,
    };
}

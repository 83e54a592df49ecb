using Haldane.Core;
using Haldane.Core.Exchanges;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Observation.Text;
using Haldane.Gateway.Protocols;
using Haldane.Gateway.Routing;

namespace Haldane.Gateway.Relay;

/// <summary>One request with its response, while it is under way.</summary>
/// <remarks>Belongs to its request, never shared; a connection uses one for request after request.</remarks>
internal sealed class Exchange
{
    public const string TokenHeader = "x-haldane-exchange";
    public const string ArmHeader = "x-haldane-arm";

    /// <summary>Set by <see cref="ExchangeDesk.Open"/>.</summary>
    public ModelRoute Route { get; set; } = null!;

    /// <summary>The arm that the subject is assigned to; also when the baseline stands in.</summary>
    public Arm Arm { get; set; }

    public uint Subject { get; set; }

    public int SegmentCode { get; set; }

    public DateTimeOffset At { get; set; }

    public uint Nonce { get; set; }

    /// <summary>Whether the exchange is evidence: an inference call of a running rollout, or of a model without one.</summary>
    public bool Counts { get; set; }

    /// <summary>Whether a request that a version may have seen can be sent again without harm.</summary>
    public bool MayRepeat { get; set; }

    /// <summary>Whether the baseline may answer in the place of a canary that fails.</summary>
    public bool MayFailOver { get; set; }

    /// <summary>Whether the baseline may answer in the place of a canary that has not seen the request.</summary>
    public bool MayStandIn { get; set; }

    /// <summary>Whether its version holds what the request goes on from, so that no other can answer.</summary>
    public bool IsHeld { get; set; }

    /// <summary>Whether the baseline answers in the canary's place.</summary>
    public bool StandIn { get; set; }

    /// <summary>What the request asks for.</summary>
    public Call Call { get; set; }

    /// <summary>Whether the caller says that it sends the request again, because an earlier try failed.</summary>
    public bool IsRetry { get; set; }

    /// <summary>Whether it goes to another arm than its subject's, because that one holds what it goes on from.</summary>
    public bool IsForced { get; set; }

    /// <summary>The id of the state that the answer left at the version; empty when it left none. Valid until the next answer.</summary>
    public ReadOnlyMemory<byte> StateId { get; set; }

    /// <summary>Tells the caller's request from others, so that a retry of it is known; 0 where none can come.</summary>
    public ulong RetryKey { get; set; }

    /// <summary>The copy of the exchange for a shadow stage, an evaluator or a version that is to be warmed up, until it is on its way; null: it is not copied.</summary>
    public ExchangeCopy? Copy { get; set; }

    /// <summary>What was read from the answer; null when there was nothing to read, unread where there are several in <see cref="Rows"/>.</summary>
    public Prediction? Prediction { get; set; }

    /// <summary>The feature that was drawn from the answer's attributions, see <see cref="AttributionReader"/>.</summary>
    public int Feature { get; set; } = AttributionReader.Unread;

    /// <summary>The HTTP status that says how an answer of gRPC ended; null for other answers.</summary>
    public int? GrpcStatus { get; set; }

    /// <summary>The predictions of an answer that brought several; else empty.</summary>
    public PredictionRows Rows { get; } = new();

    /// <summary>What was read from a generated answer; null when there was none to read.</summary>
    public GenerationFacts? Generated { get; set; }

    /// <summary>Timestamp of the request's arrival.</summary>
    public long StartedAt { get; set; }

    /// <summary>Timestamp of the end of a request's body that came in pieces; 0 when it came whole with its head.</summary>
    public long AskedAt { get; set; }

    /// <summary>Timestamp of the first byte of the body that came from the version; 0 when none did.</summary>
    public long FirstByteAt { get; set; }

    /// <summary>Timestamp of the last byte that came from the version; 0 when none did.</summary>
    public long LastByteAt { get; set; }

    /// <summary>Timestamp of the first piece of a stream that was generated: text, reasoning or a part of a tool call; 0 when none was.</summary>
    public long FirstTokenAt { get; set; }

    /// <summary>Timestamp of the last such piece.</summary>
    public long LastTokenAt { get; set; }

    /// <summary>The version that serves the arm.</summary>
    public VersionRoute Version => Arm == Arm.Canary ? Route.Split!.Canary : Route.Split?.Baseline ?? Route.Serving;

    /// <summary>What the token says.</summary>
    public ExchangeToken Token => new()
    {
        Run = Route.Split?.Run ?? 0,
        Stage = (byte)(Route.Split?.Stage ?? 0),
        Arm = Arm,
        // In a shadow stage the canary has answered nobody, so what comes to be known later compares nothing.
        Counts = Counts && !StandIn && Route.Split is { Shadow: null },
        SegmentCode = SegmentCode,
        Class = Prediction?.Class ?? ExchangeToken.NoClass,
        Confidence = Prediction?.Confidence,
        At = At,
        Subject = Subject,
        Nonce = Nonce,
    };

    /// <summary>Whether the body of an answer is read for signals.</summary>
    /// <param name="status">The answer's status.</param>
    /// <param name="toHead">Whether it answers a HEAD request.</param>
    public bool Reads(int status, bool toHead) => Counts && !StandIn && Route.Answers.Reads && status is >= 200 and < 300 && !toHead;

    /// <summary>Whether an answer is generated text that is read.</summary>
    /// <param name="status">The answer's status.</param>
    /// <param name="toHead">Whether it answers a HEAD request.</param>
    public bool ReadsText(int status, bool toHead) => Call.IsText() && status is >= 200 and < 300 && !toHead;

    /// <summary>Gives up a copy that was begun and is not on its way yet.</summary>
    /// <param name="reason">Why; null where there is nothing to count.</param>
    public void DropCopy(CopyDrop? reason = null)
    {
        Copy?.Drop(reason);
        Copy = null;
    }

    /// <summary>Begins again with the baseline.</summary>
    public void BeginStandIn()
    {
        StandIn = true;
        ForgetAnswer();
    }

    /// <summary>Forgets what came of an answer.</summary>
    public void ForgetAnswer()
    {
        (Generated, GrpcStatus, StateId, FirstByteAt, LastByteAt, FirstTokenAt, LastTokenAt) = (null, null, default, 0, 0, 0, 0);
        ForgetPredictions();
    }

    /// <summary>Forgets what was predicted.</summary>
    public void ForgetPredictions()
    {
        (Prediction, Feature) = (null, AttributionReader.Unread);
        Rows.Clear();
    }
}

using Haldane.Core;
using Haldane.Core.Exchanges;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Routing;

namespace Haldane.Gateway.Relay;

/// <summary>One request with its response, while it is under way. Belongs to its request; never shared.</summary>
internal sealed class Exchange(ModelRoute route, TokenCodec tokens)
{
    public const string TokenHeader = "x-haldane-exchange";
    public const string ArmHeader = "x-haldane-arm";

    public ModelRoute Route => route;

    /// <summary>The arm that the subject is assigned to; also when the baseline stands in.</summary>
    public Arm Arm { get; init; }

    public uint Subject { get; init; }

    public int SegmentCode { get; init; }

    public DateTimeOffset At { get; init; }

    public uint Nonce { get; init; }

    /// <summary>Whether the exchange is evidence: an inference call of a running rollout, or of a model without one.</summary>
    public bool Counts { get; init; }

    /// <summary>Whether the baseline answers in the canary's place.</summary>
    public bool StandIn { get; set; }

    /// <summary>What was read from the answer; null when there was nothing to read.</summary>
    public Prediction? Prediction { get; set; }

    /// <summary>Timestamp of the first byte of the body that came from the version; 0 when none did.</summary>
    public long FirstByteAt { get; set; }

    /// <summary>Timestamp of the last byte that came from the version; 0 when none did.</summary>
    public long LastByteAt { get; set; }

    /// <summary>Writes our own headers; must be called before the response starts.</summary>
    public void Announce(HttpResponse response)
    {
        var token = new ExchangeToken
        {
            Run = route.Split?.Run ?? 0,
            Stage = (byte)(route.Split?.Stage ?? 0),
            Arm = Arm,
            Counts = Counts && !StandIn && route.Split is not null,
            SegmentCode = SegmentCode,
            Class = Prediction?.Class ?? ExchangeToken.NoClass,
            Confidence = Prediction?.Confidence,
            At = At,
            Subject = Subject,
            Nonce = Nonce,
        };
        response.Headers[TokenHeader] = string.Create(TokenCodec.Length, (tokens, token), static (text, x) => x.tokens.Seal(x.token, text));
        if (route.Spec.ShowArm)
        {
            response.Headers[ArmHeader] = Arm == Arm.Canary ? "canary" : "baseline";
        }
        else
        {
            // A version must not be able to say it in our name.
            response.Headers.Remove(ArmHeader);
        }
    }
}

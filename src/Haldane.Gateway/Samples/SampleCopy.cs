using System.Text;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Samples;

/// <summary>An exchange on its way to evaluators.</summary>
/// <remarks>After the exchange it belongs to the desk.</remarks>
internal sealed class SampleCopy(SampleLane lane) : ExchangeCopy
{
    private ExchangeToken _token;

    /// <summary>Whom it is for.</summary>
    public List<EvaluatorSpec> WantedBy { get; } = [];

    /// <inheritdoc/>
    public override void HandOn(Exchange exchange, Outcome outcome, int status, TimeProvider time)
    {
        if (outcome != Outcome.Answered || status is < 200 or > 299)
        {
            Drop(); // an error or a refusal, which is counted as what it is
            return;
        }

        if (Answer.IsUnknown)
        {
            Drop(CopyDrop.Unfit);
            return;
        }

        (Call, At, _token, Answer.Status) = (exchange.Call, exchange.At, exchange.Token, status);
        lane.Desk.Offer(this);
    }

    /// <inheritdoc/>
    public override void Drop(CopyDrop? reason = null) => lane.Desk.Drop(this, lane.Model, reason);

    /// <summary>The exchange as an evaluator gets it.</summary>
    public SampledExchange For(EvaluatorSpec evaluator)
    {
        var redaction = new Redaction(new(evaluator.Redact));
        var type = Encoding.Latin1.GetString(Answer.Type);
        var answer = redaction.Of(Answer.Body.Span);
        return new(
            lane.Model, _token, evaluator,
            new(Path(), redaction.Of(Body.Span)),
            new(Answer.Status, type, answer, CopyText.Of(Call, Answer.Type, answer)));
    }

    /// <inheritdoc/>
    protected override bool HasRoom(int bytes) => lane.Desk.TryHold(bytes);

    // Of the head's first line; a query may hold a credential.
    private string Path()
    {
        var head = Head.Span;
        var target = head[(head.IndexOf((byte)' ') + 1)..];
        return Encoding.Latin1.GetString(target[..target.IndexOfAny((byte)' ', (byte)'?')]);
    }
}

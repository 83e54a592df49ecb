using Haldane.Gateway.Copies;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Shadow;

/// <summary>A request that the baseline answers and the canary gets as well: what is sent, and what both answered.</summary>
/// <remarks>After the exchange it belongs to the lane's queue, a worker, the comparison, and the lane again, which uses it for copy after copy.</remarks>
internal sealed class ShadowCopy(ShadowLane lane) : ExchangeCopy
{
    public CopyAnswer Baseline => Answer;

    public CopyAnswer Canary { get; } = new();

    /// <summary>The baseline's second answer, where it is held against itself.</summary>
    public CopyAnswer Control { get; } = new();

    /// <summary>Whether the baseline is asked again.</summary>
    public bool IsControl { get; set; }

    public uint Subject { get; set; }

    public int SegmentCode { get; set; }

    /// <summary>When it was offered, by the stopwatch.</summary>
    public long OfferedAt { get; set; }

    /// <inheritdoc/>
    public override void HandOn(Exchange exchange, Outcome outcome, int status, TimeProvider time)
    {
        (Call, Subject, SegmentCode, At) = (exchange.Call, exchange.Subject, exchange.SegmentCode, exchange.At);
        (Baseline.Outcome, Baseline.Status, Baseline.Prediction, Baseline.Feature) = (outcome, status, exchange.Prediction, exchange.Feature);
        Baseline.Rows.Take(exchange.Rows);
        if (outcome == Outcome.Answered && status < 400)
        {
            // The canary gets the body at once, so what the baseline waited for the caller's is not its own time.
            var asked = Math.Max(exchange.StartedAt, exchange.AskedAt);
            Baseline.Latency = Math.Max(0, time.GetElapsedTime(asked, exchange.LastByteAt == 0 ? time.GetTimestamp() : exchange.LastByteAt).TotalSeconds);
            Baseline.FirstToken = exchange.FirstByteAt == 0 ? double.NaN : Math.Max(0, time.GetElapsedTime(asked, exchange.FirstByteAt).TotalSeconds);
        }

        Offer();
    }

    /// <summary>Sends it on its way.</summary>
    public void Offer() => lane.Offer(this);

    /// <inheritdoc/>
    public override void Drop(CopyDrop? reason = null) => lane.Drop(this, reason);

    /// <inheritdoc/>
    public override long Clear()
    {
        IsControl = false;
        Canary.Clear();
        Control.Clear();
        return base.Clear();
    }

    public override void Dispose()
    {
        base.Dispose();
        Canary.Dispose();
        Control.Dispose();
    }

    /// <inheritdoc/>
    protected override bool HasRoom(int bytes) => lane.TryHold(bytes);
}

using Haldane.Gateway.Copies;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Recent;

/// <summary>A request on its way to those that are kept, or on its way from them to a version.</summary>
internal sealed class RecentCopy(RecentRequests? kept) : ExchangeCopy
{
    /// <inheritdoc/>
    public override void See(ReadOnlySpan<byte> content)
    {
        // What was answered nobody asks for again.
    }

    /// <inheritdoc/>
    public override void HandOn(Exchange exchange, Outcome outcome, int status, TimeProvider time)
    {
        if (outcome == Outcome.Answered && status is >= 200 and < 300)
        {
            kept?.Keep(new(Head.ToArray(), Body.ToArray()));
        }

        Dispose();
    }

    /// <inheritdoc/>
    public override void Drop(CopyDrop? reason = null) => Dispose();

    /// <inheritdoc/>
    protected override bool HasRoom(int bytes) => true; // one at a time, of the size of a request at most
}

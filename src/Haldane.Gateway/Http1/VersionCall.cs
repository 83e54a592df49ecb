using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Overrides;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Routing;
using Haldane.Gateway.Upstreams;

using Endpoint = Haldane.Gateway.Routing.Endpoint;

namespace Haldane.Gateway.Http1;

/// <summary>Asks a version for the answer to a caller's request. As long as one call: what was sent so far decides at each step whether it may be sent again.</summary>
/// <remarks>Belongs to a caller's connection, which uses it for request after request.</remarks>
internal sealed class VersionCall(RequestHead request, Exchange exchange, ExchangeDesk desk, RequestBody body, AnswerRelay answer, Connecting connecting, Deadline deadline) : IDisposable
{
    // Whether the version has been sent all of the request: if not, what it still expects is nobody else's.
    private bool _isSent;

    // The request as the version that is asked gets it; null where it gets the caller's.
    private ChangedRequest? _change;
    private ChangedRequest? _changed;
    private EndpointSearch _search;

    /// <summary>The body, where it has come whole with the head; it stays where it is until the exchange has ended, so that it can be sent again.</summary>
    public ReadOnlySequence<byte> Whole { get; set; }

    /// <summary>Whether the body is still to come.</summary>
    public bool Streams { get; set; }

    /// <summary>How the sending of a streamed body ended.</summary>
    public BodyEnd BodyEnd { get; private set; }

    /// <summary>The whole body, as it came; nothing where it is not kept.</summary>
    public ReadOnlySequence<byte> Request => Streams ? new(body.Kept) : Whole;

    /// <summary>Whether the request can be sent once more.</summary>
    public bool CanRepeat => !Streams || body.CanRepeat;

    // Known to be kept to its end.
    private bool IsSmall => !Streams || request.Fields is { IsChunked: false, ContentLength: <= RelayLimits.LargestRepeatable };

    private TimeSpan Patience => exchange.Route.Spec.Timeout;

    /// <summary>Whether the request could not be changed because its body is packed.</summary>
    public bool IsPacked => _changed is { IsPacked: true };

    /// <summary>Ends with a request.</summary>
    public void End()
    {
        Whole = default;
        _changed?.Rest();
    }

    public void Dispose() => _changed?.Dispose();

    /// <summary>Writes the request into a copy.</summary>
    /// <returns>Whether it came whole, and there was room for it.</returns>
    public bool TryCopy(ExchangeCopy copy) =>
        (!Streams || (body.IsWhole && body.CanRepeat)) && CopiedRequest.TryWrite(copy, request, Streams ? new(body.Kept) : Whole);

    /// <summary>One attempt: the request, and the answer as far as it came.</summary>
    /// <param name="version">Whom to ask.</param>
    /// <param name="mayRepeat">Whether a failed answer may be swallowed, because another version can still answer.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> AttemptAsync(VersionRoute version, Func<bool> mayRepeat)
    {
        if (desk.IsEjected(exchange, IsSmall))
        {
            return Outcome.Ejected;
        }

        connecting.Begin();
        answer.Begin();
        BodyEnd = Http1.BodyEnd.Sent;
        _change = null;
        if (version.Override is { } change)
        {
            if (await ChangeAsync(change) is { } ended)
            {
                return ended;
            }

            _change = _changed;
        }

        _search = new(version, exchange.Nonce);
        while (_search.Next(desk.Now) is { } endpoint || (_search.TakeFull(MayWait) is { } full && await connecting.WaitForPlaceAsync(endpoint = full)))
        {
            UpstreamConnection? upstream = null;
            var keeps = false;
            try
            {
                upstream = endpoint.Direct!.TryRent();
                while (true)
                {
                    upstream ??= await connecting.ConnectAsync(endpoint);
                    if (upstream is null)
                    {
                        // Nobody accepted the connection, so nobody has seen the request.
                        break;
                    }

                    var outcome = await SpeakAsync(upstream, endpoint.Direct, mayRepeat);
                    keeps = answer.VersionCanServe && _isSent && outcome != Outcome.Abandoned;
                    if (!WasClosedBefore(upstream, outcome) || !exchange.MayRepeat || !CanRepeat)
                    {
                        return outcome;
                    }

                    // Once more, on a connection that is new.
                    upstream.Dispose();
                    upstream = null;
                }
            }
            finally
            {
                GiveBack(endpoint, upstream, keeps);
            }

            if (connecting.IsCallerGone)
            {
                return Outcome.Abandoned;
            }
        }

        if (!connecting.IsCallerGone && desk.Successor(exchange.Route, version) is { } successor)
        {
            return await AttemptAsync(successor, mayRepeat);
        }

        return connecting.IsCallerGone ? Outcome.Abandoned : _search.HasFull || connecting.IsOverloaded ? Outcome.Overloaded : Outcome.Unreached;
    }

    // A caller whom the baseline can serve does not wait for a canary that is full.
    private bool MayWait => exchange.StandIn || !exchange.MayStandIn;

    private bool WasClosedBefore(UpstreamConnection upstream, Outcome outcome) => outcome == Outcome.Broken && upstream.IsUsed && answer.EndedAtOnce;

    private static void GiveBack(Endpoint endpoint, UpstreamConnection? upstream, bool keeps)
    {
        if (keeps)
        {
            endpoint.Direct!.Return(upstream!);
        }
        else
        {
            upstream?.Dispose();
        }

        endpoint.End();
    }

    // Null when the version can be asked: with the request changed for it, if it is one that is.
    private async ValueTask<Outcome?> ChangeAsync(VersionOverride change)
    {
        if (!(_changed ??= new(request)).Begin(change))
        {
            return Outcome.Unfit;
        }

        if (_changed.Edit is not { } edit)
        {
            return null;
        }

        if (!Streams)
        {
            // What was chunked and gathered may be nothing.
            return Whole.IsEmpty || edit.WriteAll(Whole) ? null : Outcome.Unfit;
        }

        BodyEnd = await body.GatherAsync(edit, exchange.Route.Spec.Timeout);
        if (BodyEnd != Http1.BodyEnd.Sent)
        {
            return BodyEnd == Http1.BodyEnd.Unfit ? Outcome.Unfit : Outcome.Abandoned;
        }

        if (body.IsWhole)
        {
            (Streams, Whole) = (false, new(body.Kept));
            return null;
        }

        // The length of JSON in front of binary data has to be said before any of it.
        return edit is { HasBinary: true, JsonLength: < 0 } ? Outcome.Unfit : null;
    }

    // The frames of asynchronous methods cost: where the kernel takes the request at once, as it nearly always does, there is none here.
    private ValueTask<Outcome> SpeakAsync(UpstreamConnection upstream, UpstreamEndpoint endpoint, Func<bool> mayRepeat)
    {
        WriteRequest(upstream, endpoint);
        if (Streams)
        {
            return new(AskStreamedAsync(upstream, mayRepeat));
        }

        _isSent = false;
        try
        {
            var sending = upstream.SendAsync();
            if (!sending.IsCompletedSuccessfully)
            {
                return SpeakSlowlyAsync(sending, upstream, mayRepeat);
            }

            _isSent = true;
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It may have answered all the same before it closed; reading tells.
        }

        return answer.RunAsync(upstream, Patience, mayRepeat);
    }

    private async ValueTask<Outcome> SpeakSlowlyAsync(ValueTask sending, UpstreamConnection upstream, Func<bool> mayRepeat)
    {
        try
        {
            deadline.Set(Patience, upstream.Break);
            await sending;
            _isSent = deadline.Clear();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // As above.
            deadline.Clear();
        }

        return await answer.RunAsync(upstream, Patience, mayRepeat);
    }

    // Both ways at once: a version may answer before it has read all, and not read all before it has answered.
    private async Task<Outcome> AskStreamedAsync(UpstreamConnection upstream, Func<bool> mayRepeat)
    {
        answer.Waits = true;
        _isSent = false;
        var sending = SendBodyAsync(upstream);
        var answering = answer.RunAsync(upstream, Patience, mayRepeat).AsTask();
        if (await Task.WhenAny(sending, answering) == sending)
        {
            BodyEnd = await sending;
            _isSent = BodyEnd == Http1.BodyEnd.Sent;
            if (BodyEnd is Http1.BodyEnd.Sent or Http1.BodyEnd.VersionClosed)
            {
                return await answering;
            }

            upstream.Break();
            await answering;
            return BodyEnd == Http1.BodyEnd.Unfit ? Outcome.Unfit : Outcome.Abandoned;
        }

        // The answer is there, or will come from the other version; this one is not sent the rest.
        var outcome = await answering;
        if (!sending.IsCompleted)
        {
            body.Stop();
            upstream.Break();
        }

        BodyEnd = await sending;
        _isSent = BodyEnd == Http1.BodyEnd.Sent && !answer.Waits;
        return outcome;
    }

    private async Task<BodyEnd> SendBodyAsync(UpstreamConnection upstream)
    {
        var end = await body.SendAsync(upstream, Patience, _change?.Edit);
        exchange.AskedAt = desk.Time.GetTimestamp();
        answer.EndWaits();
        return end;
    }

    private void WriteRequest(UpstreamConnection upstream, UpstreamEndpoint endpoint)
    {
        if (_change is not null)
        {
            if (_change.Write(upstream, endpoint, Streams, Whole.Length))
            {
                WriteWhole(upstream);
            }

            return;
        }

        // What came in chunks and was gathered is sent as one piece.
        RequestWriter.WriteHead(upstream, endpoint, request, request.Fields.IsChunked && Streams, request.Fields.IsChunked ? Whole.Length : request.Fields.ContentLength);
        WriteWhole(upstream);
    }

    private void WriteWhole(UpstreamConnection upstream)
    {
        if (!Whole.IsEmpty)
        {
            var length = (int)Whole.Length;
            Whole.CopyTo(upstream.ToSend(length));
            upstream.Wrote(length);
        }
    }
}

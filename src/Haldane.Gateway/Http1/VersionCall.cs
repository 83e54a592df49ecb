using System.Buffers;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Routing;
using Haldane.Gateway.Upstreams;
using Endpoint = Haldane.Gateway.Routing.Endpoint;

namespace Haldane.Gateway.Http1;

/// <summary>Asks a version for the answer to a caller's request.</summary>
/// <remarks>Belongs to a caller's connection, which uses it for request after request.</remarks>
internal sealed class VersionCall(RequestHead request, Exchange exchange, ExchangeDesk desk, RequestBody body, AnswerRelay answer)
{
    /// <summary>The body, where it has come whole with the head; it stays where it is until the exchange has ended, so that it can be sent again.</summary>
    public ReadOnlySequence<byte> Whole { get; set; }

    /// <summary>Whether the body is still to come.</summary>
    public bool Streams { get; set; }

    /// <summary>How the sending of a streamed body ended.</summary>
    public BodyEnd BodyEnd { get; private set; }

    /// <summary>Whether the request can be sent once more.</summary>
    public bool CanRepeat => !Streams || body.CanRepeat;

    /// <summary>One attempt: the request, and the answer as far as it came.</summary>
    /// <param name="version">Whom to ask.</param>
    /// <param name="mayRepeat">Whether a failed answer may be swallowed, because another version can still answer.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<Outcome> AttemptAsync(VersionRoute version, Func<bool> mayRepeat)
    {
        var tried = 0UL;
        while (true)
        {
            var index = version.Next(exchange.Nonce, desk.Now, tried);
            if (index == VersionRoute.None)
            {
                return Outcome.Broken;
            }

            var endpoint = version[index];
            endpoint.Begin();
            var outcome = await AskAsync(endpoint, mayRepeat);
            endpoint.End();
            if (outcome is { } ended)
            {
                return ended;
            }

            // Nobody accepted the connection, so nobody has seen the request.
            tried |= 1UL << index;
        }
    }

    // Null when nobody accepts a connection.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<Outcome?> AskAsync(Endpoint endpoint, Func<bool> mayRepeat)
    {
        var direct = endpoint.Direct!;
        var patience = exchange.Route.Spec.Timeout;
        while (true)
        {
            var upstream = direct.TryRent() ?? await ConnectAsync(endpoint);
            if (upstream is null)
            {
                return null;
            }

            WriteRequest(upstream, direct);
            Outcome outcome;
            if (Streams)
            {
                outcome = await AskStreamedAsync(upstream, patience, mayRepeat);
            }
            else
            {
                try
                {
                    await upstream.SendAsync();
                }
                catch (Exception e) when (e is SocketException or ObjectDisposedException)
                {
                    // It may have answered all the same before it closed; reading tells.
                }

                outcome = await answer.RunAsync(upstream, patience, mayRepeat);
            }

            if (answer.VersionCanServe && outcome is not Outcome.Abandoned)
            {
                direct.Return(upstream);
                return outcome;
            }

            var wasUsed = upstream.IsUsed;
            upstream.Dispose();
            if (outcome == Outcome.Broken && wasUsed && answer is { IsSilent: true, IsLate: false } && CanRepeat)
            {
                // It was closed while it lay idle, so nobody has seen the request.
                continue;
            }

            return outcome;
        }
    }

    // Both ways at once: a version may answer before it has read all, and not read all before it has answered.
    private async Task<Outcome> AskStreamedAsync(UpstreamConnection upstream, TimeSpan patience, Func<bool> mayRepeat)
    {
        answer.Waits = true;
        var sending = SendBodyAsync(upstream, patience);
        var answering = answer.RunAsync(upstream, patience, mayRepeat).AsTask();
        if (await Task.WhenAny(sending, answering) == sending)
        {
            BodyEnd = await sending;
            if (BodyEnd is Http1.BodyEnd.Sent or Http1.BodyEnd.VersionClosed)
            {
                return await answering;
            }

            upstream.Break();
            await answering;
            return Outcome.Abandoned;
        }

        var outcome = await answering;
        if (!sending.IsCompleted)
        {
            // The answer is there, or will come from the other version.
            body.Stop();
        }

        BodyEnd = await sending;
        return outcome;
    }

    private async Task<BodyEnd> SendBodyAsync(UpstreamConnection upstream, TimeSpan patience)
    {
        var end = await body.SendAsync(upstream, patience);
        answer.Waits = false;
        return end;
    }

    private async ValueTask<UpstreamConnection?> ConnectAsync(Endpoint endpoint)
    {
        using var patience = new CancellationTokenSource(RelayLimits.Connect, desk.Time);
        try
        {
            var upstream = await endpoint.Direct!.ConnectAsync(patience.Token);
            endpoint.Accepted();
            return upstream;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            endpoint.Refused(desk.Now);
            return null;
        }
    }

    private void WriteRequest(UpstreamConnection upstream, UpstreamEndpoint endpoint)
    {
        const int Framing = 128;
        var to = new HeadWriter(upstream.ToSend(HeadWriter.MostFor(request, endpoint.Host.Length + Framing)));
        to.Write(request.Method);
        to.Write(" "u8);
        to.Write(request.Target);
        to.Write(" HTTP/1.1\r\nHost: "u8);
        to.Write(endpoint.Host);
        to.Write("\r\n"u8);
        to.WriteEndToEnd(request);
        if (request.Fields.IsChunked)
        {
            to.Write("Transfer-Encoding: chunked\r\n"u8);
        }
        else if (request.Fields.ContentLength >= 0)
        {
            to.Write("Content-Length: "u8);
            to.Write(request.Fields.ContentLength);
            to.Write("\r\n"u8);
        }

        to.Write("\r\n"u8);
        upstream.Wrote(to.Length);
        if (!Whole.IsEmpty)
        {
            var length = (int)Whole.Length;
            Whole.CopyTo(upstream.ToSend(length));
            upstream.Wrote(length);
        }
    }
}

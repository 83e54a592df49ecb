using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Http1;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Shadow;

/// <summary>Asks a version for its answer to a copy.</summary>
/// <remarks>Belongs to a worker, which uses it for copy after copy; only <see cref="Look"/> may be called from elsewhere.</remarks>
internal sealed class CopyCall(ConnectionWatch watch, TimeProvider time, TimeSpan patience) : IDisposable
{
    private readonly Deadline _deadline = new(watch);
    private readonly CopyReader _reader = new();
    private readonly RequestHead _request = new();

    // The copy as the version that is asked gets it; null where it gets what the caller sent.
    private ChangedRequest? _change;
    private ChangedRequest? _changed;

    /// <summary>Ends a wait that is late.</summary>
    public void Look(long now) => _deadline.Look(now);

    /// <summary>Makes of a copy what a version is to get.</summary>
    /// <returns>False when its override cannot be applied, or the head is none that may be sent over HTTP/1.1.</returns>
    public bool TryPrepare(ExchangeCopy copy, CopyTarget target)
    {
        _change = null;
        _request.Clear();
        if (!_request.Take(new(copy.Head), out _) || _request.Fault != HeadFault.None)
        {
            return false;
        }

        if (target.Override is not { } change)
        {
            return true;
        }

        _change = _changed ??= new(_request);
        if (_change.Begin(change) && (_change.Edit is not { } edit || edit.WriteAll(new(copy.Body))))
        {
            return true;
        }

        _changed.Rest();
        return false;
    }

    /// <summary>Asks the version that it was prepared for, and reads the answer as far as it comes.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask AskAsync(ExchangeCopy copy, CopyTarget target, CopyAnswer answer)
    {
        var begun = time.GetTimestamp();
        answer.Clear();
        for (var tries = 0; tries < target.Tries; tries++)
        {
            if (await AskAsync(copy, target.Next(copy.Nonce, tries), answer))
            {
                break;
            }
        }

        if (answer.IsAnswered && answer.Status < 400 && !_reader.IsCut)
        {
            answer.Latency = time.GetElapsedTime(begun, _reader.LastByteAt).TotalSeconds;
            answer.FirstToken = _reader.FirstByteAt == 0 ? double.NaN : time.GetElapsedTime(begun, _reader.FirstByteAt).TotalSeconds;
        }

        _changed?.Rest();
    }

    public void Dispose()
    {
        _request.Dispose();
        _changed?.Dispose();
    }

    // False when nobody accepts a connection.
    private async ValueTask<bool> AskAsync(ExchangeCopy copy, UpstreamEndpoint endpoint, CopyAnswer answer)
    {
        var upstream = endpoint.TryRent();
        while (true)
        {
            upstream ??= await ConnectAsync(endpoint);
            if (upstream is null)
            {
                return false;
            }

            var (keeps, begun) = (false, _deadline.Now);
            try
            {
                keeps = await SpeakAsync(upstream, endpoint, copy, answer) && _reader.CanServe;
                if (answer.Outcome != Outcome.Broken || !upstream.IsUsed || !_reader.IsSilent || _deadline.Now - begun >= RelayLimits.AtOnce)
                {
                    return true;
                }
            }
            finally
            {
                if (keeps)
                {
                    endpoint.Return(upstream);
                }
                else
                {
                    upstream.Dispose();
                }
            }

            // It was closed before; once more, on a connection that is new.
            upstream = null;
        }
    }

    private async ValueTask<bool> SpeakAsync(UpstreamConnection version, UpstreamEndpoint endpoint, ExchangeCopy copy, CopyAnswer answer)
    {
        Write(version, endpoint, copy);
        _reader.Begin(version, copy, answer);
        answer.Outcome = Outcome.Broken;
        var last = watch.After(ShadowLimits.LongestAnswer * patience);
        try
        {
            await SendAsync(version);
            while (true)
            {
                switch (_reader.Advance())
                {
                    case ChunkStep.End:
                        return Answered(answer);
                    case ChunkStep.Bad:
                        return false;
                }

                _deadline.Set(patience, version.Break);
                var count = await version.ReceiveAsync();
                if (!_deadline.Clear() || watch.Exactly > last)
                {
                    return false;
                }

                if (count == 0)
                {
                    return _reader.EndsHere() && Answered(answer);
                }

                _reader.Took(count);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            _deadline.Clear();
            return false;
        }
    }

    private async ValueTask SendAsync(UpstreamConnection version)
    {
        _deadline.Set(patience, version.Break);
        try
        {
            await version.SendAsync();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It may have answered all the same before it closed; reading tells.
        }

        _deadline.Clear();
    }

    private static bool Answered(CopyAnswer answer)
    {
        answer.Outcome = answer.Status >= 500 ? Outcome.Erred : Outcome.Answered;
        return true;
    }

    private async ValueTask<UpstreamConnection?> ConnectAsync(UpstreamEndpoint endpoint)
    {
        using var cancel = new CancellationTokenSource(patience < RelayLimits.Connect ? patience : RelayLimits.Connect, time);
        try
        {
            return await endpoint.ConnectAsync(cancel.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            return null;
        }
    }

    private void Write(UpstreamConnection version, UpstreamEndpoint endpoint, ExchangeCopy copy)
    {
        if (_change is null)
        {
            RequestWriter.WriteHead(version, endpoint, _request, isChunked: false, _request.Fields.ContentLength, CopiedRequest.Line);
        }
        else if (!_change.Write(version, endpoint, streams: false, copy.Body.Length, CopiedRequest.Line))
        {
            return;
        }

        copy.Body.Span.CopyTo(version.ToSend(copy.Body.Length));
        version.Wrote(copy.Body.Length);
    }
}

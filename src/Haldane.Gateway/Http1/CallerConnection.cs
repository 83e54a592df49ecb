using System.Buffers;
using System.IO.Pipelines;
using Haldane.Core;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Protocols;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Upstreams;
using Microsoft.AspNetCore.Connections;

namespace Haldane.Gateway.Http1;

/// <summary>A caller's HTTP/1.1 connection: takes request after request, has each answered by the version of its arm, and stands in for a canary that failed. Longer than most: the turns of a connection (take, route, answer, stand in, hand over) share its pipe and its deadlines, and each decides which is next.</summary>
/// <remarks>
/// What it cannot serve (WebSockets, versions behind TLS or HTTP/2) it leaves unread, so that Kestrel's own pipeline can take the connection over. One thread at a time; only <see cref="Look"/> is
/// called from elsewhere.
/// </remarks>
internal sealed class CallerConnection : IWatched, IDisposable
{
    private readonly ConnectionContext _connection;
    private readonly ExchangeDesk _desk;
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly RequestHead _request = new();
    private readonly Exchange _exchange = new();
    private readonly RequestBody _body;
    private readonly CallerPresence _presence;
    private readonly AnswerWriter _writer;
    private readonly AnswerSide _side;
    private readonly AnswerRelay _answer;
    private readonly VersionCall _call;
    private readonly Deadline _waiting; // for the caller's bytes
    private readonly RequestArrival _arrival;
    private readonly Action _cancelRead;
    private readonly Func<bool> _mayRepeat;
    private readonly Func<bool> _never = static () => false;
    private volatile bool _closing;

    /// <summary>A connection that has just been accepted.</summary>
    public CallerConnection(ConnectionContext connection, ExchangeDesk desk, ConnectionWatch watch)
    {
        (_connection, _desk) = (connection, desk);
        (_input, _output) = (connection.Transport.Input, connection.Transport.Output);
        _waiting = new(watch);
        Answering = new(watch);
        _presence = new(connection);
        _body = new(_input, _waiting, _presence, desk.Limits.Body);
        _writer = new(_output, _request, _exchange, desk.Tokens);
        _side = new(_exchange, desk.Time);
        _answer = new(_output, _request, _writer, _side, _presence, Answering, connection.Abort);
        _cancelRead = _input.CancelPendingRead;
        _call = new(_request, _exchange, desk, _body, _answer, new(_request, _exchange, desk, _presence, Answering), Answering);
        _arrival = new(_input, _request, _waiting);
        _arrival.Begin();
        _mayRepeat = MayRepeat;
    }

    private enum Turn
    {
        // The exchange has ended; another may come.
        Next,
        Close,
        HandOver,
    }

    private Deadline Answering { get; }

    /// <summary>Serves the connection until it ends, or until somebody else has to.</summary>
    /// <returns>Whether somebody else has to.</returns>
    public async Task<bool> RunAsync()
    {
        try
        {
            while (true)
            {
                var read = await _input.ReadAsync();
                Turn turn;
                switch (_arrival.Take(read, _closing, out var head, out var length))
                {
                    case Arrival.Whole:
                        if (Open(head, length) is { } otherwise)
                        {
                            turn = await otherwise;
                            break;
                        }

                        // Here, and not in a method of its own: the frames of asynchronous methods cost, and nearly every request comes this way.
                        var outcome = await _call.AttemptAsync(_exchange.Version, _mayRepeat);
                        outcome = FailsOver(outcome) ? await StandInAsync(outcome) : outcome;
                        _input.AdvanceTo(_call.Whole.End);
                        _call.End();
                        turn = IsServed(outcome) ? AfterAnswer : await BreakOffAsync(outcome);
                        break;
                    case Arrival.Late:
                        turn = await RefuseAsync(StatusCodes.Status408RequestTimeout, "the request did not come in time");
                        break;
                    case Arrival.Over:
                        return false;
                    default:
                        continue;
                }

                if (turn is Turn.Close or Turn.HandOver)
                {
                    return turn == Turn.HandOver;
                }

                _arrival.Begin();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // Kestrel's names for a caller's reset and for our own.
            return false;
        }
    }

    /// <summary>Ends after the exchange under way.</summary>
    public void Close()
    {
        _closing = true;
        _input.CancelPendingRead();
    }

    /// <inheritdoc/>
    public void Look(long now)
    {
        _waiting.Look(now);
        Answering.Look(now);
        _presence.Look(now);
    }

    public void Dispose()
    {
        _request.Dispose();
        _body.Dispose();
        _call.Dispose();
        _side.Dispose();
        _presence.Dispose();
        _exchange.DropCopy();
    }

    // Null where the request has come whole and waits to be served; otherwise what becomes of it instead.
    private ValueTask<Turn>? Open(in ReadOnlySequence<byte> buffer, int headLength)
    {
        if (_request.Fault != HeadFault.None)
        {
            _input.AdvanceTo(buffer.End);
            return new(RefuseAsync(_request.Fault.Status(), _request.Fault.Said()));
        }

        var route = _desk.Routes.Match(_request.Path);
        if (_request.Fields.AsksToUpgrade || _request.IsConnect || route is { IsDirect: false })
        {
            _input.AdvanceTo(buffer.Start);
            return new(Turn.HandOver);
        }

        if (route is null)
        {
            _input.AdvanceTo(_request.HasBody ? buffer.End : buffer.GetPosition(headLength));
            return new(RefuseAsync(StatusCodes.Status404NotFound, "no model is served at this path", keep: !_request.HasBody && _request.KeepsAlive));
        }

        _desk.Open(_exchange, route, new RequestFields(_request, buffer.Slice(headLength)));
        _writer.Begin();
        _writer.KeepsCaller &= !_closing;
        if (_request.Fields.ContentLength > _desk.Limits.Body)
        {
            _input.AdvanceTo(buffer.End);
            _desk.Book(_exchange, Outcome.Abandoned, 0, _request.IsHead);
            return new(RefuseAsync(StatusCodes.Status413PayloadTooLarge, "the request is too large", announce: true));
        }

        var behind = buffer.Slice(headLength);
        var length = Math.Max(0, _request.Fields.ContentLength);
        _call.Streams = _request.Fields.IsChunked || behind.Length < length;
        if (_call.Streams)
        {
            _input.AdvanceTo(behind.Start);
            return new(ServeStreamedAsync(behind.IsEmpty));
        }

        _call.Whole = behind.Slice(0, length);
        return null;
    }

    private async Task<Turn> ServeStreamedAsync(bool nothingYet)
    {
        _call.Whole = default;
        _body.Begin(_request, keeps: _exchange.MayRepeat || _exchange.Call.IsText() || _exchange.Copy is not null);
        if (_request.Fields.ExpectsContinue && nothingYet && !_request.IsHttp10)
        {
            _output.Write("HTTP/1.1 100 Continue\r\n\r\n"u8);
            await _output.FlushAsync();
        }

        var outcome = await _call.AttemptAsync(_exchange.Version, _mayRepeat);
        if (FailsOver(outcome))
        {
            outcome = await StandInAsync(outcome);
        }

        _writer.KeepsCaller &= _body.IsWhole;
        _call.End();
        _body.End();
        if (!_body.IsWhole && IsServed(outcome))
        {
            await DrainAsync();
        }

        return IsServed(outcome) ? AfterAnswer : await BreakOffAsync(outcome);
    }

    private bool IsServed(Outcome outcome) => _writer.HasBegun && outcome is (Outcome.Answered or Outcome.Erred);

    private bool MayRepeat()
    {
        if (!_exchange.MayFailOver || _writer.HasBegun || !_call.CanRepeat)
        {
            return false;
        }

        _body.Need();
        return true;
    }

    // Books the first attempt, and tells whether the baseline is to answer instead.
    private bool FailsOver(Outcome outcome)
    {
        if (outcome == Outcome.Answered)
        {
            _side.Check(_call.Request);
        }

        if (_exchange.Copy is { } copy && outcome != Outcome.Abandoned && !_call.TryCopy(copy))
        {
            _exchange.DropCopy(CopyDrop.Large);
        }

        _desk.Book(_exchange, outcome, _answer.Status, _request.IsHead);
        return outcome switch
        {
            Outcome.Erred or Outcome.Broken => _mayRepeat(),
            Outcome.Unreached or Outcome.Overloaded => _exchange.MayStandIn,
            Outcome.Ejected => true,

            // The canary has not been asked, so nothing is repeated.
            Outcome.Unfit => _exchange.Arm == Arm.Canary && !_writer.HasBegun && _call.CanRepeat,
            _ => false,
        };
    }

    private async Task<Outcome> StandInAsync(Outcome first)
    {
        _exchange.BeginStandIn();
        var outcome = await _call.AttemptAsync(_exchange.Route.Split!.Baseline, _never);
        _desk.BookStandIn(_exchange, first, outcome);
        return outcome;
    }

    // What follows the end of an exchange that went well.
    private Turn AfterAnswer => _writer.KeepsCaller && !_closing ? Turn.Next : Turn.Close;

    // A caller must never take a part for the whole: what has begun is cut, what has not can still become a proper answer.
    private async Task<Turn> BreakOffAsync(Outcome outcome)
    {
        if (_writer.HasBegun)
        {
            _connection.Abort();
            return Turn.Close;
        }

        if (outcome == Outcome.Abandoned && _presence.IsGone)
        {
            return Turn.Close;
        }

        var refusal = Refusal.Of(outcome, _call.BodyEnd, _call.IsPacked, _answer.IsLate);
        return await RefuseAsync(refusal.Status, refusal.Why, refusal.MayGoOn && _writer.KeepsCaller, announce: true);
    }

    private async Task<Turn> RefuseAsync(int status, string why, bool keep = false, bool announce = false)
    {
        _writer.KeepsCaller = keep && !_closing;
        _writer.Refuse(status, why, announce);
        Answering.Set(RelayLimits.CallerGap, _connection.Abort);
        await _output.FlushAsync();
        Answering.Clear();
        if (_writer.KeepsCaller)
        {
            return Turn.Next;
        }

        await DrainAsync();
        return Turn.Close;
    }

    // Closed with bytes unread, a connection is reset, and the reset can overtake the answer (RFC 9112, section 9.6): so the caller is told that nothing more comes, and read to its end for a while.
    private async ValueTask DrainAsync()
    {
        _presence.SendNoMore();
        _waiting.Set(RelayLimits.Drain, _cancelRead);
        var left = RelayLimits.LargestDrain;
        while (left > 0)
        {
            var read = await _input.ReadAsync();
            left -= read.Buffer.Length;
            _input.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted || _closing || (read.IsCanceled && !_waiting.Clear()))
            {
                break;
            }

            if (read.IsCanceled)
            {
                // Meant for a read that had ended already.
                _waiting.Set(RelayLimits.Drain, _cancelRead);
            }
        }

        _waiting.Clear();
    }
}

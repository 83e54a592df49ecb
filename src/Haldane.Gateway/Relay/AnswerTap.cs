using System.Text;
using Haldane.Core;
using Haldane.Core.Exchanges;
using Haldane.Gateway.Http1;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Relay;

/// <summary>The way of an answer to the caller, with a side view of its bytes.</summary>
/// <remarks>
/// A small answer of known length is held until it is whole, so that its token can carry the predicted class; its bytes would be useless to the
/// caller before that. Everything else passes at once, and its beginning is kept for the reader, see <see cref="AnswerSide"/>. One writer at a time. Owns its pooled
/// buffer until <see cref="Release"/>.
/// </remarks>
internal sealed class AnswerTap(HttpContext context, Exchange exchange, Stream caller, ExchangeDesk desk) : Stream
{
    private readonly AnswerSide _side = new(exchange, desk.Time);
    private Func<bool> _mayRepeat = static () => false;
    private int _holdUntil;

    // Of a body of known length; negative when the length is not known.
    private long _missing = -1;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Whether the body, as far as it came, is not as long as its head promised. HTTP/2 clients leave this to us.</summary>
    public bool IsShort => _missing > 0;

    /// <summary>Whether the body went on past the promised length; nothing of the excess is sent.</summary>
    public bool IsLong { get; private set; }

    /// <summary>Whether the version failed, or its stream was cut, before it had generated anything, so that nothing has gone to the caller.</summary>
    public bool HasFailedUnseen { get; private set; }

    /// <summary>Whether nothing may go to the caller yet.</summary>
    public bool IsHeld => _holdUntil > 0 || _side.Holds || HasFailedUnseen;

    /// <summary>Whether the version said in its answer that it failed.</summary>
    public bool HasFailed => _side.HasFailed;

    /// <summary>Whether its stream was cut.</summary>
    public bool IsCut => _side.IsCut;

    /// <summary>Decides, from the head of the answer, what to do with its body; writes our headers unless the body must come first.</summary>
    /// <param name="mayRepeat">Whether a failed answer may be swallowed, because another version can still answer.</param>
    public void Begin(Func<bool> mayRepeat)
    {
        _mayRepeat = mayRepeat;
        var response = context.Response;
        Forget();
        _side.Begin(
            response.StatusCode, HttpMethods.IsHead(context.Request.Method), response.Headers.ContentEncoding.Count > 0, Encoding.ASCII.GetBytes(response.ContentType ?? ""));
        if (_side.AsksForm)
        {
            _side.SetForm(GrpcStatus.IsSpoken(response.ContentType) ? AnswerForm.Grpc : AnswerForm.Of(Encoding.ASCII.GetBytes(response.Headers["Inference-Header-Content-Length"].ToString())));
        }

        var bodiless = HttpMethods.IsHead(context.Request.Method) || response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified;
        _missing = bodiless ? -1 : response.ContentLength ?? -1;
        _holdUntil = _side.WantsWhole && response.ContentLength is > 0 and <= RelayLimits.LargestRead ? (int)response.ContentLength : 0;
        if (_holdUntil == 0 && !_side.Holds)
        {
            Announce();
        }
    }

    /// <summary>Writes our own headers; must be called before the response starts.</summary>
    public void Announce()
    {
        var headers = context.Response.Headers;
        headers[Exchange.TokenHeader] = string.Create(TokenCodec.Length, (desk.Tokens, exchange.Token), static (text, x) => x.Tokens.Seal(x.Token, text));
        if (exchange.Route.Spec.ShowArm)
        {
            headers[Exchange.ArmHeader] = exchange.Arm == Arm.Canary ? "canary" : "baseline";
        }
        else
        {
            // A version must not be able to say it in our name.
            headers.Remove(Exchange.ArmHeader);
        }
    }

    /// <summary>Drops what was kept of a failed attempt.</summary>
    public void Forget()
    {
        _side.Forget();
        _holdUntil = 0;
        _missing = -1;
        (IsLong, HasFailedUnseen) = (false, false);
    }

    /// <summary>The body has come to its end: reads what is left of it, and sends what was held.</summary>
    public async ValueTask EndAsync()
    {
        _side.End();
        HasFailedUnseen |= _side.Holds && (_side.HasFailed || _side.IsCut) && _mayRepeat();
        if (!HasFailedUnseen && _side.Releases(true))
        {
            Announce();
            await caller.WriteAsync(_side.Kept);
        }
    }

    /// <summary>Looks whether generated text is what the request asked for.</summary>
    public void Check(ReadOnlyMemory<byte> request) => _side.Check(new(request));

    /// <summary>Gives the buffer back.</summary>
    public void Release() => _side.Dispose();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _side.Mark();
        if (_missing >= 0 && (_missing -= buffer.Length) < 0)
        {
            IsLong = true;
            throw new IOException("the version's answer is longer than its Content-Length");
        }

        if (buffer.Length > 0)
        {
            _side.See(buffer.Span);
        }

        if (_side.Holds)
        {
            return SendHeldStreamAsync(cancellationToken);
        }

        return _holdUntil == 0 ? caller.WriteAsync(buffer, cancellationToken) : _side.Kept.Length < _holdUntil ? default : SendHeldBodyAsync(cancellationToken);
    }

    private ValueTask SendHeldStreamAsync(CancellationToken cancel)
    {
        if (_side.HasFailed && _mayRepeat())
        {
            HasFailedUnseen = true;
            throw new IOException("the version failed before it had generated anything");
        }

        if (!_side.Releases(false))
        {
            return default;
        }

        Announce();
        return caller.WriteAsync(_side.Kept, cancel);
    }

    private ValueTask SendHeldBodyAsync(CancellationToken cancel)
    {
        _side.End();
        _holdUntil = 0;
        if (_side.HasFailed && _mayRepeat())
        {
            HasFailedUnseen = true;
            return default;
        }

        Announce();
        return caller.WriteAsync(_side.Kept, cancel);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        IsHeld ? Task.CompletedTask : caller.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException("an answer is written asynchronously");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("an answer is written asynchronously");
}

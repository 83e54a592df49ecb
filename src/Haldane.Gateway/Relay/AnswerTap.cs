using Haldane.Core;
using Haldane.Core.Exchanges;

namespace Haldane.Gateway.Relay;

/// <summary>The way of an answer to the caller, with a side view of its bytes.</summary>
/// <remarks>
/// A small answer of known length is held until it is whole, so that its token can carry the predicted class; its bytes would be useless to the
/// caller before that. Everything else passes at once, and the first <see cref="Limit"/> bytes are kept for the reader. One writer at a time. Owns its pooled
/// buffer until <see cref="Release"/>.
/// </remarks>
internal sealed class AnswerTap(HttpContext context, Exchange exchange, Stream caller, ExchangeDesk desk) : Stream
{
    /// <summary>Larger answers are not read.</summary>
    public const int Limit = 64 * 1024;

    private readonly KeptBytes _kept = new(1_024, Limit);
    private bool _tooLarge;
    private bool _reads;
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

    /// <summary>Decides, from the head of the answer, what to do with its body; writes our headers unless the body must come first.</summary>
    public void Begin()
    {
        var response = context.Response;
        Forget();
        _reads = exchange.Reads(response.StatusCode, HttpMethods.IsHead(context.Request.Method));
        if (_reads && response.Headers.ContentEncoding.Count > 0)
        {
            // Packed bodies are not unpacked, so it is clear already that this one is unread.
            exchange.Prediction = Observation.Prediction.Unread;
            _reads = false;
        }

        var bodiless = HttpMethods.IsHead(context.Request.Method) || response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified;
        _missing = bodiless ? -1 : response.ContentLength ?? -1;
        _holdUntil = _reads && response.ContentLength is > 0 and <= Limit ? (int)response.ContentLength : 0;
        if (_holdUntil == 0)
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
        _kept.Clear();
        _tooLarge = false;
        _holdUntil = 0;
        _reads = false;
        _missing = -1;
        IsLong = false;
    }

    /// <summary>Reads what a passing answer left behind. Call when the exchange has ended well.</summary>
    public void Complete()
    {
        if (_reads && exchange.Prediction is null)
        {
            exchange.Prediction = _tooLarge ? Observation.Prediction.Unread : exchange.Route.Answers.Read(_kept.Span);
        }
    }

    /// <summary>Gives the buffer back.</summary>
    public void Release() => _kept.Dispose();

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        exchange.LastByteAt = desk.Time.GetTimestamp();
        if (exchange.FirstByteAt == 0 && buffer.Length > 0)
        {
            exchange.FirstByteAt = exchange.LastByteAt;
        }

        if (_missing >= 0 && (_missing -= buffer.Length) < 0)
        {
            IsLong = true;
            throw new IOException("the version's answer is longer than its Content-Length");
        }

        if (_reads && !_tooLarge)
        {
            Keep(buffer.Span);
        }

        if (_holdUntil == 0)
        {
            return caller.WriteAsync(buffer, cancellationToken);
        }

        if (_kept.Length < _holdUntil)
        {
            return default;
        }

        Complete();
        Announce();
        _holdUntil = 0;
        return caller.WriteAsync(_kept.Memory, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _holdUntil > 0 ? Task.CompletedTask : caller.FlushAsync(cancellationToken);

    public override void Flush() => throw new NotSupportedException("an answer is written asynchronously");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("an answer is written asynchronously");

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (_kept.Length + bytes.Length > Limit)
        {
            _tooLarge = true;
            return;
        }

        _kept.Add(bytes);
    }
}

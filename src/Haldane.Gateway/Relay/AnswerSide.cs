using Haldane.Gateway.Http1;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Relay;

/// <summary>The side view of an answer that passes: times, and the beginning of its body for the reader.</summary>
/// <remarks>Belongs to an exchange, or to a caller's connection, which uses it for answer after answer. Owns its pooled buffer until disposed.</remarks>
internal sealed class AnswerSide(Exchange exchange, TimeProvider time) : IDisposable
{
    private readonly KeptBytes _kept = new(1_024, RelayLimits.LargestRead);
    private bool _isLarge;

    /// <summary>Whether the body is to be read.</summary>
    public bool Reads { get; private set; }

    /// <summary>Begins with the head of an answer.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="toHead">Whether it answers a HEAD request.</param>
    /// <param name="isPacked">Whether its body is encoded.</param>
    public void Begin(int status, bool toHead, bool isPacked)
    {
        Forget();
        Reads = exchange.Reads(status, toHead);
        if (Reads && isPacked)
        {
            // Packed bodies are not unpacked, so it is clear already that this one is unread.
            exchange.Prediction = Prediction.Unread;
            Reads = false;
        }
    }

    /// <summary>Drops what was kept of a failed attempt.</summary>
    public void Forget()
    {
        _kept.Clear();
        (Reads, _isLarge) = (false, false);
    }

    /// <summary>What is kept of the body.</summary>
    public ReadOnlyMemory<byte> Kept => _kept.Memory;

    /// <summary>Bytes have come.</summary>
    public void Mark() => exchange.LastByteAt = time.GetTimestamp();

    /// <summary>The bytes that came last hold some of the body.</summary>
    public void MarkContent()
    {
        if (exchange.FirstByteAt == 0)
        {
            exchange.FirstByteAt = exchange.LastByteAt;
        }
    }

    /// <summary>Reads a body that is here as a whole.</summary>
    public void Read(ReadOnlySpan<byte> body)
    {
        MarkContent();
        exchange.Prediction = exchange.Route.Answers.Read(body);
        Reads = false;
    }

    /// <summary>Sees a piece of the body pass.</summary>
    public void See(ReadOnlySpan<byte> content)
    {
        MarkContent();
        if (!Reads || _isLarge)
        {
            return;
        }

        if (_kept.Length + content.Length > RelayLimits.LargestRead)
        {
            _isLarge = true;
            return;
        }

        _kept.Add(content);
    }

    /// <summary>Reads what a passing answer left behind.</summary>
    public void Complete()
    {
        if (Reads && exchange.Prediction is null)
        {
            exchange.Prediction = _isLarge ? Prediction.Unread : exchange.Route.Answers.Read(_kept.Span);
        }
    }

    public void Dispose() => _kept.Dispose();
}

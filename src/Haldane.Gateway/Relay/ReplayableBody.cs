namespace Haldane.Gateway.Relay;

/// <summary>A request body that can be sent a second time: it keeps what was read, up to a limit, while it streams.</summary>
/// <remarks>One reader at a time. Owns its pooled buffer until disposed.</remarks>
/// <param name="source">The caller's body.</param>
/// <param name="ended">Is told that all of it was read, every time that it is.</param>
internal sealed class ReplayableBody(Stream source, Action? ended = null) : BodyStream
{
    /// <summary>Bodies past this size are streamed but cannot be repeated.</summary>
    public const int Limit = 1 << 20;

    private readonly KeptBytes _kept = new(4_096, Limit);
    private int _position;

    /// <summary>Whether all that was read so far is still known.</summary>
    public bool CanReplay { get; private set; } = true;

    /// <summary>What was read so far; nothing where not all of it is known.</summary>
    public ReadOnlyMemory<byte> Kept => CanReplay ? _kept.Memory : default;

    /// <summary>Whether it was read to its end.</summary>
    public bool IsWhole { get; private set; }

    /// <summary>Starts again from the first byte.</summary>
    public void Rewind() => _position = 0;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_position < _kept.Length)
        {
            var again = Math.Min(buffer.Length, _kept.Length - _position);
            _kept.Memory.Slice(_position, again).CopyTo(buffer);
            _position += again;
            return again;
        }

        var read = await source.ReadAsync(buffer, cancellationToken);
        Keep(buffer.Span[..read]);
        if (read == 0 && buffer.Length > 0)
        {
            IsWhole = true;
            ended?.Invoke();
        }

        return read;
    }

    protected override void Dispose(bool disposing)
    {
        Return();
        base.Dispose(disposing);
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        if (!CanReplay || bytes.IsEmpty)
        {
            return;
        }

        if (_kept.Length + bytes.Length > Limit)
        {
            CanReplay = false;
            Return();
            return;
        }

        _kept.Add(bytes);
        _position = _kept.Length;
    }

    private void Return()
    {
        _kept.Dispose();
        _position = 0;
    }
}

using System.Buffers;
using Haldane.Gateway.Overrides;

namespace Haldane.Gateway.Relay;

/// <summary>A request's body as a version with an override is to receive it: the forwarder reads it in the place of the caller's.</summary>
/// <remarks>One reader at a time. Owns its pooled buffers until disposed, but not its source.</remarks>
internal sealed class EditedBody(ReplayableBody source) : BodyStream
{
    private const int Piece = 16 * 1024;

    private readonly BodyEdit _edit = new();
    private int _at;
    private bool _isWhole;

    /// <summary>Whether it turned out on its way that the body cannot be edited.</summary>
    public bool IsUnfit { get; private set; }

    /// <summary>Whether there is no body at all.</summary>
    public bool IsEmpty { get; private set; }

    /// <summary>The length of its JSON in front of binary data; below 0 where all of it is JSON.</summary>
    public long JsonLength => _edit.HasBinary ? _edit.JsonLength : -1;

    /// <summary>Its length after the edit; null when that is not known before its end.</summary>
    /// <param name="before">The length that the caller announced.</param>
    public long? LengthOf(long? before) => _isWhole ? _edit.Ready.Length : _edit.LengthOf(before ?? -1) is >= 0 and var length ? length : null;

    /// <summary>Gathers the body, as far as it can be read again, before a version is asked.</summary>
    /// <param name="edits">What is changed.</param>
    /// <param name="jsonLength">How much at its beginning is JSON; empty for all of it.</param>
    /// <param name="wait">Called before each wait.</param>
    /// <param name="cancel">Gives up.</param>
    /// <returns>Whether it can be edited, as far as that is known.</returns>
    public async Task<bool> GatherAsync(ObjectEdits edits, byte[] jsonLength, Action wait, CancellationToken cancel)
    {
        if (!_edit.Begin(edits, jsonLength))
        {
            return false;
        }

        var piece = ArrayPool<byte>.Shared.Rent(Piece);
        var gathered = 0;
        try
        {
            while (gathered < ReplayableBody.Limit && !_isWhole)
            {
                wait();
                var read = await source.ReadAsync(piece.AsMemory(0, Math.Min(piece.Length, ReplayableBody.Limit - gathered)), cancel);
                if (!_edit.Write(piece.AsSpan(0, read)))
                {
                    return false;
                }

                gathered += read;
                _isWhole = read == 0;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        IsEmpty = gathered == 0;
        if (_isWhole)
        {
            return IsEmpty || _edit.End();
        }

        var canBegin = !_edit.HasBinary || _edit.JsonLength >= 0;
        source.Rewind();
        _edit.Restart();
        return canBegin;
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty)
        {
            // The forwarder asks so whether there is something to read.
            return _at == _edit.Ready.Length && !_isWhole ? await source.ReadAsync(buffer, cancellationToken) : 0;
        }

        while (_at == _edit.Ready.Length && !_isWhole)
        {
            _edit.Take();
            _at = 0;
            var read = await source.ReadAsync(buffer, cancellationToken);
            _isWhole = read == 0;
            if (_isWhole ? !_edit.End() : !_edit.Write(buffer.Span[..read]))
            {
                IsUnfit = true;
                throw new IOException("the body cannot be edited as the version's override says");
            }
        }

        var length = Math.Min(buffer.Length, _edit.Ready.Length - _at);
        _edit.Ready.Slice(_at, length).CopyTo(buffer);
        _at += length;
        return length;
    }

    protected override void Dispose(bool disposing)
    {
        _edit.Dispose();
        base.Dispose(disposing);
    }
}

using System.Buffers;
using Haldane.Gateway.Http1;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Overrides;

/// <summary>A request's body on its way to a version that has an override: edited as it comes.</summary>
/// <remarks>Used again for body after body; for one thread. Owns its pooled buffers until disposed.</remarks>
internal sealed class BodyEdit : IDisposable
{
    private readonly JsonEditor _editor = new();
    private readonly KeptBytes _ready = new(4_096, RelayLimits.LargestRepeatable);
    private ObjectEdits _edits = null!;

    // Of the JSON, before the edit; below 0 when all of the body is.
    private long _length;
    private long _left;
    private long _written;

    /// <summary>What can be sent.</summary>
    public ReadOnlyMemory<byte> Ready => _ready.Memory;

    /// <summary>Whether binary data follows the JSON.</summary>
    public bool HasBinary => _length >= 0;

    /// <summary>The length of the edited JSON in front of binary data; below 0 while it is not known.</summary>
    public long JsonLength { get; private set; }

    /// <summary>Begins with a body.</summary>
    /// <param name="edits">What is changed.</param>
    /// <param name="jsonLength">How much at its beginning is JSON; empty for all of it.</param>
    /// <returns>Whether that length can be one.</returns>
    public bool Begin(ObjectEdits edits, ReadOnlySpan<byte> jsonLength)
    {
        (_edits, _length, JsonLength) = (edits, -1, -1);
        var isRight = jsonLength.IsEmpty || HttpSyntax.TryParseLength(jsonLength, out _length);
        Restart();
        return isRight && _length != 0;
    }

    /// <summary>Begins again with the same body.</summary>
    public void Restart()
    {
        _editor.Begin(_edits);
        _ready.Clear();
        (_left, _written) = (_length < 0 ? long.MaxValue : _length, 0);
    }

    /// <summary>Takes what comes next.</summary>
    /// <returns>Whether the body can still be edited.</returns>
    public bool Write(ReadOnlySpan<byte> content)
    {
        var json = content[..(int)Math.Min(content.Length, _left)];
        var before = _ready.Length;
        if (!json.IsEmpty && !_editor.Write(json, _ready))
        {
            return false;
        }

        (_left, _written) = (_left - json.Length, _written + _ready.Length - before);
        if (_left == 0 && !json.IsEmpty)
        {
            JsonLength = _written;
            if (!_editor.End())
            {
                return false;
            }
        }

        _ready.Add(content[json.Length..]);
        return true;
    }

    /// <summary>Takes a body that is here as a whole.</summary>
    /// <returns>Whether it could be edited.</returns>
    public bool WriteAll(in ReadOnlySequence<byte> body)
    {
        foreach (var piece in body)
        {
            if (!Write(piece.Span))
            {
                return false;
            }
        }

        return End();
    }

    /// <summary>Whether the body has ended where it should.</summary>
    public bool End() => _editor.End() && (_length < 0 || _left == 0);

    /// <summary>The length of the body after the edit; below 0 when it has to be sent in chunks.</summary>
    /// <param name="before">Its length before; below 0 when it is not known.</param>
    public long LengthOf(long before) => HasBinary && before >= 0 && JsonLength >= 0 ? before - _length + JsonLength : -1;

    /// <summary>What was ready has been sent.</summary>
    public void Take() => _ready.Clear();

    /// <summary>Ends with a request: large buffers go back.</summary>
    public void Rest()
    {
        _editor.Rest();
        if (_ready.Capacity > RelayLimits.LargestRead)
        {
            _ready.Dispose();
        }
    }

    public void Dispose()
    {
        _editor.Dispose();
        _ready.Dispose();
    }
}

using System.Text;
using System.Text.Json;
using Haldane.Gateway.Http1;
using Haldane.Gateway.Protocols;

namespace Haldane.Gateway.Observation.Text;

/// <summary>Reads a generated answer on the side, streamed or not, as it passes.</summary>
/// <remarks>Never throws: what cannot be read is unread, and the exchange goes on. Used again for answer after answer. For one thread. Owns its pooled buffers until disposed.</remarks>
internal sealed class TextReading : IDisposable
{
    private readonly StreamSplitter _splitter = new();
    private TextDialect? _dialect;
    private StreamFormat _format;

    /// <summary>What has been read.</summary>
    public Generation Generation { get; } = new();

    /// <summary>Whether an answer is being read.</summary>
    public bool IsOn => _dialect is not null;

    /// <summary>Whether it is a stream.</summary>
    public bool IsStream => IsOn && _format != StreamFormat.None;

    /// <summary>Whether a stream that ends here was cut: the version never said that this was all.</summary>
    public bool IsCut => IsStream && !Generation.IsEnded && !Generation.IsFailed && !Generation.IsUnread && !_splitter.HasLost;

    /// <summary>Begins with an answer.</summary>
    /// <param name="call">What was asked for.</param>
    /// <param name="type">The answer's content type.</param>
    public void Begin(Call call, ReadOnlySpan<byte> type)
    {
        _dialect = TextDialect.Of(call);
        _format = FormatOf(type);
        Generation.Begin();
        _splitter.Begin(_format);
    }

    /// <summary>Reads no more, and forgets.</summary>
    public void Stop() => _dialect = null;

    /// <summary>Sees a piece of a stream.</summary>
    /// <returns>Whether something was generated in it.</returns>
    public bool See(ReadOnlySpan<byte> piece)
    {
        var before = Generation.Pieces;
        while (_splitter.TryNext(ref piece, out var name, out var data))
        {
            ReadEvent(name, data);
        }

        return Generation.Pieces > before;
    }

    /// <summary>The stream has come to its end.</summary>
    public void End()
    {
        if (_splitter.TryLast(out var name, out var data))
        {
            ReadEvent(name, data);
        }
    }

    /// <summary>Reads a body that is here as a whole.</summary>
    public void Read(ReadOnlySpan<byte> body)
    {
        try
        {
            _dialect!.ReadWhole(body, Generation);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            Generation.IsUnread = true;
        }
    }

    public void Dispose()
    {
        _splitter.Dispose();
        Generation.Dispose();
    }

    private static StreamFormat FormatOf(ReadOnlySpan<byte> type) =>
        Ascii.EqualsIgnoreCase(Plain(type), "text/event-stream"u8) ? StreamFormat.Events
        : Ascii.EqualsIgnoreCase(Plain(type), "application/x-ndjson"u8) || Ascii.EqualsIgnoreCase(Plain(type), "application/jsonl"u8) ? StreamFormat.JsonLines
        : StreamFormat.None;

    // Without parameters.
    private static ReadOnlySpan<byte> Plain(ReadOnlySpan<byte> type)
    {
        var end = type.IndexOf((byte)';');
        return (end < 0 ? type : type[..end]).Trim(HttpSyntax.Space);
    }

    private void ReadEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data)
    {
        try
        {
            _dialect!.ReadEvent(name, data, Generation);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or (the second) an escaped half of a surrogate pair.
            Generation.IsUnread = true;
        }
    }
}

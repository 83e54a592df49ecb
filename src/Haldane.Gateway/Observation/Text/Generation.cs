using System.Text.Json;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Observation.Text;

/// <summary>What is known of a generated answer while it comes.</summary>
/// <remarks>Used again for answer after answer. For one thread. Owns its pooled buffers until disposed.</remarks>
internal sealed class Generation : IDisposable
{
    /// <summary>So much of a text is kept, to look whether it is what the caller asked for.</summary>
    public const int MostText = 256 * 1024;

    private const int MostTools = 64;

    private readonly KeptBytes _text = new(1_024, MostText);
    private readonly KeptBytes _unescaped = new(256, MostText);
    private readonly List<ToolCall> _tools = [];
    private readonly byte[] _finish = new byte[32];
    private readonly byte[] _stateId = new byte[128];
    private int _finishLength;
    private int _stateIdLength;

    /// <summary>Tokens of the request, as the version counts them; below 0: it did not say.</summary>
    public long InputTokens { get; set; }

    /// <summary>Those of them that came from a cache.</summary>
    public long CachedTokens { get; set; }

    /// <summary>Tokens of the answer; below 0: it did not say.</summary>
    public long OutputTokens { get; set; }

    /// <summary>Characters of text and of tool arguments.</summary>
    public long Length { get; private set; }

    /// <summary>How many pieces were generated: of text, of reasoning or of a tool call.</summary>
    public long Pieces { get; private set; }

    /// <summary>Whether anything was generated.</summary>
    public bool HasContent => Pieces > 0;

    /// <summary>Whether there is text that is more than blank.</summary>
    public bool HasText { get; private set; }

    /// <summary>Whether the text, as far as it is kept, is all of it.</summary>
    public bool IsTextWhole { get; private set; }

    /// <summary>Whether the model declined, or its text was withheld.</summary>
    public bool IsRefused { get; set; }

    /// <summary>Whether it ended because it was as long as it may be.</summary>
    public bool IsTruncated { get; set; }

    /// <summary>Whether the version said that it failed.</summary>
    public bool IsFailed { get; set; }

    /// <summary>Whether the version said that this is all.</summary>
    public bool IsEnded { get; set; }

    /// <summary>Whether something could not be read.</summary>
    public bool IsUnread { get; set; }

    /// <summary>The text of the first choice.</summary>
    public ReadOnlySpan<byte> Text => _text.Span;

    /// <summary>Why it ended, in the version's word; empty when it did not say.</summary>
    public ReadOnlySpan<byte> Finish => _finish.AsSpan(0, _finishLength);

    /// <summary>The id of the state that is left at the version; empty when none is.</summary>
    public ReadOnlyMemory<byte> StateId => _stateId.AsMemory(0, _stateIdLength);

    /// <summary>The tools that were called.</summary>
    public int ToolCount { get; private set; }

    /// <summary>A tool that was called.</summary>
    public ToolCall Tool(int index) => _tools[index];

    /// <summary>Begins with an answer.</summary>
    public void Begin()
    {
        _text.Clear();
        (InputTokens, CachedTokens, OutputTokens, Length, Pieces, _finishLength, _stateIdLength, ToolCount) = (-1, 0, -1, 0, 0, 0, 0, 0);
        (HasText, IsTextWhole, IsRefused, IsTruncated, IsFailed, IsEnded, IsUnread) = (false, true, false, false, false, false, false);
    }

    /// <summary>Takes a piece of text.</summary>
    /// <param name="json">On the piece; whatever is no text is passed over.</param>
    /// <param name="isFirst">Whether it belongs to the first choice.</param>
    public void AddText(ref Utf8JsonReader json, bool isFirst = true)
    {
        var text = Unescape(ref json);
        if (text.IsEmpty)
        {
            return;
        }

        Pieces++;
        HasText |= text.ContainsAnyExcept(" \t\r\n"u8);
        Length += Characters(text);
        if (isFirst && IsTextWhole)
        {
            IsTextWhole = _text.Length + text.Length <= MostText;
            if (IsTextWhole)
            {
                _text.Add(text);
            }
        }
    }

    /// <summary>Takes a piece of reasoning, which is generated but no answer.</summary>
    public void AddReasoning(ref Utf8JsonReader json) => Pieces += json.TokenType == JsonTokenType.String && !json.ValueSpan.IsEmpty ? 1 : 0;

    /// <summary>A tool call of an index of the version's own.</summary>
    /// <returns>Null when there are too many.</returns>
    public ToolCall? ToolAt(int index)
    {
        Pieces++;
        for (var i = 0; i < ToolCount; i++)
        {
            if (_tools[i].Index == index)
            {
                return _tools[i];
            }
        }

        if (ToolCount == MostTools)
        {
            IsUnread = true;
            return null;
        }

        if (_tools.Count == ToolCount)
        {
            _tools.Add(new());
        }

        var tool = _tools[ToolCount++];
        tool.Begin(index);
        return tool;
    }

    /// <summary>Takes a piece of a tool call's arguments, which come as text.</summary>
    public void AddArguments(ToolCall? tool, ref Utf8JsonReader json)
    {
        var piece = Unescape(ref json);
        Length += Characters(piece);
        tool?.AddArguments(piece);
    }

    /// <summary>Takes a tool call's arguments, which come as an object.</summary>
    /// <param name="tool">The call.</param>
    /// <param name="json">On the object; on its end afterwards.</param>
    /// <param name="source">What is read.</param>
    public void AddArguments(ToolCall? tool, ref Utf8JsonReader json, ReadOnlySpan<byte> source)
    {
        var start = (int)json.TokenStartIndex;
        json.Skip();
        var whole = source[start..(int)json.BytesConsumed];
        Length += Characters(whole);
        tool?.AddArguments(whole);
    }

    /// <summary>Takes a tool's name.</summary>
    public void SetName(ToolCall? tool, ref Utf8JsonReader json) => tool?.SetName(Unescape(ref json));

    /// <summary>Takes the reason why it ended; null is none.</summary>
    public void SetFinish(ref Utf8JsonReader json) => Set(ref json, _finish, ref _finishLength);

    /// <summary>Takes the id of the state that is left at the version.</summary>
    public void SetStateId(ref Utf8JsonReader json) => Set(ref json, _stateId, ref _stateIdLength);

    public void Dispose()
    {
        _text.Dispose();
        _unescaped.Dispose();
        foreach (var tool in _tools)
        {
            tool.Dispose();
        }

        _tools.Clear();
    }

    // What is longer than any that is known stands for nothing.
    private void Set(ref Utf8JsonReader json, byte[] to, ref int length)
    {
        var text = Unescape(ref json);
        if (text.Length > 0 && text.Length <= to.Length)
        {
            text.CopyTo(to);
            length = text.Length;
        }
    }

    private ReadOnlySpan<byte> Unescape(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String)
        {
            return default;
        }

        if (!json.ValueIsEscaped)
        {
            return json.ValueSpan;
        }

        _unescaped.Clear();
        var room = _unescaped.Room(json.ValueSpan.Length);
        return room[..json.CopyString(room)];
    }

    private static int Characters(ReadOnlySpan<byte> utf8)
    {
        var characters = 0;
        foreach (var b in utf8)
        {
            // All but the bytes that go on with a character.
            characters += (b & 0xC0) != 0x80 ? 1 : 0;
        }

        return characters;
    }
}

/// <summary>A call of a tool, as far as it came.</summary>
internal sealed class ToolCall : IDisposable
{
    private readonly KeptBytes _name = new(64, 1_024);
    private readonly KeptBytes _arguments = new(256, Generation.MostText);

    /// <summary>How the version counts it.</summary>
    public int Index { get; private set; }

    public ReadOnlySpan<byte> Name => _name.Span;

    /// <summary>JSON, if it is right.</summary>
    public ReadOnlySpan<byte> Arguments => _arguments.Span;

    /// <summary>Whether the arguments are all here.</summary>
    public bool IsWhole { get; private set; }

    public void Begin(int index)
    {
        _name.Clear();
        _arguments.Clear();
        (Index, IsWhole) = (index, true);
    }

    public void SetName(ReadOnlySpan<byte> name)
    {
        if (!name.IsEmpty && name.Length <= 1_024)
        {
            _name.Clear();
            _name.Add(name);
        }
    }

    public void AddArguments(ReadOnlySpan<byte> piece)
    {
        IsWhole &= _arguments.Length + piece.Length <= Generation.MostText;
        if (IsWhole)
        {
            _arguments.Add(piece);
        }
    }

    public void Dispose()
    {
        _name.Dispose();
        _arguments.Dispose();
    }
}

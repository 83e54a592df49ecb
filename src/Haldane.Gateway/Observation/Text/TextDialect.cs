using System.Text.Json;
using Haldane.Gateway.Protocols;

namespace Haldane.Gateway.Observation.Text;

/// <summary>How the answers of a kind of call are written.</summary>
/// <remarks>
/// Immutable; any number of threads. Members are found wherever they stand and whatever stands beside them, since servers that speak a dialect leave things out and add others. What is not JSON throws; see <see cref="TextReading"/>.
/// </remarks>
internal abstract class TextDialect
{
    /// <summary>How answers to a call are read; null where no text is generated.</summary>
    public static TextDialect? Of(Call call) => call switch
    {
        Call.Chat => ChatDialect.Instance,
        Call.Response => ResponsesDialect.Instance,
        Call.Message => MessagesDialect.Instance,
        Call.Generate => OllamaDialect.Instance,
        _ => null,
    };

    /// <summary>Reads an answer that is not streamed.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public abstract void ReadWhole(ReadOnlySpan<byte> body, Generation to);

    /// <summary>Reads an event of a stream.</summary>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public abstract void ReadEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, Generation to);

    /// <summary>Begins to read what has to be an object.</summary>
    /// <returns>Whether it is one; if not, the answer is unread.</returns>
    protected static bool TryBegin(ReadOnlySpan<byte> data, Generation to, out Utf8JsonReader json)
    {
        json = new Utf8JsonReader(data, JsonLimits.Reading);
        var isObject = json.Read() && json.TokenType == JsonTokenType.StartObject;
        to.IsUnread |= !isObject;
        return isObject;
    }

    /// <summary>Moves into an object, or onto its next member's name. Values that nobody reads have to be passed over with <see cref="Utf8JsonReader.Skip"/>.</summary>
    /// <returns>Whether there is a member; the reader is on its name.</returns>
    protected static bool NextMember(ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    /// <summary>Moves to the first or next element of an array, which is an object; others are passed over.</summary>
    protected static bool NextObject(ref Utf8JsonReader json)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.StartObject)
            {
                return true;
            }

            json.Skip();
        }

        return false;
    }

    /// <summary>Moves from a member's name to its value, and tells whether that is an object or an array as wanted; passes over everything else.</summary>
    protected static bool Enters(ref Utf8JsonReader json, JsonTokenType wanted)
    {
        json.Read();
        if (json.TokenType == wanted)
        {
            return true;
        }

        json.Skip();
        return false;
    }

    /// <summary>Passes over a member's value; the reader is on its name.</summary>
    protected static void Pass(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }

    /// <summary>Reads a member's value as a count; the reader is on its name.</summary>
    /// <returns>Below 0 when it is none.</returns>
    protected static long Count(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var count) && count >= 0)
        {
            return count;
        }

        json.Skip();
        return -1;
    }

    /// <summary>Whether a member's value is something other than null; the reader is on its name.</summary>
    protected static bool IsThere(ref Utf8JsonReader json)
    {
        json.Read();
        var there = json.TokenType != JsonTokenType.Null;
        json.Skip();
        return there;
    }

    /// <summary>Reads a member's value as a piece of text; the reader is on its name.</summary>
    protected static void TakeText(ref Utf8JsonReader json, Generation to, bool isFirst = true)
    {
        json.Read();
        to.AddText(ref json, isFirst);
        json.Skip();
    }

    /// <summary>Reads a member's value as a piece of reasoning; the reader is on its name.</summary>
    protected static void TakeReasoning(ref Utf8JsonReader json, Generation to)
    {
        json.Read();
        to.AddReasoning(ref json);
        json.Skip();
    }

    /// <summary>Reads a member's value as the name of a tool; the reader is on its name.</summary>
    protected static void TakeToolName(ref Utf8JsonReader json, Generation to, ToolCall? tool)
    {
        json.Read();
        to.SetName(tool, ref json);
        json.Skip();
    }

    /// <summary>Reads a member's value as a piece of a tool's arguments, which come as text; the reader is on its name.</summary>
    protected static void TakeArguments(ref Utf8JsonReader json, Generation to, ToolCall? tool)
    {
        json.Read();
        to.AddArguments(tool, ref json);
        json.Skip();
    }

    /// <summary>Reads a usage; the reader is on its name.</summary>
    /// <param name="json">The reader.</param>
    /// <param name="to">What is read.</param>
    /// <param name="input">What the tokens of the request are called.</param>
    /// <param name="output">What those of the answer are called.</param>
    /// <param name="details">What the details of the request's are called, among which the cached ones are.</param>
    protected static void ReadUsage(ref Utf8JsonReader json, Generation to, ReadOnlySpan<byte> input, ReadOnlySpan<byte> output, ReadOnlySpan<byte> details)
    {
        if (!Enters(ref json, JsonTokenType.StartObject))
        {
            return;
        }

        while (NextMember(ref json))
        {
            if (json.ValueTextEquals(input))
            {
                to.InputTokens = Count(ref json);
            }
            else if (json.ValueTextEquals(output))
            {
                to.OutputTokens = Count(ref json);
            }
            else if (json.ValueTextEquals(details))
            {
                to.CachedTokens = CachedOf(ref json);
            }
            else
            {
                Pass(ref json);
            }
        }
    }

    /// <summary>The count that the object which a reader has entered has in a member, wherever it stands; below 0 without one.</summary>
    /// <param name="json">A copy: what is read of it moves nothing.</param>
    /// <param name="name">The member.</param>
    protected static long CountOf(Utf8JsonReader json, ReadOnlySpan<byte> name) => Finds(ref json, name) ? Count(ref json) : -1;

    /// <summary>Whether the object which a reader has entered is of a type, wherever that stands.</summary>
    /// <param name="json">A copy: what is read of it moves nothing.</param>
    /// <param name="type">The type.</param>
    protected static bool IsOfType(Utf8JsonReader json, ReadOnlySpan<byte> type)
    {
        if (!Finds(ref json, "type"u8))
        {
            return false;
        }

        json.Read();
        return json.TokenType == JsonTokenType.String && json.ValueTextEquals(type);
    }

    private static bool Finds(ref Utf8JsonReader json, ReadOnlySpan<byte> name)
    {
        while (NextMember(ref json))
        {
            if (json.ValueTextEquals(name))
            {
                return true;
            }

            Pass(ref json);
        }

        return false;
    }

    // The reader is on the name of the details.
    private static long CachedOf(ref Utf8JsonReader json)
    {
        var cached = 0L;
        if (Enters(ref json, JsonTokenType.StartObject))
        {
            while (NextMember(ref json))
            {
                if (json.ValueTextEquals("cached_tokens"u8))
                {
                    cached = Math.Max(0, Count(ref json));
                }
                else
                {
                    Pass(ref json);
                }
            }
        }

        return cached;
    }
}

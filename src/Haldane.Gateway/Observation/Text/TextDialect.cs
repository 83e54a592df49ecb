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

    /// <summary>The options of all readers.</summary>
    protected static Utf8JsonReader Reader(ReadOnlySpan<byte> json) => new(json, new JsonReaderOptions { MaxDepth = 64 });

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
}

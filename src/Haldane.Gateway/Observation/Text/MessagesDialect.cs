using System.Text.Json;

namespace Haldane.Gateway.Observation.Text;

/// <summary>Anthropic's messages.</summary>
internal sealed class MessagesDialect : TextDialect
{
    public static readonly MessagesDialect Instance = new();

    public override void ReadWhole(ReadOnlySpan<byte> body, Generation to)
    {
        Read(body, to);
        to.IsEnded = true;
    }

    public override void ReadEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, Generation to) => Read(data, to);

    // A message and the events that make one have no members of the same name and different meaning, so one reading does for all.
    private static void Read(ReadOnlySpan<byte> data, Generation to)
    {
        if (!TryBegin(data, to, out var json))
        {
            return;
        }

        ReadMembers(ref json, data, (int)Math.Clamp(CountOf(json, "index"u8), 0, int.MaxValue - 1), to);
    }

    private static void ReadMembers(ref Utf8JsonReader json, ReadOnlySpan<byte> source, int index, Generation to)
    {
        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("type"u8))
            {
                json.Read();
                to.IsFailed |= json.TokenType == JsonTokenType.String && json.ValueTextEquals("error"u8);
                to.IsEnded |= json.TokenType == JsonTokenType.String && json.ValueTextEquals("message_stop"u8);
                json.Skip();
            }
            else if (json.ValueTextEquals("message"u8))
            {
                if (Enters(ref json, JsonTokenType.StartObject))
                {
                    ReadMembers(ref json, source, index, to);
                }
            }
            else if (json.ValueTextEquals("content"u8))
            {
                ReadContent(ref json, source, to);
            }
            else if (json.ValueTextEquals("content_block"u8) || json.ValueTextEquals("delta"u8))
            {
                if (Enters(ref json, JsonTokenType.StartObject))
                {
                    ReadBlock(ref json, source, index, isWhole: false, to);
                }
            }
            else if (json.ValueTextEquals("stop_reason"u8))
            {
                ReadStop(ref json, to);
            }
            else if (json.ValueTextEquals("usage"u8))
            {
                ReadUsage(ref json, to);
            }
            else
            {
                Pass(ref json);
            }
        }
    }

    private static void ReadContent(ref Utf8JsonReader json, ReadOnlySpan<byte> source, Generation to)
    {
        if (!Enters(ref json, JsonTokenType.StartArray))
        {
            return;
        }

        for (var index = 0; NextObject(ref json); index++)
        {
            ReadBlock(ref json, source, index, isWhole: true, to);
        }
    }

    // A block of a message, the beginning of one, or a piece that is added to one.
    private static void ReadBlock(ref Utf8JsonReader json, ReadOnlySpan<byte> source, int index, bool isWhole, Generation to)
    {
        var tool = IsOfType(json, "tool_use"u8) ? to.ToolAt(index) : null;
        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("text"u8))
            {
                TakeText(ref json, to);
            }
            else if (json.ValueTextEquals("thinking"u8))
            {
                TakeReasoning(ref json, to);
            }
            else if (json.ValueTextEquals("partial_json"u8))
            {
                TakeArguments(ref json, to, to.ToolAt(index));
            }
            else if (json.ValueTextEquals("name"u8) && tool is not null)
            {
                TakeToolName(ref json, to, tool);
            }
            else if (json.ValueTextEquals("input"u8) && tool is not null && isWhole)
            {
                if (Enters(ref json, JsonTokenType.StartObject))
                {
                    to.AddArguments(tool, ref json, source);
                }
            }
            else if (json.ValueTextEquals("stop_reason"u8))
            {
                ReadStop(ref json, to);
            }
            else
            {
                Pass(ref json);
            }
        }
    }

    private static void ReadStop(ref Utf8JsonReader json, Generation to)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String)
        {
            to.IsTruncated |= json.ValueTextEquals("max_tokens"u8) || json.ValueTextEquals("model_context_window_exceeded"u8);
            to.IsRefused |= json.ValueTextEquals("refusal"u8);
            to.SetFinish(ref json);
        }

        json.Skip();
    }

    // Sent twice in a stream, and the second time for all of it; so nothing is added up. What came from or went to the cache is not part of the input tokens here.
    private static void ReadUsage(ref Utf8JsonReader json, Generation to)
    {
        if (!Enters(ref json, JsonTokenType.StartObject))
        {
            return;
        }

        var (input, cached, written) = (-1L, -1L, -1L);
        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("input_tokens"u8))
            {
                input = Count(ref json);
            }
            else if (json.ValueTextEquals("cache_read_input_tokens"u8))
            {
                cached = Count(ref json);
            }
            else if (json.ValueTextEquals("cache_creation_input_tokens"u8))
            {
                written = Count(ref json);
            }
            else if (json.ValueTextEquals("output_tokens"u8))
            {
                to.OutputTokens = Count(ref json);
            }
            else
            {
                Pass(ref json);
            }
        }

        if (input >= 0)
        {
            to.InputTokens = input + Math.Max(0, cached) + Math.Max(0, written);
            to.CachedTokens = Math.Max(0, cached);
        }
    }
}

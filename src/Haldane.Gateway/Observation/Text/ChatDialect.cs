using System.Text.Json;

namespace Haldane.Gateway.Observation.Text;

/// <summary>OpenAI's chat completions and older completions, as many servers speak them.</summary>
internal sealed class ChatDialect : TextDialect
{
    public static readonly ChatDialect Instance = new();

    public override void ReadWhole(ReadOnlySpan<byte> body, Generation to)
    {
        Read(body, to);
        to.IsEnded = true;
    }

    public override void ReadEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, Generation to)
    {
        if (data.StartsWith("[DONE]"u8))
        {
            to.IsEnded = true;
            return;
        }

        Read(data, to);
    }

    private static void Read(ReadOnlySpan<byte> data, Generation to)
    {
        if (!TryBegin(data, to, out var json))
        {
            return;
        }

        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("choices"u8))
            {
                ReadChoices(ref json, data, to);
            }
            else if (json.ValueTextEquals("usage"u8))
            {
                ReadUsage(ref json, to, "prompt_tokens"u8, "completion_tokens"u8, "prompt_tokens_details"u8);
            }
            else if (json.ValueTextEquals("error"u8))
            {
                to.IsFailed |= IsThere(ref json);
            }
            else
            {
                Pass(ref json);
            }
        }
    }

    private static void ReadChoices(ref Utf8JsonReader json, ReadOnlySpan<byte> source, Generation to)
    {
        if (!Enters(ref json, JsonTokenType.StartArray))
        {
            return;
        }

        while (NextObject(ref json))
        {
            ReadChoice(ref json, source, to);
        }
    }

    private static void ReadChoice(ref Utf8JsonReader json, ReadOnlySpan<byte> source, Generation to)
    {
        // The index may stand behind the text.
        var isFirst = CountOf(json, "index"u8) <= 0;
        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("delta"u8) || json.ValueTextEquals("message"u8))
            {
                ReadMessage(ref json, source, isFirst, to);
            }
            else if (json.ValueTextEquals("text"u8))
            {
                TakeText(ref json, to, isFirst);
            }
            else if (json.ValueTextEquals("finish_reason"u8))
            {
                ReadFinish(ref json, isFirst, to);
            }
            else
            {
                Pass(ref json);
            }
        }
    }

    private static void ReadFinish(ref Utf8JsonReader json, bool isFirst, Generation to)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.String)
        {
            json.Skip();
            return;
        }

        to.IsTruncated |= json.ValueTextEquals("length"u8);
        to.IsRefused |= json.ValueTextEquals("content_filter"u8);
        to.IsEnded |= isFirst;
        if (isFirst)
        {
            to.SetFinish(ref json);
        }
    }

    private static void ReadMessage(ref Utf8JsonReader json, ReadOnlySpan<byte> source, bool isFirst, Generation to)
    {
        if (!Enters(ref json, JsonTokenType.StartObject))
        {
            return;
        }

        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("content"u8))
            {
                TakeText(ref json, to, isFirst);
            }
            else if (json.ValueTextEquals("refusal"u8))
            {
                to.IsRefused |= IsThere(ref json);
            }
            else if (json.ValueTextEquals("reasoning_content"u8) || json.ValueTextEquals("reasoning"u8))
            {
                TakeReasoning(ref json, to);
            }
            else if (json.ValueTextEquals("tool_calls"u8))
            {
                ReadTools(ref json, source, isFirst, to);
            }
            else
            {
                Pass(ref json);
            }
        }
    }

    private static void ReadTools(ref Utf8JsonReader json, ReadOnlySpan<byte> source, bool isFirst, Generation to)
    {
        if (!Enters(ref json, JsonTokenType.StartArray))
        {
            return;
        }

        for (var place = 0; NextObject(ref json); place++)
        {
            var index = (int)Math.Min(CountOf(json, "index"u8), int.MaxValue - 1);

            // Of the other choices only that there is something.
            var tool = to.ToolAt(isFirst ? index < 0 ? place : index : int.MaxValue);
            while (NextMember(ref json))
            {
                if (json.ValueTextEquals("function"u8) && isFirst)
                {
                    ReadFunction(ref json, source, tool, to);
                }
                else
                {
                    Pass(ref json);
                }
            }
        }
    }

    private static void ReadFunction(ref Utf8JsonReader json, ReadOnlySpan<byte> source, ToolCall? tool, Generation to)
    {
        if (!Enters(ref json, JsonTokenType.StartObject))
        {
            return;
        }

        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("name"u8))
            {
                TakeToolName(ref json, to, tool);
            }
            else if (json.ValueTextEquals("arguments"u8))
            {
                json.Read();
                if (json.TokenType == JsonTokenType.StartObject)
                {
                    // Not as the API has it, but some servers do.
                    to.AddArguments(tool, ref json, source);
                }
                else
                {
                    to.AddArguments(tool, ref json);
                    json.Skip();
                }
            }
            else
            {
                Pass(ref json);
            }
        }
    }
}

using System.Text.Json;

namespace Haldane.Gateway.Observation.Text;

/// <summary>Ollama's chat and generate: each line of a stream is written as a whole answer is.</summary>
internal sealed class OllamaDialect : TextDialect
{
    public static readonly OllamaDialect Instance = new();

    public override void ReadWhole(ReadOnlySpan<byte> body, Generation to) => Read(body, to);

    public override void ReadEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, Generation to) => Read(data, to);

    private static void Read(ReadOnlySpan<byte> data, Generation to)
    {
        if (!TryBegin(data, to, out var json))
        {
            return;
        }

        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("message"u8))
            {
                ReadMessage(ref json, data, to);
            }
            else if (json.ValueTextEquals("response"u8))
            {
                TakeText(ref json, to);
            }
            else if (json.ValueTextEquals("thinking"u8))
            {
                TakeReasoning(ref json, to);
            }
            else if (json.ValueTextEquals("done"u8))
            {
                json.Read();
                to.IsEnded |= json.TokenType == JsonTokenType.True;
                json.Skip();
            }
            else if (json.ValueTextEquals("done_reason"u8))
            {
                json.Read();
                to.IsTruncated |= json.TokenType == JsonTokenType.String && json.ValueTextEquals("length"u8);
                to.SetFinish(ref json);
                json.Skip();
            }
            else if (json.ValueTextEquals("prompt_eval_count"u8))
            {
                to.InputTokens = Count(ref json);
            }
            else if (json.ValueTextEquals("eval_count"u8))
            {
                to.OutputTokens = Count(ref json);
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

    private static void ReadMessage(ref Utf8JsonReader json, ReadOnlySpan<byte> source, Generation to)
    {
        if (!Enters(ref json, JsonTokenType.StartObject))
        {
            return;
        }

        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("content"u8))
            {
                TakeText(ref json, to);
            }
            else if (json.ValueTextEquals("thinking"u8))
            {
                TakeReasoning(ref json, to);
            }
            else if (json.ValueTextEquals("tool_calls"u8))
            {
                ReadTools(ref json, source, to);
            }
            else
            {
                Pass(ref json);
            }
        }
    }

    private static void ReadTools(ref Utf8JsonReader json, ReadOnlySpan<byte> source, Generation to)
    {
        if (!Enters(ref json, JsonTokenType.StartArray))
        {
            return;
        }

        while (NextObject(ref json))
        {
            // Each comes whole, wherever in the stream; so each is another.
            var tool = to.ToolAt(to.ToolCount);
            while (NextMember(ref json))
            {
                if (json.ValueTextEquals("function"u8) && Enters(ref json, JsonTokenType.StartObject))
                {
                    ReadFunction(ref json, source, tool, to);
                }
                else if (json.TokenType == JsonTokenType.PropertyName)
                {
                    Pass(ref json);
                }
            }
        }
    }

    private static void ReadFunction(ref Utf8JsonReader json, ReadOnlySpan<byte> source, ToolCall? tool, Generation to)
    {
        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("name"u8))
            {
                TakeToolName(ref json, to, tool);
            }
            else if (json.ValueTextEquals("arguments"u8))
            {
                if (Enters(ref json, JsonTokenType.StartObject))
                {
                    to.AddArguments(tool, ref json, source);
                }
            }
            else
            {
                Pass(ref json);
            }
        }
    }
}

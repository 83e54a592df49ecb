using System.Text.Json;

namespace Haldane.Gateway.Observation.Text;

/// <summary>OpenAI's responses.</summary>
internal sealed class ResponsesDialect : TextDialect
{
    public static readonly ResponsesDialect Instance = new();

    public override void ReadWhole(ReadOnlySpan<byte> body, Generation to)
    {
        if (!TryBegin(body, to, out var json))
        {
            return;
        }

        ReadResponse(ref json, body, withText: true, to);
        to.IsEnded = true;
    }

    public override void ReadEvent(ReadOnlySpan<byte> name, ReadOnlySpan<byte> data, Generation to)
    {
        // Not part of the API, but some servers end a stream with it.
        if (data.StartsWith("[DONE]"u8) || !TryBegin(data, to, out var json))
        {
            return;
        }

        var kind = KindOf(json, out var output);
        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("delta"u8))
            {
                json.Read();
                TakeDelta(ref json, kind, output, to);
                json.Skip();
            }
            else if (json.ValueTextEquals("item"u8) && kind == Kind.Item)
            {
                if (Enters(ref json, JsonTokenType.StartObject))
                {
                    ReadItem(ref json, data, output, withText: false, to);
                }
            }
            else if (json.ValueTextEquals("response"u8) && kind == Kind.End)
            {
                if (Enters(ref json, JsonTokenType.StartObject))
                {
                    // The text has come already, piece by piece.
                    ReadResponse(ref json, data, withText: false, to);
                }
            }
            else
            {
                Pass(ref json);
            }
        }

        to.IsFailed |= kind == Kind.Error;
        to.IsEnded |= kind is Kind.End or Kind.Error;
    }

    private enum Kind
    {
        Other,
        Text,
        Refusal,
        Reasoning,
        Arguments,

        // A tool call is announced, which is where its name stands.
        Item,
        End,
        Error,
    }

    private static Kind KindOf(Utf8JsonReader json, out int output)
    {
        (var kind, output) = (Kind.Other, 0);
        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("type"u8))
            {
                json.Read();
                kind = KindOfType(ref json);
                json.Skip();
            }
            else if (json.ValueTextEquals("output_index"u8))
            {
                output = (int)Math.Clamp(Count(ref json), 0, int.MaxValue - 1);
            }
            else
            {
                Pass(ref json);
            }
        }

        return kind;
    }

    private static Kind KindOfType(ref Utf8JsonReader json)
    {
        if (json.TokenType != JsonTokenType.String)
        {
            return Kind.Other;
        }

        return json.ValueTextEquals("response.output_text.delta"u8) ? Kind.Text
            : json.ValueTextEquals("response.refusal.delta"u8) ? Kind.Refusal
            : json.ValueTextEquals("response.function_call_arguments.delta"u8) ? Kind.Arguments
            : json.ValueTextEquals("response.output_item.added"u8) ? Kind.Item
            : json.ValueTextEquals("response.completed"u8) || json.ValueTextEquals("response.incomplete"u8) || json.ValueTextEquals("response.failed"u8) ? Kind.End
            : json.ValueTextEquals("error"u8) ? Kind.Error
            : json.ValueSpan.StartsWith("response.reasoning"u8) ? Kind.Reasoning
            : Kind.Other;
    }

    private static void TakeDelta(ref Utf8JsonReader json, Kind kind, int output, Generation to)
    {
        switch (kind)
        {
            case Kind.Text:
                to.AddText(ref json);
                break;
            case Kind.Refusal:
                to.IsRefused = true;
                to.AddReasoning(ref json);
                break;
            case Kind.Reasoning:
                to.AddReasoning(ref json);
                break;
            case Kind.Arguments:
                to.AddArguments(to.ToolAt(output), ref json);
                break;
        }
    }

    private static void ReadResponse(ref Utf8JsonReader json, ReadOnlySpan<byte> source, bool withText, Generation to)
    {
        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("output"u8) && withText)
            {
                ReadOutput(ref json, source, to);
            }
            else if (json.ValueTextEquals("status"u8))
            {
                json.Read();
                to.IsFailed |= json.TokenType == JsonTokenType.String && json.ValueTextEquals("failed"u8);
                to.SetFinish(ref json);
                json.Skip();
            }
            else if (json.ValueTextEquals("id"u8))
            {
                json.Read();
                to.SetStateId(ref json);
                json.Skip();
            }
            else if (json.ValueTextEquals("error"u8))
            {
                to.IsFailed |= IsThere(ref json);
            }
            else if (json.ValueTextEquals("incomplete_details"u8))
            {
                ReadIncomplete(ref json, to);
            }
            else if (json.ValueTextEquals("usage"u8))
            {
                ReadUsage(ref json, to, "input_tokens"u8, "output_tokens"u8, "input_tokens_details"u8);
            }
            else
            {
                Pass(ref json);
            }
        }
    }

    private static void ReadOutput(ref Utf8JsonReader json, ReadOnlySpan<byte> source, Generation to)
    {
        if (!Enters(ref json, JsonTokenType.StartArray))
        {
            return;
        }

        for (var output = 0; NextObject(ref json); output++)
        {
            ReadItem(ref json, source, output, withText: true, to);
        }
    }

    private static void ReadItem(ref Utf8JsonReader json, ReadOnlySpan<byte> source, int output, bool withText, Generation to)
    {
        var tool = IsOfType(json, "function_call"u8) ? to.ToolAt(output) : null;
        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("content"u8) && withText)
            {
                ReadParts(ref json, to);
            }
            else if (json.ValueTextEquals("name"u8) && tool is not null)
            {
                TakeToolName(ref json, to, tool);
            }
            else if (json.ValueTextEquals("arguments"u8) && tool is not null && withText)
            {
                TakeArguments(ref json, to, tool);
            }
            else
            {
                Pass(ref json);
            }
        }
    }

    private static void ReadParts(ref Utf8JsonReader json, Generation to)
    {
        if (!Enters(ref json, JsonTokenType.StartArray))
        {
            return;
        }

        while (NextObject(ref json))
        {
            var isText = IsOfType(json, "output_text"u8);
            while (NextMember(ref json))
            {
                if (json.ValueTextEquals("text"u8) && isText)
                {
                    TakeText(ref json, to);
                }
                else if (json.ValueTextEquals("refusal"u8))
                {
                    to.IsRefused |= IsThere(ref json);
                }
                else
                {
                    Pass(ref json);
                }
            }
        }
    }

    private static void ReadIncomplete(ref Utf8JsonReader json, Generation to)
    {
        if (!Enters(ref json, JsonTokenType.StartObject))
        {
            return;
        }

        while (NextMember(ref json))
        {
            if (json.ValueTextEquals("reason"u8))
            {
                json.Read();
                to.IsTruncated |= json.TokenType == JsonTokenType.String && json.ValueTextEquals("max_output_tokens"u8);
                to.IsRefused |= json.TokenType == JsonTokenType.String && json.ValueTextEquals("content_filter"u8);
                json.Skip();
            }
            else
            {
                Pass(ref json);
            }
        }
    }
}

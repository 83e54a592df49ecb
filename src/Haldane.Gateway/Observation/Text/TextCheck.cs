using System.Text.Json;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation.Schemas;
using Haldane.Gateway.Protocols;

namespace Haldane.Gateway.Observation.Text;

/// <summary>Looks whether generated text is what the request asked for. Pure.</summary>
internal static class TextCheck
{
    /// <summary>What is wrong with an answer; nothing when that cannot be told.</summary>
    /// <param name="call">What was asked for.</param>
    /// <param name="request">The request's body, whole.</param>
    /// <param name="read">The answer.</param>
    public static AnswerEvents Of(Call call, ReadOnlySpan<byte> request, Generation read)
    {
        // A text that was cut for its length or withheld cannot be whole, and is counted as that.
        if (read.IsUnread || read.IsTruncated || read.IsRefused || request.IsEmpty)
        {
            return AnswerEvents.None;
        }

        try
        {
            return OfText(call, request, read) | OfTools(call, request, read);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // The request is not JSON: the version's own answer has said so.
            return AnswerEvents.None;
        }
    }

    private static AnswerEvents OfText(Call call, ReadOnlySpan<byte> request, Generation read)
    {
        if (!read.HasText || !read.IsTextWhole)
        {
            return AnswerEvents.None;
        }

        var format = FormatOf(call, request);
        if (!IsJson(call, format))
        {
            return AnswerEvents.None;
        }

        if (!JsonSchemaCheck.IsJson(read.Text))
        {
            return AnswerEvents.InvalidJson;
        }

        return Fits(SchemaOf(call, format), read.Text) ? AnswerEvents.None : AnswerEvents.InvalidSchema;
    }

    private static bool Fits(ReadOnlySpan<byte> schema, ReadOnlySpan<byte> value) => schema is not [(byte)'{', ..] || JsonSchemaCheck.Fits(schema, value) != SchemaFit.DoesNotFit;

    // How the request wants the answer; empty when it does not say.
    private static ReadOnlySpan<byte> FormatOf(Call call, ReadOnlySpan<byte> request) => call switch
    {
        Call.Generate => JsonSlice.Member(request, "format"u8),
        Call.Chat => JsonSlice.Member(request, "response_format"u8),
        Call.Response => JsonSlice.Member(JsonSlice.Member(request, "text"u8), "format"u8),
        _ => JsonSlice.Member(JsonSlice.Member(request, "output_config"u8), "format"u8) is { IsEmpty: false } format ? format : JsonSlice.Member(request, "output_format"u8),
    };

    private static bool IsJson(Call call, ReadOnlySpan<byte> format)
    {
        if (call == Call.Generate)
        {
            return JsonSlice.IsText(format, "json"u8) || format is [(byte)'{', ..];
        }

        var type = JsonSlice.Member(format, "type"u8);
        return JsonSlice.IsText(type, "json_object"u8) || JsonSlice.IsText(type, "json_schema"u8);
    }

    private static ReadOnlySpan<byte> SchemaOf(Call call, ReadOnlySpan<byte> format) => call switch
    {
        Call.Generate => format,
        Call.Chat => JsonSlice.Member(JsonSlice.Member(format, "json_schema"u8), "schema"u8),
        _ => JsonSlice.Member(format, "schema"u8),
    };

    private static AnswerEvents OfTools(Call call, ReadOnlySpan<byte> request, Generation read)
    {
        if (read.ToolCount == 0)
        {
            return AnswerEvents.None;
        }

        var tools = JsonSlice.Member(request, "tools"u8);
        for (var i = 0; i < read.ToolCount; i++)
        {
            var tool = read.Tool(i);
            if (tool.IsWhole && tool.Index != int.MaxValue && !IsGood(call, tools, tool))
            {
                return AnswerEvents.InvalidToolCall;
            }
        }

        return AnswerEvents.None;
    }

    private static bool IsGood(Call call, ReadOnlySpan<byte> tools, ToolCall tool)
    {
        var inner = call is Call.Chat or Call.Generate ? "function"u8 : default;
        var known = JsonSlice.Element(tools, inner, "name"u8, tool.Name);
        if (known.IsEmpty)
        {
            return false;
        }

        // A tool without parameters may be called with nothing at all.
        return tool.Arguments.IsEmpty || (JsonSchemaCheck.IsJson(tool.Arguments) && Fits(JsonSlice.Member(known, call == Call.Message ? "input_schema"u8 : "parameters"u8), tool.Arguments));
    }
}

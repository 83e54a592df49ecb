using System.Text;
using Haldane.Gateway.Protocols;

namespace Haldane.Gateway.Tests.Observation.Text;

/// <summary>What a model server says in one of the dialects.</summary>
/// <param name="What">What is special about it.</param>
/// <param name="Asked">What was asked for.</param>
/// <param name="Type">The content type.</param>
/// <param name="Body">The body.</param>
/// <param name="Read">What is to be read of it.</param>
public sealed record Spoken(string What, int Asked, string Type, string Body, Facts Read)
{
    private const string Sse = "text/event-stream";
    private const string Json = "application/json; charset=utf-8";
    private const string Lines = "application/x-ndjson";

    internal Call Call => (Call)Asked;

    public static TheoryData<Spoken> All =>
    [
        Of("chat", Call.Chat, Json, """
            {"id":"chatcmpl-1","object":"chat.completion","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"Hall\u00f6 \ud83d\ude00","refusal":null},"finish_reason":"stop"}],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13,"prompt_tokens_details":{"cached_tokens":3}}}
            """, new("Hallö 😀", 9, 4, 3) { Finish = "stop" }),
        Of("chat with two choices, the second first", Call.Chat, Json, """
            {"choices":[{"message":{"content":"b"},"finish_reason":"length","index":1},{"message":{"content":"a"},"finish_reason":"stop","index":0}]}
            """, new("a", -1, -1) { Length = 2, IsTruncated = true, Finish = "stop" }),
        Of("chat with a tool call and no text", Call.Chat, Json, """
            {"choices":[{"index":0,"message":{"content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"weather","arguments":"{\"city\":\"KL\"}"}}]},"finish_reason":"tool_calls"}]}
            """, new("", -1, -1) { Length = 13, Tools = "weather {\"city\":\"KL\"}", Finish = "tool_calls" }),
        Of("chat that refuses", Call.Chat, Json, """{"choices":[{"index":0,"message":{"content":null,"refusal":"I cannot"},"finish_reason":"stop"}]}""",
            new("", -1, -1) { IsRefused = true, Finish = "stop" }),
        Of("chat that fails with a good status", Call.Chat, Json, """{"error":{"message":"overloaded"}}""", new("", -1, -1) { IsFailed = true }),
        Of("chat, not JSON", Call.Chat, Json, "<html>", new("", -1, -1) { IsUnread = true, IsEnded = false }),
        Of("older completion", Call.Chat, Json, """{"choices":[{"text":" yes","index":0,"finish_reason":"length"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""",
            new(" yes", 1, 1) { IsTruncated = true, Finish = "length" }),
        Of("chat stream", Call.Chat, Sse, """
            data: {"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":""},"finish_reason":null}],"usage":null}

            data: {"id":"c","choices":[{"index":0,"delta":{"content":"Hal"},"finish_reason":null}]}

            : a comment

            data: {"id":"c","choices":[{"index":0,"delta":{"content":"l\u00f6"},"finish_reason":null}]}

            data: {"id":"c","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

            data: {"id":"c","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":2}}

            data: [DONE]


            """, new("Hallö", 9, 2) { Finish = "stop", Pieces = 2 }),
        Of("chat stream with reasoning and tools in pieces", Call.Chat, Sse, """
            data: {"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}

            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":{"name":"one","arguments":""}}]}}]}

            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"b","function":{"name":"two","arguments":"{}"}}]}}]}

            data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"a\":1}"}}]}}]}

            data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}


            """, new("", -1, -1) { Length = 9, Tools = "one {\"a\":1}|two {}", Finish = "tool_calls", Pieces = 4 }),
        Of("chat stream that is cut", Call.Chat, Sse, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hal\"}}]}\n\n", new("Hal", -1, -1) { IsEnded = false, Pieces = 1 }),
        Of("chat stream that fails", Call.Chat, Sse, "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hal\"}}]}\r\n\r\ndata: {\"error\":{\"message\":\"x\"}}\r\n\r\n",
            new("Hal", -1, -1) { IsEnded = false, IsFailed = true, Pieces = 1 }),
        Of("chat stream with carriage returns and a filter", Call.Chat, Sse, "\uFEFFdata:{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"a\"},\"finish_reason\":\"content_filter\"}]}\r\rdata:[DONE]\r\r",
            new("a", -1, -1) { IsRefused = true, Finish = "content_filter", Pieces = 1 }),
        Of("responses", Call.Response, Json, """
            {"id":"resp_1","status":"completed","error":null,"output":[{"type":"reasoning","summary":[]},{"type":"message","content":[{"type":"output_text","text":"Hi"}]},{"type":"function_call","name":"f","arguments":"{}"}],"usage":{"input_tokens":5,"input_tokens_details":{"cached_tokens":2},"output_tokens":7}}
            """, new("Hi", 5, 7, 2) { Length = 4, Tools = "f {}", Finish = "completed" }),
        Of("responses, incomplete", Call.Response, Json, """{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"output":[]}""",
            new("", -1, -1) { IsTruncated = true, Finish = "incomplete" }),
        Of("responses that refuse", Call.Response, Json, """{"status":"completed","output":[{"type":"message","content":[{"type":"refusal","refusal":"no"}]}]}""",
            new("", -1, -1) { IsRefused = true, Finish = "completed" }),
        Of("responses stream", Call.Response, Sse, """
            event: response.created
            data: {"type":"response.created","response":{"status":"in_progress"}}

            event: response.output_item.added
            data: {"type":"response.output_item.added","output_index":1,"item":{"type":"function_call","name":"f","arguments":""}}

            event: response.output_text.delta
            data: {"type":"response.output_text.delta","output_index":0,"delta":"Hi"}

            event: response.function_call_arguments.delta
            data: {"delta":"{}","type":"response.function_call_arguments.delta","output_index":1}

            event: response.completed
            data: {"type":"response.completed","response":{"status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"Hi"}]}],"usage":{"input_tokens":5,"output_tokens":7}}}


            """, new("Hi", 5, 7) { Length = 4, Tools = "f {}", Finish = "completed", Pieces = 3 }),
        Of("responses stream that fails", Call.Response, Sse, "event: error\ndata: {\"type\":\"error\",\"code\":\"x\"}\n\n", new("", -1, -1) { IsFailed = true }),
        Of("responses stream that says it failed", Call.Response, Sse, "data: {\"type\":\"response.failed\",\"response\":{\"status\":\"failed\",\"error\":{\"code\":\"x\"}}}\n\n",
            new("", -1, -1) { IsFailed = true, Finish = "failed" }),
        Of("messages", Call.Message, Json, """
            {"id":"msg_1","type":"message","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Hi"},{"type":"tool_use","id":"t","name":"f","input":{"a": [1, 2]}}],"stop_reason":"tool_use","usage":{"input_tokens":5,"cache_read_input_tokens":3,"cache_creation_input_tokens":2,"output_tokens":7}}
            """, new("Hi", 10, 7, 3) { Length = 15, Tools = "f {\"a\": [1, 2]}", Finish = "tool_use" }),
        Of("messages that refuse", Call.Message, Json, """{"type":"message","content":[],"stop_reason":"refusal"}""", new("", -1, -1) { IsRefused = true, Finish = "refusal" }),
        Of("messages stream", Call.Message, Sse, """
            event: message_start
            data: {"type":"message_start","message":{"id":"msg_1","type":"message","content":[],"stop_reason":null,"usage":{"input_tokens":5,"output_tokens":1}}}

            event: content_block_start
            data: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}

            event: ping
            data: {"type": "ping"}

            event: content_block_delta
            data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

            event: content_block_start
            data: {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"t","name":"f","input":{}}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"a\""}}

            event: content_block_delta
            data: {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":":1}"}}

            event: message_delta
            data: {"type":"message_delta","delta":{"stop_reason":"max_tokens"},"usage":{"output_tokens":7}}

            event: message_stop
            data: {"type":"message_stop"}


            """, new("Hi", 5, 7) { Length = 9, Tools = "f {\"a\":1}", IsTruncated = true, Finish = "max_tokens", Pieces = 4 }),
        Of("messages stream that fails", Call.Message, Sse, "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n",
            new("", -1, -1) { IsFailed = true, IsEnded = false }),
        Of("Ollama's chat", Call.Generate, Json, """{"message":{"role":"assistant","content":"Hi"},"done":true,"done_reason":"stop","prompt_eval_count":5,"eval_count":7}""",
            new("Hi", 5, 7) { Finish = "stop" }),
        Of("Ollama's stream", Call.Generate, Lines, """
            {"message":{"content":"H"},"done":false}
            {"message":{"content":"i"},"done":false}
            {"message":{"content":"","tool_calls":[{"function":{"name":"f","arguments":{"a":1}}}]},"done":false}
            {"message":{"content":""},"done":true,"done_reason":"length","prompt_eval_count":5,"eval_count":7}
            """, new("Hi", 5, 7) { Length = 9, Tools = "f {\"a\":1}", IsTruncated = true, Finish = "length", Pieces = 3 }),
        Of("Ollama's generate", Call.Generate, Lines, "{\"response\":\"Hi\",\"done\":false}\n{\"response\":\"\",\"done\":true}\n", new("Hi", -1, -1) { Pieces = 1 }),
        Of("Ollama's stream that fails", Call.Generate, Lines, "{\"response\":\"Hi\",\"done\":false}\n{\"error\":\"out of memory\"}\n",
            new("Hi", -1, -1) { IsFailed = true, IsEnded = false, Pieces = 1 }),
    ];

    public byte[] Bytes => Encoding.UTF8.GetBytes(Body);

    public override string ToString() => What;

    private static Spoken Of(string what, Call call, string type, string body, Facts read) =>
        new(what, (int)call, type, body, read with { Length = read.Length < 0 ? read.Text.EnumerateRunes().Count() : read.Length });
}

/// <summary>What is read of an answer.</summary>
/// <param name="Text">The text of the first choice.</param>
/// <param name="InputTokens">Below 0: not said.</param>
/// <param name="OutputTokens">The same.</param>
/// <param name="CachedTokens">Cached ones.</param>
public sealed record Facts(string Text, long InputTokens, long OutputTokens, long CachedTokens = 0)
{
    /// <summary>Below 0: that of the text.</summary>
    public long Length { get; init; } = -1;

    public string Tools { get; init; } = "";

    public string Finish { get; init; } = "";

    public bool IsRefused { get; init; }

    public bool IsTruncated { get; init; }

    public bool IsFailed { get; init; }

    public bool IsEnded { get; init; } = true;

    public bool IsUnread { get; init; }

    /// <summary>0: not looked at.</summary>
    public long Pieces { get; init; }
}

using System.Net;
using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>Answers of language models, streamed and not, through both ways of relaying.</summary>
public sealed class TextTests
{
    private const string Head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
    private const string Role = "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    private const string Hello = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hello\"}}]}\n\n";
    private const string Stop = "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":5}}\n\n";
    private const string Done = "data: [DONE]\n\n";
    private const string Failure = "data: {\"error\":{\"message\":\"overloaded\"}}\n\n";
    private const string Last = "\0last";
    private const string Reset = "\0reset";

    [Theory]
    [InlineData(false, Arm.Canary)]
    [InlineData(false, Arm.Baseline)]
    [InlineData(true, Arm.Canary)]
    [InlineData(true, Arm.Baseline)]
    public async Task A_stream_is_read_as_it_passes(bool http2, Arm arm)
    {
        var seen = await AskAsync(http2, arm, Says(Role, Hello, Stop, Done, Last), Says(Role, Hello, Stop, Done, Last));

        var everyone = seen.Observed.Of(arm).Cells[SegmentCells.Everyone];
        Assert.Equal((200, Role + Hello + Stop + Done, true), (seen.Status, seen.Text, seen.IsWhole));
        Assert.Equal((1, 0, 1, 1), (everyone.Exchanges, everyone.Errors, everyone.Latency.Total(), everyone.FirstToken.Total()));
        Assert.Equal([("cost", 0.00075), ("input-tokens", 100), ("output-length", 5), ("output-tokens", 5)], Values(seen).Where(v => v.Name != "time-per-token"));
        Assert.InRange(Values(seen).Single(v => v.Name == "time-per-token").Mean, 0, 1_000);
        Assert.Empty(seen.Observed.Events);
    }

    [Theory]
    [InlineData(false, Failure, Last)]
    [InlineData(false, Role, Failure, Last)]
    [InlineData(false, ": ping\n\n", Role, Failure, Done, Last)]
    [InlineData(false, Role, Last)]
    [InlineData(false, Role, Reset)]
    [InlineData(false, Reset)]
    [InlineData(true, Failure, Last)]
    [InlineData(true, Role, Failure, Last)]
    [InlineData(true, Role, Last)]
    [InlineData(true, Role, Reset)]
    public async Task A_canary_that_fails_before_its_first_token_is_not_seen_by_the_caller(bool http2, params string[] says)
    {
        var seen = await AskAsync(http2, Arm.Canary, Says(Role, Hello, Stop, Done, Last), Says(says));

        var everyone = seen.Observed.Canary.Cells[SegmentCells.Everyone];
        Assert.Equal((200, Role + Hello + Stop + Done, true), (seen.Status, seen.Text, seen.IsWhole));
        Assert.Equal((1, 1), (everyone.Exchanges, everyone.Errors));
        Assert.Equal(0, seen.Observed.Baseline.Cells[SegmentCells.Everyone].Exchanges);
        Assert.Equal(1, seen.FailedOver);
    }

    [Theory]
    [InlineData(false, Arm.Canary, true, Role, Hello, Failure, Last)]
    [InlineData(false, Arm.Baseline, true, Role, Hello, Failure, Last)]
    [InlineData(false, Arm.Baseline, true, Failure, Last)]
    [InlineData(true, Arm.Canary, true, Role, Hello, Failure, Last)]
    [InlineData(false, Arm.Canary, false, Role, Hello, Last)]
    [InlineData(false, Arm.Baseline, false, Role, Last)]
    [InlineData(false, Arm.Canary, false, Role, Hello, Reset)]
    [InlineData(true, Arm.Canary, false, Role, Hello, Last)]
    [InlineData(true, Arm.Baseline, false, Role, Hello, Reset)]
    public async Task A_stream_that_fails_later_is_a_failure_and_no_clean_end(bool http2, Arm arm, bool isWhole, params string[] says)
    {
        var seen = await AskAsync(http2, arm, Says(says), Says(says));

        var everyone = seen.Observed.Of(arm).Cells[SegmentCells.Everyone];
        Assert.Equal((200, isWhole), (seen.Status, seen.IsWhole));
        Assert.Equal((1, 1, 0), (everyone.Exchanges, everyone.Errors, everyone.Latency.Total()));
        if (isWhole)
        {
            Assert.Equal(string.Concat(says.Where(s => s[0] != '\0')), seen.Text);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_whole_answer_that_says_it_failed_is_not_seen_by_the_caller(bool http2)
    {
        var seen = await AskAsync(http2, Arm.Canary, Json(Choice("\"hello\"", "stop")), Json("""{"error":{"message":"overloaded"}}"""));

        Assert.Equal((200, Choice("\"hello\"", "stop")), (seen.Status, seen.Text));
        Assert.Equal((1, 1L, 1L), (seen.Observed.Canary.Cells[SegmentCells.Everyone].Errors, seen.Observed.Canary.Cells[SegmentCells.Everyone].FailedOver, seen.FailedOver));
    }

    [Theory]
    [InlineData("{}", "\"hello\"", "stop")]
    [InlineData("{}", "\"hello\"", "length", GatewayEvents.Truncated)]
    [InlineData("{}", "\"\"", "stop", GatewayEvents.Empty)]
    [InlineData("{}", "\" \\n\"", "stop", GatewayEvents.Empty)]
    [InlineData("{}", "null", "content_filter", GatewayEvents.ModelRefusal)]
    [InlineData("""{"response_format":{"type":"json_object"}}""", "\"{\\\"a\\\":1}\"", "stop")]
    [InlineData("""{"response_format":{"type":"json_object"}}""", "\"Sure! {\\\"a\\\":1}\"", "stop", GatewayEvents.InvalidJson)]
    [InlineData("""{"response_format":{"type":"json_object"}}""", "\"{\\\"a\\\":\"", "length", GatewayEvents.Truncated)]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object","required":["a"]}}}}""", "\"{\\\"a\\\":1}\"", "stop")]
    [InlineData("""{"response_format":{"type":"json_schema","json_schema":{"schema":{"type":"object","required":["a"]}}}}""", "\"{\\\"b\\\":1}\"", "stop", GatewayEvents.InvalidSchema)]
    [InlineData("""{"response_format":{"type":"text"}}""", "\"Sure!\"", "stop")]
    [InlineData("not JSON", "\"Sure!\"", "stop")]
    public async Task What_is_wrong_with_a_text_is_counted(string asked, string content, string finish, params string[] events)
    {
        var answer = Json(Choice(content, finish));
        foreach (var http2 in (bool[])[false, true])
        {
            var seen = await AskAsync(http2, Arm.Canary, answer, answer, asked);

            Assert.Equal(events, seen.Observed.Events.Where(e => e.Cell == SegmentCells.Everyone).Select(e => e.Name));
            Assert.Equal(events, seen.Observed.Occurrences.Select(o => GatewayEvents.All[o.Event]));
        }
    }

    [Theory]
    [InlineData("weather", "{\\\"city\\\":\\\"KL\\\"}", true)]
    [InlineData("weather", "", true)]
    [InlineData("weather", "[]", false)]
    [InlineData("weather", "{\\\"city\\\":", false)]
    [InlineData("news", "{}", false)]
    public async Task A_tool_call_that_is_wrong_is_counted(string tool, string arguments, bool isGood)
    {
        const string Asked = """{"tools":[{"type":"function","function":{"name":"time"}},{"type":"function","function":{"name":"weather","parameters":{"type":"object"}}}]}""";
        var answer = Json($$$"""{"choices":[{"index":0,"message":{"content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"{{{tool}}}","arguments":"{{{arguments}}}"}}]},"finish_reason":"tool_calls"}]}""");

        var seen = await AskAsync(false, Arm.Baseline, answer, answer, Asked);

        Assert.Equal(isGood ? [] : [GatewayEvents.InvalidToolCall], seen.Observed.Events.Where(e => e.Cell == SegmentCells.Everyone).Select(e => e.Name));
    }

    [Fact]
    public async Task The_callers_own_retries_go_to_the_arm_that_failed_and_are_counted_apart()
    {
        await using var good = Upstream.Start(Json(Choice("\"hello\"", "stop")));
        await using var busy = Upstream.Always(Conducts.Error(429, "busy"));
        var spec = Spec(good.Address, busy.Address) with { Subject = null, Segments = [] };
        await using var rig = await Rig.StartAsync(Rig.Routed(spec, new(5_000)));
        var (first, again) = (0, 0);
        for (var i = 0; i < 60; i++)
        {
            // One connection, as client libraries keep theirs: what was asked before has been booked.
            await using var caller = await rig.ConnectAsync();
            var answer = await SendAsync(caller, i, 0);
            first += answer;
            again += answer == 1 ? await SendAsync(caller, i, 1) : 0;
        }

        await rig.StopAsync();
        var traffic = rig.Router.Traffic().ToDictionary(t => t.Arm);
        Assert.InRange(first, 10, 50);
        Assert.Equal(first, again);
        Assert.Equal((first, again, 60 - first), (traffic[Arm.Canary].Exchanges, traffic[Arm.Canary].Retried, traffic[Arm.Baseline].Exchanges));

        static async Task<int> SendAsync(Caller caller, int key, int tries)
        {
            var answer = await caller.SendAsync($"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nAuthorization: Bearer {key}\r\nX-Stainless-Retry-Count: {tries}\r\nContent-Length: 2\r\n\r\n", "{}"u8.ToArray());
            return answer.Status == 429 ? 1 : 0;
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_goes_on_from_a_response_is_asked_of_the_arm_that_holds_it(bool http2)
    {
        var (baseline, canary) = (0, 0);
        await using var one = Upstream.Start(Responses(() => $"resp_b{baseline++}"));
        await using var other = Upstream.Start(Responses(() => $"resp_c{canary++}"));
        await using var rig = await Rig.StartAsync(Rig.Routed(Spec(one.Address, other.Address) with { Subject = null }, new(5_000)), priorKnowledge: http2);
        using var client = Http2Client();
        var served = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            var id = await AskAsync("/v1/responses", "{\"input\":\"hi\"}");
            served.Add(id);
            var next = await AskAsync("/v1/responses", $$"""{"input":"and?","previous_response_id":"{{id}}"}""");
            Assert.Equal(id[5], next[5]);
            Assert.Equal(id[5], (await AskAsync($"/v1/responses/{next}/input_items", null))[5]);
        }

        Assert.Contains(served, id => id[5] == 'b');
        Assert.Contains(served, id => id[5] == 'c');

        async Task<string> AskAsync(string path, string? body)
        {
            using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(rig.Address, path))
            {
                Version = http2 ? HttpVersion.Version20 : HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = body is null ? null : new StringContent(body),
            };
            using var answer = await client.SendAsync(request);
            return System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("id").GetString()!;
        }
    }

    private static Conduct Responses(Func<string> id) =>
        Conducts.Each(connection => connection.WriteAsync(Conducts.Ok($$"""{"id":"{{id()}}","status":"completed","output":[{"type":"message","content":[{"type":"output_text","text":"hello"}]}]}""")));

    private static HttpClient Http2Client() => new() { DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

    private static string Choice(string content, string finish) => $$$"""{"choices":[{"index":0,"message":{"content":{{{content}}}},"finish_reason":"{{{finish}}}"}],"usage":{"prompt_tokens":1,"completion_tokens":1}}""";

    private static IEnumerable<(string Name, double Mean)> Values(Seen seen) =>
        seen.Observed.Values.Where(v => v.Cell == SegmentCells.Everyone).Select(v => (v.Name, v.Sum / v.Count)).OrderBy(v => v.Name, StringComparer.Ordinal);

    private static ModelSpec Spec(string baseline, string canary) => Rig.Spec([], []) with
    {
        Protocol = Protocol.OpenAi,
        Route = new("/v1/**"),
        Signals = new() { Values = [.. GatewayValues.All.Select(name => new ValueSpec(name, 0, 1_000))] },
        Versions = [new("v1", [baseline]) { Price = new(5, 50, 1) }, new("v2", [canary]) { Price = new(5, 50, 1) }],
    };

    private static Conduct Json(string body) => Conducts.Always(Encoding.UTF8.GetBytes(Conducts.Ok(body)));

    // Each event in a chunk of its own.
    private static Conduct Says(params string[] says) => Conducts.Each(async connection =>
    {
        await connection.WriteAsync(Head);
        foreach (var said in says)
        {
            if (said == Reset)
            {
                // What was written must have been read before, or the reset takes it away.
                await Task.Delay(50);
                connection.Reset();
                return;
            }

            await (said == Last ? connection.WriteAsync("0\r\n\r\n") : connection.WriteChunkAsync(said));
        }
    });

    private static async Task<Seen> AskAsync(bool http2, Arm arm, Conduct baseline, Conduct canary, string body = "{}")
    {
        await using var one = Upstream.Start(baseline);
        await using var other = Upstream.Start(canary);
        await using var rig = await Rig.StartAsync(Rig.Routed(Spec(one.Address, other.Address), arm == Arm.Canary ? Share.Full : Share.None), priorKnowledge: http2);
        var (status, text, isWhole) = http2 ? await AskHttp2Async(rig, body) : await AskHttp1Async(rig, body);
        return new(status, text, isWhole, await rig.EndAsync(), rig.Router.Traffic().Sum(t => t.FailedOver));
    }

    private static async Task<(int, string, bool)> AskHttp1Async(Rig rig, string body)
    {
        var answer = await rig.SendAsync($"POST /v1/chat/completions HTTP/1.1\r\nHost: g\r\nContent-Length: {body.Length}\r\n\r\n", Encoding.ASCII.GetBytes(body));
        Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"]!, out var token));
        Assert.Equal(ExchangeToken.NoClass, token.Class);
        return (answer.Status, answer.Text, answer.Whole);
    }

    private static async Task<(int, string, bool)> AskHttp2Async(Rig rig, string body)
    {
        using var client = Http2Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(rig.Address, "/v1/chat/completions"))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent(body),
        };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, CancellationToken.None);
        var text = new MemoryStream();
        try
        {
            await answer.Content.CopyToAsync(text);
            return ((int)answer.StatusCode, Encoding.UTF8.GetString(text.ToArray()), true);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return ((int)answer.StatusCode, Encoding.UTF8.GetString(text.ToArray()), false);
        }
    }

    private sealed record Seen(int Status, string Text, bool IsWhole, Core.Ports.ObservedTraffic Observed, long FailedOver);
}

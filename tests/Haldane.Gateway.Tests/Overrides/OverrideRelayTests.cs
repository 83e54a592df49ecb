using System.Globalization;
using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Overrides;

/// <summary>What a version with an override receives, over real sockets. Longer than most: each test is a whole request and what came of it.</summary>
public sealed class OverrideRelayTests
{
    private const string Chat = "/v1/chat/completions";

    private static readonly OverrideSpec Canary = new()
    {
        Model = "gpt-new",
        System = "You are brief.",
        Parameters = [new("/temperature", "0.2"), new("/stop", null)],
        Headers = [new("X-Variant", "b"), new("authorization", "Bearer of-the-version")],
        Path = new("/v1", "/openai/v1"),
    };

    private static readonly byte[] Asked = """{ "model":"gpt", "stop" : "x", "messages":[{"role":"user","content":"h\u0069"}] }"""u8.ToArray();

    private const string Got =
        """{ "model":"gpt-new", "messages":[{"role":"system","content":"You are brief."},{"role":"user","content":"h\u0069"}] ,"temperature":0.2}""";

    private const string GotPlain = """{"model":"gpt-new","temperature":0.2}""";

    [Theory]
    [InlineData(int.MaxValue, false)]
    [InlineData(int.MaxValue, true)]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(7, true)]
    public async Task The_version_gets_exactly_the_edited_request_however_it_comes(int piece, bool chunked)
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(version, version, null, Canary, Arm.Canary);
        await using var caller = await rig.ConnectAsync();
        var framing = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {Asked.Length}";
        var head = $"POST {Chat}?a=%20b HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer callers\r\nX-Other: 1\r\nContent-Digest: sha-256=:x:\r\nx-variant: a\r\nX-Variant: c\r\nX_Variant: d\r\n{framing}\r\n\r\n";
        byte[] message = [.. Encoding.ASCII.GetBytes(head), .. chunked ? Chunked(Asked, 5) : Asked];

        foreach (var bytes in message.Chunk(piece))
        {
            await caller.Stream.WriteAsync(bytes);
        }

        var answer = await caller.Reader.AnswerAsync();
        var again = await caller.SendAsync(Head(Chat, Asked.Length), Asked);
        var observed = await rig.EndAsync();

        Assert.Equal((200, 200, "canary"), (answer.Status, again.Status, answer["x-haldane-arm"]));
        var received = version.Requests.First();
        Assert.Equal("POST /openai/v1/chat/completions?a=%20b HTTP/1.1", received.Line);
        Assert.Equal(
            [("X-Other", "1"), ("X-Variant", "b"), ("authorization", "Bearer of-the-version"), ("Content-Length", Got.Length.ToString(CultureInfo.InvariantCulture))],
            received.Headers.Where(h => h.Name != "Host"));
        Assert.All(version.Requests, r => Assert.Equal(Got, Encoding.UTF8.GetString(r.Body)));
        Assert.Equal(2, observed.Canary.Cells[SegmentCells.Everyone].Exchanges);
    }

    [Theory]
    [InlineData(false, 900_000, false)]
    [InlineData(true, 900_000, false)]
    [InlineData(false, 3 << 20, true)]
    [InlineData(true, 3 << 20, true)]
    public async Task A_large_body_is_edited_as_it_passes(bool chunked, int length, bool streams)
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(version, version, null, Canary, Arm.Canary);
        var text = Encoding.ASCII.GetString([.. Conducts.Noise(length).Select(b => (byte)('a' + b % 26))]);
        var asked = Encoding.ASCII.GetBytes($$"""{"model":"gpt","messages":[{"role":"system","content":"x"},{"role":"user","content":"{{text}}"}],"model":"gpt"}""");
        var head = chunked ? $"POST {Chat} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" : Head(Chat, asked.Length);

        var answer = await rig.SendAsync(head, chunked ? Chunked(asked, 70_001) : asked);

        Assert.Equal(200, answer.Status);
        Assert.True(version.Requests.TryDequeue(out var received));
        Assert.Equal(streams ? "chunked" : null, received["transfer-encoding"]);
        Assert.Equal(
            $$"""{"model":"gpt-new","messages":[{"role":"system","content":"You are brief."},{"role":"user","content":"{{text}}"}],"model":"gpt-new","temperature":0.2}""",
            Encoding.ASCII.GetString(received.Body));
    }

    [Theory]
    [InlineData("GET", "/v1/models", "GET /openai/v1/models HTTP/1.1")]
    [InlineData("HEAD", "/v1/models", "HEAD /openai/v1/models HTTP/1.1")]
    [InlineData("POST", Chat, "POST /openai/v1/chat/completions HTTP/1.1")]
    public async Task A_request_without_a_body_gets_path_and_headers(string method, string path, string line)
    {
        await using var version = Upstream.Always("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        await using var rig = await StartAsync(version, version, null, Canary, Arm.Canary);

        var answer = await rig.SendAsync($"{method} {path} HTTP/1.1\r\nHost: a\r\n\r\n");

        Assert.Equal(200, answer.Status);
        Assert.True(version.Requests.TryDequeue(out var received));
        Assert.Equal((line, "b", null, 0), (received.Line, received["x-variant"], received["content-length"], received.Body.Length));
    }

    [Fact]
    public async Task A_caller_that_waits_to_be_asked_for_its_body_is_asked()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(version, version, null, Canary, Arm.Canary);
        await using var caller = await rig.ConnectAsync();

        await caller.WriteAsync(Head(Chat, Asked.Length, "Expect: 100-continue\r\n"));
        var asked = await caller.Reader.HeadAsync();
        var answer = await caller.SendAsync("", Asked);

        Assert.Equal(("HTTP/1.1 100 Continue", 200), (asked![0], answer.Status));
        Assert.Equal(Got, Encoding.UTF8.GetString(Assert.Single(version.Requests).Body));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Chunks_of_nothing_are_no_body(bool fails)
    {
        await using var canary = Upstream.Start(Conducts.Of(fails ? Fault.Answers500 : Fault.None));
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await StartAsync(baseline, canary, new() { Model = "a" }, Canary, Arm.Canary, Failover.Always);

        var answer = await rig.SendAsync($"POST {Chat} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

        Assert.Equal((200, fails ? 1 : 0), (answer.Status, baseline.Requests.Count));
        Assert.All(canary.Requests.Concat(baseline.Requests), r => Assert.Equal(("0", 0), (r["content-length"], r.Body.Length)));
    }

    [Fact]
    public async Task A_call_that_is_no_inference_keeps_its_body()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(version, version, null, Canary, Arm.Canary);

        await rig.SendAsync(Head("/v1/embeddings", 3), "not"u8.ToArray());

        Assert.True(version.Requests.TryDequeue(out var received));
        Assert.Equal(("b", "3", "not"), (received["x-variant"], received["content-length"], Encoding.ASCII.GetString(received.Body)));
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("""{"model":"gpt"}x""")]
    [InlineData("")]
    public async Task What_cannot_be_edited_goes_to_the_baseline_as_it_came_and_is_no_evidence(string text)
    {
        var body = text.Length > 0 ? Encoding.ASCII.GetBytes(text) : Conducts.Gzipped("{}");
        var packed = text.Length > 0 ? "" : "Content-Encoding: gzip\r\n";
        await using var baseline = Upstream.Always(Conducts.Error(400, "could not parse"));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(baseline, canary, null, Canary, Arm.Canary);
        await using var caller = await rig.ConnectAsync();

        foreach (var chunked in new[] { false, true })
        {
            var framing = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}";
            var answer = await caller.SendAsync($"POST {Chat} HTTP/1.1\r\nHost: a\r\n{packed}{framing}\r\n\r\n", chunked ? Chunked(body, 3) : body);

            Assert.Equal((400, "could not parse"), (answer.Status, answer.Text));
            Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out var token));
            Assert.False(token.Counts);
            Assert.True(baseline.Requests.TryDequeue(out var received));
            Assert.Null(received["x-variant"]);
            Assert.Equal(body, received.Body);
        }

        var observed = await rig.EndAsync();
        Assert.Empty(canary.Requests);
        Assert.Equal((CellEvidence.Empty, CellEvidence.Empty), (observed.Canary.Cells[SegmentCells.Everyone], observed.Baseline.Cells[SegmentCells.Everyone]));
        Assert.Equal((0, 2), ((int)rig.Router.Traffic().Single().Exchanges, (int)rig.Router.Traffic().Single().Unfit));
    }

    // Whoever packs or spoils a body must not get past the version's prompt.
    [Theory]
    [InlineData("not json", "", 400, "the request's body is not a JSON object as this model needs it")]
    [InlineData("""{"model":"gpt"}""", "Content-Encoding: br\r\n", 415, "the request's body is packed, and this model needs it plain")]
    public async Task A_version_with_an_override_never_gets_a_body_without_it(string text, string packed, int status, string why)
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(version, version, Canary, Canary, Arm.Baseline);
        await using var caller = await rig.ConnectAsync();

        var answer = await caller.SendAsync($"POST {Chat} HTTP/1.1\r\nHost: a\r\n{packed}Content-Length: {text.Length}\r\n\r\n", Encoding.ASCII.GetBytes(text));
        var next = await caller.SendAsync(Head(Chat, 2), "{}"u8.ToArray());
        var observed = await rig.EndAsync();

        Assert.Equal((status, $$"""{"error":"{{why}}"}""", 200), (answer.Status, answer.Text, next.Status));
        Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out var token));
        Assert.False(token.Counts);
        Assert.Equal(GotPlain, Encoding.ASCII.GetString(Assert.Single(version.Requests).Body));
        Assert.Equal(1, observed.Baseline.Cells[SegmentCells.Everyone].Exchanges);
    }

    [Fact]
    public async Task A_body_that_turns_out_bad_when_the_version_has_had_a_part_is_broken_off()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(version, version, null, Canary, Arm.Canary);
        var asked = Encoding.ASCII.GetBytes($$"""{"x":"{{new string('x', 2 << 20)}}"]""");

        var answer = await rig.SendAsync(Head(Chat, asked.Length), asked);
        var observed = await rig.EndAsync();

        Assert.Equal(400, answer.Status);
        Assert.Empty(version.Requests);
        Assert.Equal(CellEvidence.Empty, observed.Canary.Cells[SegmentCells.Everyone]);
        Assert.Equal(1, rig.Router.Traffic().Single().Unfit);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_baseline_stands_in_with_its_own_override_of_what_the_caller_sent(bool chunked)
    {
        await using var canary = Upstream.Start(Conducts.Of(Fault.Answers500));
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        var own = new OverrideSpec { Parameters = [new("/seed", "7")], Headers = [new("X-Variant", "a")] };
        await using var rig = await StartAsync(baseline, canary, own, Canary, Arm.Canary, Failover.Always);
        var framing = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {Asked.Length}";

        var answer = await rig.SendAsync($"POST {Chat} HTTP/1.1\r\nHost: a\r\n{framing}\r\n\r\n", chunked ? Chunked(Asked, 5) : Asked);

        Assert.Equal((200, Conducts.Legit), (answer.Status, answer.Text));
        Assert.Equal(Got, Encoding.ASCII.GetString(Assert.Single(canary.Requests).Body));
        var received = Assert.Single(baseline.Requests);
        Assert.Equal(($"POST {Chat} HTTP/1.1", "a", null), (received.Line, received["x-variant"], received["authorization"]));
        Assert.Equal(Encoding.ASCII.GetString(Asked).Replace("}] }", "}] ,\"seed\":7}", StringComparison.Ordinal), Encoding.ASCII.GetString(received.Body));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_gathered_body_reaches_a_baseline_without_an_override_whole(bool large)
    {
        await using var canary = Upstream.Start(Conducts.Of(Fault.Answers500));
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await StartAsync(baseline, canary, null, Canary, Arm.Canary, Failover.Always);
        var asked = Encoding.ASCII.GetBytes($$"""{"x":"{{new string('x', large ? 900_000 : 10)}}"}""");

        var answer = await rig.SendAsync($"POST {Chat} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", Chunked(asked, 60_000));

        Assert.Equal(200, answer.Status);
        Assert.Equal(asked, Assert.Single(baseline.Requests).Body);
    }

    [Theory]
    [InlineData(10, false)]
    [InlineData(10, true)]
    [InlineData(3 << 20, false)]
    [InlineData(3 << 20, true)]
    public async Task Binary_tensors_pass_behind_the_edited_json_and_its_length_is_told(int binary, bool chunked)
    {
        var json = """{"parameters":{"a":1},"id":"x"}"""u8.ToArray();
        var tensors = Conducts.Noise(binary);
        byte[] body = [.. json, .. tensors];
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        var change = new OverrideSpec { Parameters = [new("/parameters/variant", "\"b\"")] };
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary, spec => With(spec, null, change));
        var framing = chunked ? "Transfer-Encoding: chunked" : $"Content-Length: {body.Length}";

        var answer = await rig.SendAsync($"POST {Rig.Path} HTTP/1.1\r\nHost: a\r\nInference-Header-Content-Length: {json.Length}\r\n{framing}\r\n\r\n", chunked ? Chunked(body, 50_001) : body);

        var edited = """{"parameters":{"a":1,"variant":"b"},"id":"x"}"""u8.ToArray();
        Assert.Equal(200, answer.Status);
        Assert.True(version.Requests.TryDequeue(out var received));
        Assert.Equal($"{edited.Length}", received["inference-header-content-length"]);
        Assert.True(received.Body.AsSpan().SequenceEqual((byte[])[.. edited, .. tensors]));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("99")]
    [InlineData("2\r\nInference-Header-Content-Length: 3")]
    public async Task A_json_length_that_cannot_be_right_is_no_request_for_the_version(string length)
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        var change = new OverrideSpec { Parameters = [new("/a", "1")] };
        await using var rig = await Rig.StartAsync(version, version, Arm.Baseline, spec => With(spec, change, change));

        var answer = await rig.SendAsync($"POST {Rig.Path} HTTP/1.1\r\nHost: a\r\nInference-Header-Content-Length: {length}\r\nContent-Length: 4\r\n\r\n{{}}ab");

        Assert.Equal(400, answer.Status);
        Assert.Empty(version.Requests);
    }

    [Fact]
    public async Task A_prompt_is_rolled_out_at_one_endpoint()
    {
        const int Truncated = 3; // its index in GatewayEvents.All
        await using var version = Upstream.Start(async connection =>
        {
            while (await connection.RequestAsync() is { } request)
            {
                // Without the new prompt the model talks until it is cut off.
                var end = HasPrompt(request) ? "stop" : "length";
                await connection.WriteAsync(Conducts.Ok($$$"""{"choices":[{"index":0,"message":{"role":"assistant","content":"Hello."},"finish_reason":"{{{end}}}"}]}"""));
            }
        });
        var prompt = new OverrideSpec { System = "You are brief." };
        await using var rig = await Rig.StartAsync(Rig.Routed(Openai(Rig.Spec([version.Address], [version.Address]), null, prompt, Failover.Auto), new Share(5_000)));
        await using var caller = await rig.ConnectAsync();

        for (var i = 0; i < 200; i++)
        {
            var answer = await caller.SendAsync(Head(Chat, Asked.Length, $"x-user: u{i}\r\n"), Asked);
            Assert.Equal(answer["x-haldane-arm"] == "canary", answer.Text.Contains("stop", StringComparison.Ordinal));
        }

        var observed = await rig.EndAsync();

        var (canary, baseline) = (observed.Canary.Cells[SegmentCells.Everyone], observed.Baseline.Cells[SegmentCells.Everyone]);
        Assert.Equal(200, canary.Exchanges + baseline.Exchanges);
        Assert.Equal(baseline.Exchanges, observed.Occurrences.Count(o => (o.Event, o.Arm) == (Truncated, Arm.Baseline)));
        Assert.DoesNotContain(observed.Occurrences, o => o.Arm == Arm.Canary);
        Assert.All(version.Requests.Where(r => !HasPrompt(r)), r => Assert.Equal(Asked, r.Body));

        static bool HasPrompt(Received request) => Encoding.ASCII.GetString(request.Body).Contains("You are brief.", StringComparison.Ordinal);
    }

    internal static byte[] Chunked(byte[] body, int size)
    {
        var framed = new MemoryStream();
        foreach (var piece in body.Chunk(size))
        {
            framed.Write(Encoding.ASCII.GetBytes($"{piece.Length:x}\r\n"));
            framed.Write(piece);
            framed.Write("\r\n"u8);
        }

        framed.Write("0\r\n\r\n"u8);
        return framed.ToArray();
    }

    internal static ModelSpec Openai(ModelSpec spec, OverrideSpec? baseline, OverrideSpec? canary, Failover failover) =>
        With(spec with { Protocol = Protocol.OpenAi, Route = new("/v1/**"), Failover = failover }, baseline, canary);

    private static ModelSpec With(ModelSpec spec, OverrideSpec? baseline, OverrideSpec? canary) =>
        spec with { Versions = [spec.Versions[0] with { Override = baseline }, spec.Versions[1] with { Override = canary }] };

    private static Task<Rig> StartAsync(Upstream baselineAt, Upstream canaryAt, OverrideSpec? baseline, OverrideSpec? canary, Arm arm, Failover failover = Failover.Auto) =>
        Rig.StartAsync(baselineAt, canaryAt, arm, spec => Openai(spec, baseline, canary, failover));

    private static string Head(string path, int length, string headers = "") => $"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Length: {length}\r\n{headers}\r\n";
}

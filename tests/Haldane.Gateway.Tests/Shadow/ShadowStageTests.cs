using System.Net;
using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Relay;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Shadow;

/// <summary>A shadow stage on real sockets: what the canary gets, what the caller sees, and what is evidence. Longer than most: each test is a conversation of three parties, and all have one stage.</summary>
public sealed class ShadowStageTests
{
    private const string Chat = "POST /v2/models/fraud/chat/completions HTTP/1.1\r\nHost: gateway\r\n";

    private static readonly ShadowSpec Everything = new() { Rate = 1_000_000 };

    private static ModelSpec Overridden(ModelSpec spec) => spec with
    {
        Protocol = Protocol.OpenAi,
        Signals = new(),
        Versions =
        [
            spec.Versions[0] with { Override = new() { Model = "gpt-old" } },
            spec.Versions[1] with
            {
                Override = new() { Model = "gpt-new", System = "You are brief.", Headers = [new("authorization", "Bearer canarys")], Path = new("/v2/models/fraud", "/new") },
            },
        ],
    };

    [Theory]
    [InlineData("Content-Length: 12\r\n\r\n", "{\"n\":123456}")]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n", "4\r\n{\"n\"\r\n8\r\n:123456}\r\n0\r\n\r\n")]
    public async Task The_canary_gets_a_copy_that_says_so_and_the_caller_gets_the_baseline(string framing, string body)
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await StartAsync(baseline, canary);

        var answer = await rig.SendAsync(
            $"POST {Rig.Path}?a=b HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer mine\r\nx-haldane-shadow: 9\r\nx-user: ann\r\nConnection: x-private\r\nx-private: 1\r\n{framing}", Encoding.ASCII.GetBytes(body));
        await PairsAsync(rig, 1);

        var copy = Assert.Single(canary.Requests);
        Assert.Equal((200, Conducts.Fraud, "baseline"), (answer.Status, Encoding.UTF8.GetString(answer.Body), answer["x-haldane-arm"]));
        Assert.Equal(
            ($"POST {Rig.Path}?a=b HTTP/1.1", "1", "Bearer mine", "ann", null, "12", "{\"n\":123456}"),
            (copy.Line, copy["x-haldane-shadow"], copy["authorization"], copy["x-user"], copy["x-private"], copy["content-length"], Encoding.ASCII.GetString(copy.Body)));
        Assert.Equal(canary.Address["http://".Length..], copy["host"]);
        Assert.Null(Assert.Single(baseline.Requests)["x-haldane-shadow"]);
    }

    [Fact]
    public async Task Requests_of_HTTP_2_are_copied_as_well()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(Rig.Shadowed(Rig.Spec([baseline.Address], [canary.Address]), Everything), priorKnowledge: true);
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(rig.Address, Rig.Path + "?a=b"))
        {
            Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact, Content = new StringContent("{\"n\":123456}", Encoding.UTF8, "application/json"),
        };
        request.Headers.Add("x-user", "ann");
        request.Headers.Add("x-haldane-shadow", "9");

        using var answer = await client.SendAsync(request);
        await PairsAsync(rig, 1);

        var copy = Assert.Single(canary.Requests);
        Assert.Equal((HttpStatusCode.OK, Conducts.Fraud), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        Assert.Equal(
            ($"POST {Rig.Path}?a=b HTTP/1.1", "1", "ann", "{\"n\":123456}"), (copy.Line, copy["x-haldane-shadow"], copy["x-user"], Encoding.ASCII.GetString(copy.Body)));
        Assert.Null(Assert.Single(baseline.Requests)["x-haldane-shadow"]);
        var observed = await rig.EndAsync();
        Assert.Equal((1, 1, 1), (observed.Baseline.Cells[0].Exchanges, observed.Canary.Cells[0].Exchanges, observed.Pairs[0].Pairs));
    }

    [Fact]
    public async Task Both_arms_have_seen_the_same_requests()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await StartAsync(baseline, canary);
        for (var i = 0; i < 20; i++)
        {
            await rig.InferAsync([], $"x-user: {i}\r\nx-country: {(i < 5 ? "ID" : "MY")}\r\n");
        }

        await PairsAsync(rig, 20);
        var observed = await rig.EndAsync();

        foreach (var arm in (Arm[])[Arm.Baseline, Arm.Canary])
        {
            var everyone = observed.Of(arm).Cells[SegmentCells.Everyone];
            Assert.Equal((20, 0, 0), (everyone.Exchanges, everyone.Errors, observed.Of(arm).NewSubjects));
            Assert.Equal(20, everyone.Latency.Total());
            Assert.Equal(arm == Arm.Baseline ? [0, 20, 0] : [20, 0, 0], everyone.Classes);
        }

        Assert.Equal((20, 20, 0), (observed.Pairs[0].Pairs, observed.Pairs[0].Different, observed.Pairs[0].BaselinePairs));
        Assert.Equal([(0, 20), (1, 15), (2, 5), (5, 20)], observed.Pairs.Select(p => (p.Cell, (int)p.Different)));
        Assert.Equal(Share.None, observed.Share);
    }

    [Fact]
    public async Task What_a_caller_is_served_in_the_shadow_is_no_evidence_for_later_feedback()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(version, version);

        var answer = await rig.InferAsync([]);

        Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out var token));
        Assert.Equal((false, Arm.Baseline, Rig.Run), (token.Counts, token.Arm, token.Run));
    }

    [Theory]
    [InlineData(Fault.ResetsBeforeHead)]
    [InlineData(Fault.ClosesBeforeHead)]
    [InlineData(Fault.ResetsMidHead)]
    [InlineData(Fault.TalksNonsense)]
    [InlineData(Fault.CutsSmallBody)]
    [InlineData(Fault.CutsLargeBody)]
    public async Task A_canary_that_breaks_harms_no_caller_and_is_counted(Fault fault)
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Start(Conducts.Of(fault));
        canary.Proceed.SetResult();
        await using var rig = await StartAsync(baseline, canary);

        await FailsAsync(rig);
    }

    [Fact]
    public async Task A_canary_that_accepts_nobody_harms_no_caller_and_is_counted()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Refusing();
        await using var rig = await StartAsync(baseline, canary);

        await FailsAsync(rig);
    }

    [Fact]
    public async Task A_canary_that_says_that_it_failed_is_counted()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Error(503, "no"));
        await using var rig = await StartAsync(baseline, canary);

        await FailsAsync(rig);
    }

    [Fact]
    public async Task A_canary_that_never_answers_is_late_by_the_models_timeout()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Start(async c => await c.StallAsync());
        await using var rig = await StartAsync(baseline, canary, spec => spec with { Timeout = TimeSpan.FromMilliseconds(200) });

        await FailsAsync(rig);
    }

    [Fact]
    public async Task A_baseline_that_fails_is_counted_beside_the_canary_that_does_not()
    {
        await using var baseline = Upstream.Always(Conducts.Error(500, "no"));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(baseline, canary);

        Assert.Equal(500, (await rig.InferAsync([])).Status);
        await Soon.HoldsAsync(() => canary.Requests.Count == 1);
        // What the caller was answered with is counted after the answer has left.
        var observed = await CollectAsync(rig, o => o is { Baseline.Cells: [{ Exchanges: 1, Errors: 1 }, ..], Canary.Cells: [{ Exchanges: 1 }, ..] });

        Assert.Equal(0, observed.Canary.Cells[0].Errors);
        Assert.Empty(observed.Pairs);
    }

    [Fact]
    public async Task What_is_beyond_the_rate_is_dropped_and_counted()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(baseline, canary, shadow: new() { Rate = 0.001 });

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(200, (await rig.InferAsync([])).Status);
        }

        await PairsAsync(rig, 1);
        Assert.Equal((1, 4), (rig.Router.Shadows()[0].Sent, rig.Router.Shadows()[0].Dropped.Rate));
        Assert.Equal(1, (await rig.EndAsync()).Baseline.Cells[0].Exchanges);
    }

    [Theory]
    [InlineData("Content-Length: 1100000\r\n\r\n", false)]
    [InlineData("Transfer-Encoding: chunked\r\n\r\n", true)]
    public async Task A_request_that_is_too_large_to_be_kept_is_served_and_not_copied(string framing, bool chunked)
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(baseline, canary);
        var body = Conducts.Noise(1_100_000);

        var answer = await rig.SendAsync(
            $"POST {Rig.Path} HTTP/1.1\r\nHost: gateway\r\n{framing}", chunked ? [.. Encoding.ASCII.GetBytes($"{body.Length:x}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8] : body);

        Assert.Equal((200, 1_100_000), (answer.Status, baseline.Requests.Single().Body.Length));
        await Soon.HoldsAsync(() => rig.Router.Shadows()[0].Dropped.Large == 1);
        Assert.Empty(canary.Requests);
    }

    [Fact]
    public async Task A_canary_that_stands_still_fills_the_queue_and_callers_do_not_notice()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Start(async c => await c.StallAsync());
        await using var rig = await StartAsync(baseline, canary);
        await using var caller = await rig.ConnectAsync();

        var served = 0;
        while (rig.Router.Shadows()[0].Dropped.Full == 0)
        {
            Assert.True(served++ < 5_000, "nothing was dropped");
            Assert.Equal(200, (await caller.SendAsync(Rig.Head(0))).Status);
        }

        Assert.True(served > 1_000, $"dropped after {served} requests");
    }

    [Fact]
    public async Task The_baseline_is_held_against_itself_where_it_is_asked_for()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await StartAsync(baseline, canary, shadow: Everything with { Control = Share.Full });

        await rig.InferAsync([]);
        await PairsAsync(rig, 1);

        Assert.Equal("1", baseline.Requests.Last()["x-haldane-shadow"]);
        Assert.Equal(new(0, 1, 1, 1, 0, 0, 0, 0), (await rig.EndAsync()).Pairs[0]);
    }

    [Fact]
    public async Task A_version_with_an_override_gets_its_copies_changed_by_it()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(baseline, canary, Overridden, Everything with { Control = Share.Full });

        await rig.SendAsync($"{Chat}Authorization: Bearer callers\r\nX-Other: 1\r\nContent-Length: 62\r\n\r\n", """{ "model":"gpt", "messages":[{"role":"user","content":"hi"}] }"""u8.ToArray());
        await PairsAsync(rig, 1);

        var copy = Assert.Single(canary.Requests);
        Assert.Equal("POST /new/chat/completions HTTP/1.1", copy.Line);
        Assert.Equal(
            [("Host", canary.Address["http://".Length..]), ("X-Other", "1"), ("authorization", "Bearer canarys"), ("x-haldane-shadow", "1"), ("Content-Length", "111")], copy.Headers);
        Assert.Equal("""{ "model":"gpt-new", "messages":[{"role":"system","content":"You are brief."},{"role":"user","content":"hi"}] }""", Encoding.UTF8.GetString(copy.Body));

        // What the caller got, and what the baseline is held against.
        Assert.Equal(Enumerable.Repeat("""{ "model":"gpt-old", "messages":[{"role":"user","content":"hi"}] }""", 2), baseline.Requests.Select(r => Encoding.UTF8.GetString(r.Body)));
        Assert.Equal([null, "1"], baseline.Requests.Select(r => r["x-haldane-shadow"]));
    }

    [Theory]
    [MemberData(nameof(PredictionRowsTests.Batches), MemberType = typeof(PredictionRowsTests))]
    public async Task Batches_are_compared_row_by_row_and_each_row_counts_on_both_arms(Protocol protocol, string path, string head, string body, int[] classes)
    {
        await using var version = Upstream.Always($"{Conducts.JsonHead}{head}Content-Length: {body.Length}\r\n\r\n{body}");
        await using var rig = await Rig.StartAsync(Rig.Shadowed(PredictionRowsTests.Spec(protocol, version.Address, version.Address, "/**"), Everything));

        await rig.SendAsync($"POST {path} HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\n", "{}"u8.ToArray());
        await PairsAsync(rig, 1);
        var observed = await rig.EndAsync();

        Assert.Equal(0, rig.Router.Shadows()[0].Different);
        foreach (var arm in (Arm[])[Arm.Baseline, Arm.Canary])
        {
            Assert.Equal(classes, observed.Of(arm).Cells[SegmentCells.Everyone].Classes.Select(n => (int)n));
        }
    }

    [Fact]
    public async Task A_copy_that_an_override_cannot_be_applied_to_is_dropped_and_counted()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(baseline, canary, spec => Overridden(spec) with { Versions = [spec.Versions[0], Overridden(spec).Versions[1]] }, Everything);

        var answer = await rig.SendAsync($"{Chat}Content-Length: 8\r\n\r\n", "not JSON"u8.ToArray());
        await Soon.HoldsAsync(() => rig.Router.Shadows()[0].Dropped.Unfit == 1);

        Assert.Equal(200, answer.Status);
        Assert.Empty(canary.Requests);
        Assert.Equal((0, 0), (rig.Router.Shadows()[0].Sent, (await rig.EndAsync()).Baseline.Cells[0].Exchanges));
    }

    [Theory]
    [InlineData("data: {\"id\":\"a\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Good day\"}}]}\n\ndata: [DONE]\n\n", 0, 0)]
    [InlineData("data: {\"id\":\"b\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Go away\"}}]}\n\ndata: [DONE]\n\n", 0, 1)]
    [InlineData("data: {\"id\":\"c\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Good\"}}]}\n\n", 1, 0)] // cut
    [InlineData("data: {\"error\":{\"message\":\"overloaded\"}}\n\n", 1, 0)]
    public async Task Generated_text_is_compared_by_what_it_says_and_fails_as_the_callers_does(string said, int failed, int different)
    {
        const string Events = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: ";
        const string Right = "data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Good\"}}]}\n\ndata: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\" day\"}}]}\n\ndata: [DONE]\n\n";
        await using var baseline = Upstream.Always($"{Events}{Right.Length}\r\n\r\n{Right}");
        await using var canary = Upstream.Always($"{Events}{said.Length}\r\n\r\n{said}");
        await using var rig = await StartAsync(baseline, canary, spec => spec with { Protocol = Protocol.OpenAi, Signals = new() });

        await rig.SendAsync("POST /v2/models/fraud/chat/completions HTTP/1.1\r\nHost: gateway\r\nContent-Length: 2\r\n\r\n", "{}"u8.ToArray());
        await Soon.HoldsAsync(() => rig.Router.Shadows()[0] is var row && row.Pairs + row.Failed == 1);
        var observed = await rig.EndAsync();

        Assert.Equal((0, failed), (observed.Baseline.Cells[0].Errors, observed.Canary.Cells[0].Errors));
        Assert.Equal(different, rig.Router.Shadows()[0].Different);
    }

    [Fact]
    public async Task Metadata_calls_and_calls_that_may_not_be_repeated_are_not_copied()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(baseline, canary, spec => spec with { Failover = Failover.Never });
        await using var other = await StartAsync(baseline, canary);

        await rig.InferAsync([]);
        await other.SendAsync("GET /v2/models/fraud/ready HTTP/1.1\r\nHost: a\r\n\r\n");
        await other.InferAsync([]);
        await PairsAsync(other, 1);

        Assert.Equal($"POST {Rig.Path} HTTP/1.1", Assert.Single(canary.Requests).Line);
        Assert.Equal(0, rig.Router.Shadows()[0].Sent);
    }

    [Fact]
    public async Task A_sample_is_drawn_by_request()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(baseline, canary, shadow: Everything with { Sample = new(3_000) });
        await using var caller = await rig.ConnectAsync();

        for (var i = 0; i < 500; i++)
        {
            await caller.SendAsync(Rig.Head(0, "x-user: ann\r\n"));
        }

        // 150 are expected; as far out as 90 or 210 is chance once in 1e9.
        await Soon.HoldsAsync(() => rig.Router.Shadows()[0] is var row && row.Sent >= 90 && row.Pairs == row.Sent);
        await rig.StopAsync();
        Assert.InRange(rig.Router.Shadows()[0].Sent, 90, 210);
    }

    [Fact]
    public async Task The_next_stage_takes_no_copies_any_more()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(baseline, canary);
        await rig.InferAsync([]);
        await PairsAsync(rig, 1);

        rig.Router.Publish(new([rig.Model with { Split = rig.Model.Split! with { Stage = 3, Shadow = null } }]));
        var answer = await rig.InferAsync([]);
        var observed = await rig.EndAsync();

        Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out var token) && token.Counts);
        Assert.Equal((1, 1, 0), (rig.Router.Shadows()[0].Sent, observed.Baseline.Cells[0].Exchanges, observed.Pairs.Count));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task Pairs_that_differ_are_kept_when_asked_and_blotted_out(int keep)
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await StartAsync(baseline, canary, shadow: Everything with { KeepPairs = keep, Redact = ["/card"] });
        for (var i = 0; i < 3; i++)
        {
            await rig.InferAsync("{\"card\":\"4111\",\"amount\":7}"u8.ToArray());
        }

        await PairsAsync(rig, 3);
        var pairs = rig.Router.Pairs("move")!;

        Assert.Equal(keep, pairs.Count);
        Assert.Null(rig.Router.Pairs("another"));
        Assert.All(pairs, pair =>
        {
            Assert.Equal("{\"card\":\"[redacted]\",\"amount\":7}", pair.Request);
            Assert.Equal((Conducts.Fraud, Conducts.Legit, 0.5), (pair.Baseline.Body, pair.Canary.Body, pair.ConfidenceDifference));
            Assert.Equal(["/label", "/score"], pair.Fields);
        });
    }

    private static Task<Rig> StartAsync(Upstream baseline, Upstream canary, Func<ModelSpec, ModelSpec>? change = null, ShadowSpec? shadow = null) =>
        Rig.StartAsync(Rig.Shadowed((change ?? (s => s))(Rig.Spec([baseline.Address], [canary.Address])), shadow ?? Everything));

    private static Task PairsAsync(Rig rig, int pairs) => Soon.HoldsAsync(() => rig.Router.Shadows()[0].Pairs == pairs);

    private static async Task FailsAsync(Rig rig)
    {
        var answer = await rig.InferAsync([], "x-country: ID\r\n");
        await Soon.HoldsAsync(() => rig.Router.Shadows()[0].Failed == 1);
        var observed = await rig.EndAsync();

        Assert.Equal((200, Conducts.Fraud), (answer.Status, Encoding.UTF8.GetString(answer.Body)));
        Assert.Equal((1, 0), (observed.Baseline.Cells[0].Exchanges, observed.Baseline.Cells[0].Errors));
        Assert.Equal((1, 1, 1), (observed.Canary.Cells[0].Exchanges, observed.Canary.Cells[0].Errors, observed.Canary.Cells[2].Errors));
        Assert.Empty(observed.Pairs);
        Assert.Equal((1, 0), (rig.Router.Shadows()[0].Sent, rig.Router.Shadows()[0].Pairs));
    }

    private static async Task<ObservedTraffic> CollectAsync(Rig rig, Func<ObservedTraffic, bool> holds)
    {
        ObservedTraffic? observed = null;
        await Soon.HoldsAsync(() => rig.Router.Shadows()[0] is { Sent: 1 } && (observed = rig.Router.Collect(Rig.Run)) is { } collected && holds(collected));
        return observed!;
    }
}

using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway.Routing;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Routing;

public sealed class RoutingTests
{
    [Theory]
    [InlineData("/v2/models/fraud", "fraud")]
    [InlineData("/v2/models/fraud/", "fraud")]
    [InlineData("/v2/models/fraud/infer", "fraud")]
    [InlineData("/v2/models/fraud/versions/7/infer", "fraud-seven")]
    [InlineData("/v2/models/fraud/versions/77/infer", "fraud")]
    [InlineData("/v2/models/fraud/exact", "fraud-exact")]
    [InlineData("/v2/models/fraud/exact/", "fraud")]
    [InlineData("/v2/models/fraud2/infer", null)]
    [InlineData("/v2/models/Fraud/infer", null)]
    [InlineData("/v2/models", null)]
    [InlineData("/", null)]
    [InlineData("", null)]
    public void The_longest_match_wins_and_a_prefix_ends_at_a_slash(string path, string? model)
    {
        using var router = new GatewayRouter();
        router.Publish(new(
        [
            Plain("fraud", "/v2/models/fraud/**"),
            Plain("fraud-exact", "/v2/models/fraud/exact"),
            Plain("fraud-seven", "/v2/models/fraud/versions/7/**"),
        ]));

        Assert.Equal(model, router.Current.Match(path)?.Spec.Name);
    }

    [Fact]
    public void A_prefix_of_everything_takes_what_no_other_model_takes()
    {
        using var router = new GatewayRouter();
        router.Publish(new([Plain("rest", "/**"), Plain("fraud", "/v2/models/fraud/**")]));

        Assert.Equal(["rest", "rest", "fraud"], new[] { "/", "/a/b", "/v2/models/fraud/infer" }.Select(path => router.Current.Match(path)?.Spec.Name));
    }

    [Fact]
    public void A_new_picture_compiles_only_what_it_changes()
    {
        using var router = new GatewayRouter();
        router.Publish(new([Plain("fraud", "/fraud"), Plain("chat", "/chat"), Plain("gone", "/gone")]));
        var before = router.Current;

        router.Publish(new([Plain("fraud", "/fraud"), Plain("chat", "/talk"), Plain("new", "/new")]));

        Assert.Same(before.Find("fraud"), router.Current.Find("fraud"));
        Assert.Equal(["/fraud", "/talk", "/new"], router.Current.Models.Select(m => m.Path));
        Assert.Null(router.Current.Find("gone"));
    }

    [Theory]
    [InlineData("GET", "/v2/models/fraud/ready", false)]
    [InlineData("GET", "/v2/models/fraud", false)]
    [InlineData("POST", "/v2/models/fraud/load", false)]
    [InlineData("GET", "/v2/models/fraud/infer", false)]
    [InlineData("POST", "/v2/models/fraud/infer", true)]
    [InlineData("POST", "/v2/models/fraud/versions/3/infer", true)]
    public async Task Metadata_calls_are_routed_and_not_counted(string method, string path, bool counted)
    {
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(canary, canary, Arm.Canary);

        var answer = await rig.SendAsync($"{method} {path} HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
        var observed = await rig.EndAsync();

        Assert.Equal((200, $"{method} {path} HTTP/1.1"), (answer.Status, canary.Requests.Single().Line));
        Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out var token));
        Assert.Equal(counted, token.Counts);
        Assert.Equal((counted ? 1 : 0, counted ? 1 : 0), (observed.Canary.Cells[SegmentCells.Everyone].Exchanges, observed.Canary.NewSubjects));
        Assert.Equal(counted ? 1 : 0, rig.Router.Traffic().Count);
    }

    [Fact]
    public async Task Two_endpoints_of_a_version_share_its_requests()
    {
        await using var one = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var two = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(Rig.Routed(Rig.Spec([one.Address, two.Address], [one.Address]), Share.None));

        for (var i = 0; i < 64; i++)
        {
            Assert.Equal(200, (await rig.InferAsync([])).Status);
        }

        // A fair coin gives less than ten of 64 once in 30 million.
        Assert.InRange(one.Requests.Count, 10, 54);
        Assert.Equal(64, one.Requests.Count + two.Requests.Count);
    }

    [Theory]
    [InlineData("x-user: {0}\r\n", false)]
    [InlineData("Cookie: a=b; user={0}; c=d\r\n", true)]
    [InlineData("x-request-id: {0}\r\n", false)] // without a subject the request's own id decides
    public async Task A_subject_stays_on_its_arm_and_a_growing_share_never_takes_it_back(string header, bool cookie)
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        var spec = Rig.Spec([version.Address], [version.Address]) with { Subject = cookie ? new() { Cookie = "user" } : new() { Header = "x-user" } };
        await using var rig = await Rig.StartAsync(Rig.Routed(spec, Share.None));
        await using var caller = await rig.ConnectAsync();
        var assigner = new Assigner("fraud", "move");

        foreach (var basisPoints in (int[])[0, 1, 100, 2_500, 5_000, 9_999, 10_000])
        {
            rig.Router.Publish(new([Rig.Routed(spec, new(basisPoints))]));
            for (var subject = 0; subject < 40; subject++)
            {
                var answer = await caller.SendAsync(Rig.Head(0, header.Replace("{0}", $"subject-{subject}")));
                var expected = assigner.ArmOf($"subject-{subject}", new(basisPoints)) == Arm.Canary ? "canary" : "baseline";
                Assert.Equal(expected, answer["x-haldane-arm"]);
            }
        }
    }

    [Fact]
    public async Task A_model_without_a_rollout_is_served_and_its_token_counts_for_nothing()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(new RoutedModel(Rig.Spec([version.Address], ["http://127.0.0.1:1"]), "v1", null));

        var answer = await rig.InferAsync([]);
        await rig.StopAsync();

        Assert.Equal(Conducts.Fraud, answer.Text);
        Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out var token));
        Assert.Equal((0, false, Arm.Baseline), (token.Run, token.Counts, token.Arm));
        Assert.Null(rig.Router.Collect(Rig.Run));
        Assert.Null(rig.Router.Current.Models[0].Counters);
        Assert.Equal(1, rig.Router.Traffic().Single().Exchanges);
    }

    [Fact]
    public async Task A_model_with_confidence_alone_has_its_confidence_counted_and_nothing_unread()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary, spec => spec with { Signals = new() { Confidence = new("/score") } });

        var answer = await rig.InferAsync([]);
        var observed = await rig.EndAsync();

        Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out var token));
        Assert.Equal(190 / 254.0, token.Confidence);
        var everyone = observed.Canary.Cells[SegmentCells.Everyone];
        Assert.Equal((1, 0, 0, 1), (everyone.Exchanges, everyone.Unread, everyone.Classes.Count, everyone.Confidence[15]));
        Assert.Equal(0, rig.Router.Traffic().Single().Unread);
    }

    [Fact]
    public async Task Segments_are_told_apart_and_everything_else_is_other()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary);

        foreach (var headers in (string[])["x-country: MY\r\nx-device: phone\r\n", "x-country: ID\r\n", "x-country: my\r\n", "x-country: MY\r\nx-country: ID\r\n", ""])
        {
            await rig.InferAsync([], headers);
        }

        var observed = await rig.EndAsync();

        var names = new SegmentCells(rig.Model.Spec.Segments).Names;
        Assert.Equal(
            [("", 5L), ("country=MY", 1), ("country=ID", 1), ("country=other", 3), ("device=phone", 1), ("device=other", 4)],
            names.Select((name, i) => (name, observed.Canary.Cells[i].Exchanges)));
    }

    [Fact]
    public async Task New_subjects_are_told_from_returning_ones_through_all_stages_of_a_run()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        var spec = Rig.Spec([version.Address], [version.Address]) with { Segments = [new("visit", "", SegmentSpec.Visits) { BySubject = true }] };
        await using var rig = await Rig.StartAsync(Rig.Routed(spec, Share.Full));

        foreach (var headers in (string[])["x-user: ann\r\n", "x-user: ben\r\n", "x-user: ann\r\n", "", "x-request-id: 7\r\n", "x-user: ann\r\n"])
        {
            await rig.InferAsync([], headers);
        }

        var first = await rig.CollectAsync(6);
        rig.Router.Publish(new([new(spec, "v1", new(Rig.Run, "move", Rig.Stage + 1, Share.Full, "v1", "v2"))]));
        await rig.InferAsync([], "x-user: ben\r\n");
        await rig.InferAsync([], "x-user: cleo\r\n");
        var second = await rig.CollectAsync(2);
        rig.Router.Publish(new([new(spec, "v1", new(Rig.Run + 1, "move", Rig.Stage, Share.Full, "v1", "v2"))]));
        await rig.InferAsync([], "x-user: ben\r\n");
        var another = await rig.CollectAsync(1, Rig.Run + 1);

        Assert.Equal(["", "visit=new", "visit=returning", "visit=other"], new SegmentCells(spec.Segments).Names);
        Assert.Equal([6, 2, 2, 2], first);
        Assert.Equal([2, 1, 1, 0], second);
        Assert.Equal([1, 1, 0, 0], another); // each run asks anew
    }

    [Fact]
    public async Task The_start_of_the_canary_is_told_from_all_other_time_on_both_arms()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        var spec = Rig.Spec([version.Address], [version.Address]) with { Segments = [new("start", "", SegmentSpec.Starts) { ColdFor = TimeSpan.FromMilliseconds(500) }] };
        var half = Rig.Routed(spec, new(5_000));
        await using var rig = await Rig.StartAsync(half);
        var (baseline, canary) = (await UserOfAsync(rig, "baseline"), await UserOfAsync(rig, "canary"));
        await rig.InferAsync([], baseline);
        await Task.Delay(1_000);
        await rig.InferAsync([], baseline);
        await rig.InferAsync([], canary);
        await Task.Delay(100);
        var first = rig.Router.Collect(Rig.Run)!;

        rig.Router.Publish(new([half with { Split = half.Split! with { Share = Share.None } }])); // its process starts anew
        rig.Router.Publish(new([half]));
        await rig.InferAsync([], canary);
        await rig.InferAsync([], baseline);
        await Task.Delay(100);
        var again = rig.Router.Collect(Rig.Run)!;

        Assert.Equal(["", "start=cold", "start=warm", "start=other"], new SegmentCells(spec.Segments).Names);
        Assert.Equal((1, 1), (first.Baseline.Cells[2].Exchanges, first.Canary.Cells[2].Exchanges)); // all calls before were at its start
        Assert.InRange(first.Canary.Cells[1].Exchanges, 1, 20);
        Assert.Equal((1, 0, 1, 0), (again.Baseline.Cells[1].Exchanges, again.Baseline.Cells[2].Exchanges, again.Canary.Cells[1].Exchanges, again.Canary.Cells[2].Exchanges));
    }

    // The first of a few users who is of that arm; all of them have called.
    private static async Task<string> UserOfAsync(Rig rig, string arm)
    {
        for (var i = 0; ; i++)
        {
            if ((await rig.InferAsync([], $"x-user: {arm}-{i}\r\n"))["x-haldane-arm"] == arm)
            {
                return $"x-user: {arm}-{i}\r\n";
            }
        }
    }

    [Fact]
    public async Task A_thousand_share_changes_during_two_thousand_requests_fail_none_and_lose_none()
    {
        const int Requests = 2_000, Changes = 1_000, Callers = 8;
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        var spec = Rig.Spec([baseline.Address], [canary.Address]);
        await using var rig = await Rig.StartAsync(Rig.Routed(spec, Share.None));
        var sent = 0;
        var answered = new int[2];

        var calling = Enumerable.Range(0, Callers).Select(async _ =>
        {
            await using var caller = await rig.ConnectAsync();
            for (var i = Interlocked.Increment(ref sent); i <= Requests; i = Interlocked.Increment(ref sent))
            {
                var answer = await caller.SendAsync(Rig.Head(2, $"x-user: {i}\r\n"), "{}"u8.ToArray());
                Assert.Equal(200, answer.Status);
                Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out var token));
                Assert.Equal(answer.Text, token.Arm == Arm.Canary ? Conducts.Fraud : Conducts.Legit);
                Interlocked.Increment(ref answered[(int)token.Arm]);
            }
        }).ToArray();
        for (var change = 1; change <= Changes; change++)
        {
            rig.Router.Publish(new([Rig.Routed(spec, new(change * 10_000 / Changes))]));
            while (Volatile.Read(ref sent) < Math.Min(change * Requests / Changes, Requests))
            {
                await Task.Yield();
            }
        }

        await Task.WhenAll(calling);
        var observed = await rig.EndAsync();

        Assert.Equal(Requests, answered[0] + answered[1]);
        Assert.True(answered[0] > 0 && answered[1] > 0);
        Assert.Equal((answered[0], answered[1]), (observed.Baseline.Cells[0].Exchanges, observed.Canary.Cells[0].Exchanges));
        Assert.Equal((0, 0), (observed.Baseline.Cells[0].Errors, observed.Canary.Cells[0].Errors));
    }

    [Fact]
    public void A_new_stage_starts_with_counters_of_its_own()
    {
        using var router = new GatewayRouter();
        var spec = Rig.Spec(["http://127.0.0.1:1"], ["http://127.0.0.1:2"]);
        router.Publish(new([new(spec, "v1", new(Rig.Run, "move", 0, new(100), "v1", "v2"))]));
        var first = router.Current.Models[0].Counters;

        router.Publish(new([new(spec, "v1", new(Rig.Run, "move", 0, new(100), "v1", "v2")), Plain("other", "/other")]));
        var again = router.Current.Models[0].Counters;
        router.Publish(new([new(spec, "v1", new(Rig.Run, "move", 1, new(500), "v1", "v2"))]));

        Assert.Same(first, again);
        Assert.NotSame(first, router.Current.Models[0].Counters);
        Assert.Null(router.Collect(Rig.Run + 1));
        Assert.Equal(1, router.Collect(Rig.Run)?.Stage);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_said_at_the_start()
    {
        await using var version = Upstream.Always("");
        await using var rig = await Rig.StartAsync(version, version, Arm.Baseline);
        using var router = new GatewayRouter();

        await Assert.ThrowsAsync<IOException>(() => GatewayServer.StartAsync(
            [new(new(System.Net.IPAddress.Loopback, rig.Address.Port), false)],
            router,
            Rig.Tokens,
            TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance,
            CancellationToken.None));
    }

    private static RoutedModel Plain(string name, string path) =>
        new(new() { Name = name, Route = new(path), Versions = [new("v1", ["http://127.0.0.1:1"])] }, "v1", null);
}

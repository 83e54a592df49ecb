using System.Text;
using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Recent;

/// <summary>Requests of callers, sent to a version that is to be warmed up, on real sockets.</summary>
public sealed class RequestReplayTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task The_latest_requests_are_sent_as_the_version_would_get_them()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(baseline, canary, change: new() { Headers = [new("x-variant", "b")] });
        for (var i = 0; i < 6; i++)
        {
            await rig.SendAsync($"POST {Rig.Path}?n={i} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer mine\r\nContent-Length: 7\r\n\r\n", Encoding.ASCII.GetBytes($"{{\"n\":{i}}}"));
            await Task.Delay(60); // no more than twenty of a second are kept
        }

        var two = await rig.Router.Replay.ReplayAsync("fraud", "v2", 2, None);
        var all = await rig.Router.Replay.ReplayAsync("fraud", "v2", 50, None);

        Assert.Equal((null, null), (two, all));
        Assert.Equal(["n=4", "n=5", "n=2", "n=3", "n=4", "n=5"], canary.Requests.Select(r => r.Line.Split('?', ' ')[2])); // four are kept
        var first = canary.Requests.First();
        Assert.Equal(("1", "Bearer mine", "b", "{\"n\":4}"), (first["x-haldane-shadow"], first["authorization"], first["x-variant"], Encoding.ASCII.GetString(first.Body)));
        Assert.All(baseline.Requests, r => Assert.Null(r["x-haldane-shadow"]));
    }

    [Fact]
    public async Task Only_calls_that_went_well_and_may_be_repeated_are_kept_and_at_most_so_many_of_a_second()
    {
        var answers = new Queue<string>([Conducts.Error(500, "no"), Conducts.Error(404, "no")]);
        await using var baseline = Upstream.Start(Conducts.Each(c => c.WriteAsync(answers.TryDequeue(out var bad) ? bad : Conducts.Ok(Conducts.Legit))));
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await StartAsync(baseline, canary, most: 256);
        await rig.InferAsync([]);
        await rig.InferAsync([]);
        await rig.SendAsync("GET /v2/models/fraud/ready HTTP/1.1\r\nHost: gateway\r\n\r\n");
        Assert.Null(await rig.Router.Replay.ReplayAsync("fraud", "v2", 256, None));
        Assert.Empty(canary.Requests);

        await using var caller = await rig.ConnectAsync();
        for (var i = 0; i < 200; i++)
        {
            await caller.SendAsync(Rig.Head(0));
        }

        Assert.Null(await rig.Router.Replay.ReplayAsync("fraud", "v2", 256, None));
        Assert.InRange(canary.Requests.Count, 15, 60);
    }

    [Fact]
    public async Task A_version_that_fails_most_of_them_is_not_warm()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var canary = Upstream.Always(Conducts.Error(500, "no"));
        await using var rig = await StartAsync(baseline, canary);
        await rig.InferAsync([]);
        await rig.InferAsync([]);

        Assert.Equal("2 of 2 recent requests were not answered, or with 5xx", await rig.Router.Replay.ReplayAsync("fraud", "v2", 50, None));
        Assert.Null(await rig.Router.Replay.ReplayAsync("fraud", "v1", 50, None));
        Assert.Null(await rig.Router.Replay.ReplayAsync("nobody", "v1", 50, None));
    }

    [Fact]
    public async Task Where_nobody_is_warmed_up_by_them_nothing_is_kept()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(version, version, Arm.Baseline);
        await rig.InferAsync([]);

        Assert.Null(rig.Router.Current.Models[0].Recent);
        Assert.Null(await rig.Router.Replay.ReplayAsync("fraud", "v2", 50, None));
        Assert.Single(version.Requests);
    }

    private static Task<Rig> StartAsync(Upstream baseline, Upstream canary, int most = 4, OverrideSpec? change = null) => Rig.StartAsync(baseline, canary, Arm.Baseline, spec => spec with
    {
        Versions = [spec.Versions[0], spec.Versions[1] with { Override = change, Runtime = new(["serve"]) { WarmUp = [new("") { Recent = most }] } }],
    });
}

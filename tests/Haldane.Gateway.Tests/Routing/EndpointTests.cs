using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Gateway.Routing;
using Haldane.Gateway.Tests.Wire;
using Endpoint = Haldane.Gateway.Routing.Endpoint;

namespace Haldane.Gateway.Tests.Routing;

/// <summary>Which endpoint of a version is asked.</summary>
public sealed class EndpointTests
{
    [Fact]
    public void Of_two_by_chance_the_one_with_less_to_do_is_asked()
    {
        var (version, endpoints) = Version(4);
        endpoints[2].Begin();
        var asked = new int[4];
        for (var chance = 0U; chance < 12_000; chance++)
        {
            asked[version.Next(chance, 0)]++;
        }

        // One in four is drawn first, and a busy one is asked only against itself, which is never.
        Assert.Equal([4_000, 4_000, 0, 4_000], asked.Select(a => (int)Math.Round(a / 1_000.0) * 1_000));
    }

    [Fact]
    public void An_endpoint_that_refused_is_passed_over_for_longer_each_time()
    {
        var (version, endpoints) = Version(2);
        endpoints[0].Refused(100);

        Assert.Equal([1, 1], new[] { version.Next(0, 1_099), version.Next(1, 1_099) });
        Assert.Equal(0, version.Next(0, 1_100));
        endpoints[0].Refused(1_100);
        Assert.True(endpoints[0].IsAside(3_099));
        Assert.False(endpoints[0].IsAside(3_100));
        for (var i = 0; i < 10; i++)
        {
            endpoints[0].Refused(10_000);
        }

        Assert.True(endpoints[0].IsAside(39_999));
        Assert.False(endpoints[0].IsAside(40_000));
        endpoints[0].Accepted();
        Assert.False(endpoints[0].IsAside(10_001));
    }

    [Fact]
    public void Rather_one_that_refused_than_none_and_none_twice()
    {
        var (version, endpoints) = Version(3);
        foreach (var endpoint in endpoints)
        {
            endpoint.Refused(0);
        }

        var first = version.Next(1, 1);
        var second = version.Next(1, 1, 1UL << first);
        var third = version.Next(1, 1, (1UL << first) | (1UL << second));

        Assert.Equal([0, 1, 2], new[] { first, second, third }.Order());
        Assert.Equal(VersionRoute.None, version.Next(1, 1, 0b111));
        Assert.Equal(VersionRoute.None, Version(1).Version.Next(1, 1, 1));
    }

    [Fact]
    public async Task A_canary_with_one_endpoint_down_serves_all_its_requests_itself()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var up = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var down = Upstream.Refusing();
        await using var rig = await Rig.StartAsync(Rig.Routed(Rig.Spec([baseline.Address], [down.Address, up.Address]), Share.Full));

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal(Conducts.Fraud, (await rig.InferAsync([])).Text);
        }

        var everyone = (await rig.EndAsync()).Canary.Cells[SegmentCells.Everyone];
        Assert.Equal((20, 0), (everyone.Exchanges, everyone.Errors));
    }

    [Fact]
    public async Task An_exchange_that_began_before_its_endpoints_were_replaced_is_answered_by_the_new_ones()
    {
        var old = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var next = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var canary = Upstream.Start(async c =>
        {
            await c.RequestAsync();
            await c.Upstream.Proceed.Task.WaitAsync(c.Upstream.Stopping);
            c.Reset();
        });
        await using var rig = await Rig.StartAsync(old, canary, Arm.Canary);
        var asking = rig.InferAsync([]);
        await canary.AskedAsync(1);

        rig.Router.Publish(new([Rig.Routed(Rig.Spec([next.Address], [canary.Address]), Share.Full)]));
        await old.DisposeAsync();
        canary.Proceed.SetResult();

        Assert.Equal((200, Conducts.Legit), ((await asking).Status, (await asking).Text));
        Assert.Single(next.Requests);
    }

    [Fact]
    public async Task The_connections_to_an_endpoint_that_left_the_picture_are_closed()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var next = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var old = Upstream.Start(async c =>
        {
            await c.RequestAsync();
            await c.WriteAsync(Conducts.Ok(Conducts.Legit));
            await c.StallAsync();
            ended.SetResult();
        });
        await using var rig = await Rig.StartAsync(old, old, Arm.Baseline);
        await rig.InferAsync([]);

        rig.Router.Publish(new([Rig.Routed(Rig.Spec([next.Address], [next.Address]), Share.None)]));

        await ended.Task.WaitAsync(TimeSpan.FromSeconds(3), TestContext.Current.CancellationToken); // sooner than as an idle one
        Assert.Equal(200, (await rig.InferAsync([])).Status);
    }

    private static (VersionRoute Version, Endpoint[] Endpoints) Version(int count)
    {
        Endpoint[] endpoints = [.. Enumerable.Range(0, count).Select(i => new Endpoint($"http://127.0.0.1:{i + 1}", new(new HttpClientHandler()), null, 1_024))];
        return (new("v2", endpoints, [.. endpoints.Select(_ => Yarp.ReverseProxy.Forwarder.ForwarderRequestConfig.Empty)]), endpoints);
    }
}

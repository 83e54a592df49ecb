using System.Diagnostics;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>What happens while a version does not take up a connection.</summary>
public sealed class ConnectingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_caller_that_leaves_ends_the_wait_for_a_connection_and_is_charged_to_nobody(bool resets)
    {
        await using var version = Upstream.Swallowing();
        await using var rig = await Rig.StartAsync(version, version, Arm.Canary, spec => spec with { Timeout = TimeSpan.FromMinutes(1) });
        var caller = await rig.ConnectAsync();
        await caller.WriteAsync(Rig.Head(0));
        var begun = Stopwatch.StartNew();
        if (resets)
        {
            caller.Reset();
        }

        await caller.DisposeAsync();
        while (rig.Router.Traffic().Sum(t => t.Abandoned) == 0)
        {
            Assert.True(begun.Elapsed < TimeSpan.FromSeconds(4.5), "the gateway went on connecting for a caller that had left");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Equal(CellEvidence.Empty, (await rig.EndAsync()).Canary.Cells[SegmentCells.Everyone]);
    }

    [Fact]
    public async Task All_endpoints_of_a_version_together_have_one_patience()
    {
        await using var good = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var one = Upstream.Swallowing();
        await using var two = Upstream.Swallowing();
        await using var three = Upstream.Swallowing();
        var spec = Rig.Spec([good.Address], [one.Address, two.Address, three.Address]) with { Timeout = TimeSpan.FromSeconds(2) };
        await using var rig = await Rig.StartAsync(Rig.Routed(spec, Share.Full));

        var begun = Stopwatch.StartNew();
        var answer = await rig.InferAsync([]);

        Assert.Equal(Conducts.Legit, answer.Text);
        Assert.InRange(begun.Elapsed.TotalSeconds, 1.9, 3.9);
    }

    [Theory]
    [InlineData(Failover.Auto, 12, 200)]
    [InlineData(Failover.Auto, 200_000, 200)]
    [InlineData(Failover.Always, 200_000, 200)]
    [InlineData(Failover.Never, 12, 502)]
    public async Task A_request_that_no_canary_has_seen_is_the_baselines_also_where_it_must_not_be_repeated(Failover failover, int length, int status)
    {
        await using var good = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var none = Upstream.Refusing();
        await using var rig = await Rig.StartAsync(good, none, Arm.Canary, spec => spec with { Protocol = Protocol.Http, Failover = failover });
        var body = Conducts.Noise(length);

        var answer = await rig.InferAsync(body);
        var canary = (await rig.EndAsync()).Canary.Cells[SegmentCells.Everyone];

        Assert.Equal(status, answer.Status);
        Assert.Equal((1, 1), (canary.Exchanges, canary.Errors));
        Assert.Equal(status == 200 ? [body] : [], good.Requests.Select(r => r.Body));
    }
}

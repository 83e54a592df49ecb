using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>More than there is room for: nobody is charged for it, and nobody waits for ever.</summary>
public sealed class OverloadTests
{
    private static readonly GatewayLimits OneEach = new() { PerEndpoint = 1 };

    [Fact]
    public async Task A_canary_that_is_full_leaves_its_callers_to_the_baseline_and_is_not_charged()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var canary = Holding();
        await using var rig = await Rig.StartAsync(Rig.Routed(Rig.Spec([baseline.Address], [canary.Address]), Share.Full), limits: OneEach);
        var held = rig.InferAsync([]);
        await canary.AskedAsync(1);

        var other = await rig.InferAsync([]);
        canary.Proceed.SetResult();
        var first = await held;
        var observed = await rig.EndAsync();

        Assert.Equal((Conducts.Legit, Conducts.Fraud), (other.Text, first.Text));
        var everyone = observed.Canary.Cells[SegmentCells.Everyone];
        Assert.Equal((1, 0, CellEvidence.Empty), (everyone.Exchanges, everyone.Errors, observed.Baseline.Cells[SegmentCells.Everyone]));
        Assert.Equal((1, 0), Overloads(rig));
    }

    [Fact]
    public async Task An_endpoint_that_is_full_is_passed_over()
    {
        await using var full = Holding();
        await using var free = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(Rig.Routed(Rig.Spec([full.Address, free.Address], [full.Address]), Share.None), limits: OneEach);
        await using var one = await rig.ConnectAsync();
        await using var other = await rig.ConnectAsync();
        Task<Answer> held;
        do
        {
            held = one.SendAsync(Rig.Head(0));
            await Task.WhenAny(held, full.AskedAsync(1));
        }
        while (full.Requests.IsEmpty);

        for (var i = 0; i < 10; i++)
        {
            Assert.Equal(Conducts.Legit, (await other.SendAsync(Rig.Head(0))).Text);
        }

        full.Proceed.SetResult();
        Assert.Equal(Conducts.Fraud, (await held).Text);
        Assert.Equal((0, 0), Overloads(rig));
    }

    [Fact]
    public async Task Who_finds_no_place_waits_for_one()
    {
        await using var baseline = Holding();
        await using var rig = await Rig.StartAsync(Rig.Routed(Rig.Spec([baseline.Address], [baseline.Address]), Share.None), limits: OneEach);
        var first = rig.InferAsync([]);
        await baseline.AskedAsync(1);

        // One of them waits, whichever came first; the other finds no room to wait.
        var others = new List<Task<Answer>> { rig.InferAsync([]), rig.InferAsync([]) };
        var refused = await Task.WhenAny(others);
        others.Remove(refused);
        baseline.Proceed.SetResult();

        Assert.Equal((200, 200), ((await first).Status, (await others[0]).Status));
        var told = await refused;
        Assert.Equal((503, "1", """{"error":"the gateway has no room for this request"}""", true), (told.Status, told["retry-after"], told.Text, told.Whole));
        Assert.Equal(0, (await rig.EndAsync()).Baseline.Cells[SegmentCells.Everyone].Errors);
    }

    [Fact]
    public async Task Who_waits_for_a_place_in_vain_is_told_so()
    {
        // Never stands still, so that its exchange outlives the other's patience.
        await using var baseline = Upstream.Start(Conducts.Each(async c =>
        {
            await c.WriteAsync(Conducts.ChunkedHead);
            while (!c.Upstream.Proceed.Task.IsCompleted)
            {
                await c.WriteChunkAsync(" ");
                await Task.WhenAny(c.Upstream.Proceed.Task, Task.Delay(50, c.Upstream.Stopping));
            }

            await c.WriteAsync("0\r\n\r\n");
        }));
        var spec = Rig.Spec([baseline.Address], [baseline.Address]) with { Timeout = TimeSpan.FromSeconds(1) };
        await using var rig = await Rig.StartAsync(Rig.Routed(spec, Share.None), limits: OneEach);
        var first = rig.InferAsync([]);
        await baseline.AskedAsync(1);

        var second = await rig.InferAsync([]);
        baseline.Proceed.SetResult();

        Assert.Equal((503, 200), (second.Status, (await first).Status));
        Assert.Equal((0, 1), Overloads(rig));
    }

    [Fact]
    public async Task A_caller_beyond_the_limit_is_told_so_and_one_that_leaves_makes_room()
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(Rig.Routed(Rig.Spec([version.Address], [version.Address]), Share.Full), limits: new() { Callers = 2 });
        var one = await rig.ConnectAsync();
        await using var two = await rig.ConnectAsync();
        Assert.Equal((200, 200), ((await one.SendAsync(Rig.Head(0))).Status, (await two.SendAsync(Rig.Head(0))).Status));

        var refused = await rig.InferAsync([]);
        await one.DisposeAsync();
        var later = await rig.InferAsync([]);
        while (later.Status is 503 or 0)
        {
            // Told so, or, while those that were told are still leaving, closed unheard.
            later = await rig.InferAsync([]);
        }

        Assert.Equal((503, "1", "close", true), (refused.Status, refused["retry-after"], refused["connection"], refused.Whole));
        Assert.Equal(200, later.Status);
        Assert.Equal(200, (await two.SendAsync(Rig.Head(0))).Status);
    }

    // Answers when it is told to.
    private static Upstream Holding() => Upstream.Start(Conducts.Each(async c =>
    {
        await c.Upstream.Proceed.Task.WaitAsync(c.Upstream.Stopping);
        await c.WriteAsync(Conducts.Ok(Conducts.Fraud));
    }));

    private static (long Canary, long Baseline) Overloads(Rig rig)
    {
        var rows = rig.Router.Traffic();
        return (Of(Arm.Canary), Of(Arm.Baseline));

        long Of(Arm arm) => rows.Where(r => r.Arm == arm).Sum((ModelTraffic r) => r.Overloaded);
    }
}

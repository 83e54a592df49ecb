using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;
using Microsoft.AspNetCore.Http;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>Attributions over real sockets, by both ways of relaying, to the evidence they become.</summary>
public sealed class AttributionTests
{
    private const string ByAge = """{"label":"fraud","score":0.75,"why":{"income":0,"age":-0.5}}""";
    private const string ByRest = """{"label":"fraud","score":0.75,"why":[0,0,0,2]}""";
    private const string ByAll = """{"label":"legit","score":0.75,"why":{"income":1,"age":-1,"country":2}}""";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Each_answer_counts_under_one_feature_on_both_arms(bool overHttp2)
    {
        await using var direct = Upstream.Always(Conducts.Ok(ByAge));
        await using var forwarded = await Http2Version.StartAsync(context => context.Response.WriteAsync(ByAge));
        await using var canary = Upstream.Always(Conducts.Ok(ByRest));
        await using var rig = await Rig.StartAsync(Rig.Routed(Spec(overHttp2 ? forwarded.Address : direct.Address, canary.Address), new(5_000)));
        for (var i = 0; i < 40; i++)
        {
            Assert.Equal(200, (await rig.InferAsync([], $"x-user: {i}\r\nx-country: ID\r\n")).Status);
        }

        var observed = await rig.EndAsync();

        foreach (var (arm, feature) in new[] { (observed.Baseline, 1), (observed.Canary, 3) })
        {
            var everyone = arm.Cells[SegmentCells.Everyone];
            Assert.InRange(everyone.Exchanges, 5, 35);
            foreach (var cell in new[] { everyone, arm.Cells[2] })
            {
                Assert.Equal(4, cell.Attribution.Count);
                Assert.Equal((everyone.Exchanges, everyone.Exchanges, everyone.Exchanges), (cell.Exchanges, cell.Attribution[feature], cell.Attribution.Sum()));
            }

            Assert.Equal((everyone.Exchanges, everyone.Exchanges, 0), (everyone.Classes.Sum(), everyone.Confidence.Sum(), everyone.Unread));
            Assert.Equal((everyone.Exchanges, true), (arm.ByGroup!.Attribution.Total(), arm.ByGroup.Attribution.Buckets.All(b => SubjectGroups.Parts(b).What == feature)));
        }
    }

    [Fact]
    public async Task Exchanges_draw_each_for_itself()
    {
        await using var version = Upstream.Always(Conducts.Ok(ByAll));
        await using var rig = await Rig.StartAsync(Rig.Routed(Spec(version.Address, version.Address), Share.Full));
        await using (var caller = await rig.ConnectAsync())
        {
            for (var i = 0; i < 400; i++)
            {
                await caller.SendAsync(Rig.Head(2, "x-user: ann\r\n"), "{}"u8.ToArray());
            }
        }

        var counts = (await rig.EndAsync()).Canary.Cells[SegmentCells.Everyone].Attribution;

        // Binomial; 6 standard errors.
        Assert.Equal((400, 0), (counts.Sum(), counts[3]));
        Assert.All(new[] { (0, 100), (1, 100), (2, 200) }, f => Assert.InRange(counts[f.Item1], f.Item2 - 60, f.Item2 + 60));
    }

    [Theory]
    [InlineData("""{"label":"fraud","score":0.75}""", 200)]
    [InlineData("""{"label":"fraud","score":0.75,"why":{"income":"much"}}""", 200)]
    [InlineData("packed", 200)]
    [InlineData(ByAge, 422)]
    public async Task What_cannot_be_read_is_missing_among_the_features_and_harms_nothing_else(string body, int status)
    {
        var packed = Conducts.Gzipped(ByAge);
        await using var version = body == "packed"
            ? Upstream.Start(Conducts.Always([.. System.Text.Encoding.ASCII.GetBytes($"{Conducts.JsonHead}Content-Encoding: gzip\r\nContent-Length: {packed.Length}\r\n\r\n"), .. packed]))
            : Upstream.Always(Conducts.Ok(body).Replace("200 OK", $"{status} Whatever", StringComparison.Ordinal));
        await using var rig = await Rig.StartAsync(Rig.Routed(Spec(version.Address, version.Address), Share.Full));

        Assert.Equal(status, (await rig.InferAsync([])).Status);
        var everyone = (await rig.EndAsync()).Canary.Cells[SegmentCells.Everyone];

        var isRead = status == 200 && body != "packed";
        Assert.Equal((1, 0, 0), (everyone.Exchanges, everyone.Errors, everyone.Attribution.Sum()));
        Assert.Equal((isRead ? 1 : 0, body == "packed" ? 1 : 0), (everyone.Classes.Sum(), everyone.Unread));
    }

    [Fact]
    public async Task What_the_baseline_says_in_the_canarys_place_is_not_the_canarys()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(ByAge));
        await using var canary = Upstream.Always(Conducts.Error(500, "no"));
        await using var rig = await Rig.StartAsync(Rig.Routed(Spec(baseline.Address, canary.Address), Share.Full));

        Assert.Equal(200, (await rig.InferAsync([])).Status);
        var observed = await rig.EndAsync();

        var everyone = observed.Canary.Cells[SegmentCells.Everyone];
        Assert.Equal((1, 1, 0, 0), (everyone.Exchanges, everyone.Errors, everyone.Attribution.Sum(), observed.Baseline.Cells[SegmentCells.Everyone].Exchanges));
    }

    [Fact]
    public async Task A_model_may_have_nothing_but_attributions()
    {
        await using var version = Upstream.Always(Conducts.Ok(ByAge));
        var spec = Spec(version.Address, version.Address);
        await using var rig = await Rig.StartAsync(Rig.Routed(spec with { Subject = null, Signals = new() { Attribution = spec.Signals.Attribution, Values = [new(GatewayValues.BatchSize, 0, 10)] } }, Share.Full));

        await rig.InferAsync([]);
        var observed = await rig.EndAsync();

        var everyone = observed.Canary.Cells[SegmentCells.Everyone];
        Assert.Equal((1, 0, 0, 0), (everyone.Exchanges, everyone.Unread, everyone.Classes.Count, everyone.Confidence.Count));
        Assert.Equal([0, 1, 0, 0], everyone.Attribution);
        Assert.Empty(observed.Values); // nobody said how many predictions there are
    }

    [Fact]
    public async Task Both_versions_of_a_shadow_stage_are_read_and_draw_apart()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(ByAll));
        await using var canary = Upstream.Always(Conducts.Ok(ByAll));
        await using var rig = await Rig.StartAsync(Rig.Shadowed(Spec(baseline.Address, canary.Address), new() { Rate = 1_000_000 }));
        for (var i = 0; i < 60; i++)
        {
            await rig.InferAsync([], $"x-user: {i}\r\n");
        }

        await Soon.HoldsAsync(() => rig.Router.Shadows()[0].Pairs == 60);
        var observed = await rig.EndAsync();

        Assert.Equal(60, observed.Baseline.Cells[SegmentCells.Everyone].Attribution.Sum());
        Assert.Equal(60, observed.Canary.Cells[SegmentCells.Everyone].Attribution.Sum());
        Assert.NotEqual(observed.Baseline.ByGroup!.Attribution, observed.Canary.ByGroup!.Attribution); // group by group, drawn by the same users
    }

    private static ModelSpec Spec(string baseline, string canary)
    {
        var spec = Rig.Spec([baseline], [canary]);
        return spec with { Failover = Failover.Always, Signals = spec.Signals with { Attribution = new("/why", ["income", "age", "country"]) } };
    }
}

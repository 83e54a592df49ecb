using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

public sealed class CutAnswerTests
{
    // The gateway itself aborts the caller's connection then, which must never be taken for a caller that left: a race, so it is tried often.
    [Fact]
    public async Task A_version_that_breaks_off_mid_answer_is_charged_every_time()
    {
        const int Callers = 8, Each = 25;
        await using var canary = Upstream.Start(async connection =>
        {
            await connection.RequestAsync();
            await connection.WriteAsync(Conducts.ChunkedHead);
            await connection.WriteChunkAsync("""{"label":""");
        });
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary, spec => spec with { Failover = Core.Specification.Failover.Never });

        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            for (var i = 0; i < Each; i++)
            {
                Assert.False((await rig.InferAsync([])).Whole);
            }
        }));
        var observed = await rig.EndAsync();

        var everyone = observed.Canary.Cells[SegmentCells.Everyone];
        Assert.Equal((Callers * Each, Callers * Each), (everyone.Exchanges, everyone.Errors));
        Assert.Equal(0, rig.Router.Traffic().Single().Abandoned);
    }
}

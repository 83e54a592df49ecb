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
            if (connection.Upstream.Requests.Count % 3 == 0)
            {
                // Now and then a whole one: a canary that breaks every answer is asked no more.
                await connection.WriteAsync($"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {Conducts.Fraud.Length}\r\n\r\n{Conducts.Fraud}");
                return;
            }

            await connection.WriteAsync(Conducts.ChunkedHead);
            await connection.WriteChunkAsync("""{"label":""");
        });
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary, spec => spec with { Failover = Core.Specification.Failover.Never });

        var cuts = 0;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async _ =>
        {
            for (var i = 0; i < Each; i++)
            {
                Interlocked.Add(ref cuts, await rig.InferAsync([]) is { Status: 200, Whole: true } ? 0 : 1);
            }
        }));
        var observed = await rig.EndAsync();

        var everyone = observed.Canary.Cells[SegmentCells.Everyone];
        Assert.InRange(cuts, Callers * Each / 3, Callers * Each);
        Assert.Equal((Callers * Each, cuts), (everyone.Exchanges, everyone.Errors));
        Assert.Equal(0, rig.Router.Traffic().Single().Abandoned);
    }
}

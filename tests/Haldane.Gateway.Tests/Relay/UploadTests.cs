using System.Text;
using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>Large requests arrive as they were sent, whichever way their bytes take through the gateway.</summary>
public sealed class UploadTests
{
    // Whole pieces, one byte more and one less, and past what is kept for a second try.
    [Theory]
    [InlineData(65_536)]
    [InlineData(65_535)]
    [InlineData(65_537)]
    [InlineData(131_072)]
    [InlineData(1_048_576)]
    [InlineData(1_048_577)]
    [InlineData(3_000_000)]
    public async Task A_body_goes_on_byte_for_byte_and_the_connection_with_it(int length)
    {
        await using var version = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(version, version, Arm.Baseline);
        await using var caller = await rig.ConnectAsync();
        var body = Conducts.Noise(length);

        foreach (var cut in (int[])[0, 1, length / 2])
        {
            await caller.Stream.WriteAsync((byte[])[.. Encoding.ASCII.GetBytes(Rig.Head(length)), .. body[..cut]], TestContext.Current.CancellationToken);
            await Task.Delay(10, TestContext.Current.CancellationToken);
            await caller.Stream.WriteAsync(body.AsMemory(cut), TestContext.Current.CancellationToken);

            Assert.Equal((200, null), ((await caller.Reader.AnswerAsync()) is var answer ? answer.Status : 0, answer["connection"]));
        }

        Assert.Equal([body, body, body], version.Requests.Select(r => r.Body));
    }

    // The first version takes the beginning and breaks: all of it has to be there for the second.
    [Theory]
    [InlineData(65_536)]
    [InlineData(1_048_576)]
    public async Task A_body_that_a_canary_took_is_the_baselines_in_full(int length)
    {
        await using var good = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var bad = Upstream.Start(async connection =>
        {
            await connection.Reader.HeadAsync();
            connection.Reset();
        });
        await using var rig = await Rig.StartAsync(good, bad, Arm.Canary, spec => spec with { Failover = Failover.Always });
        var body = Conducts.Noise(length);

        var answer = await rig.InferAsync(body);

        Assert.Equal((200, Conducts.Legit), (answer.Status, answer.Text));
        Assert.Equal([body], good.Requests.Select(r => r.Body));
    }
}

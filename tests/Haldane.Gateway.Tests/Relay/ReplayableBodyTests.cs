using Haldane.Gateway.Relay;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

public sealed class ReplayableBodyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(4_096)]
    [InlineData(100_001)]
    [InlineData(ReplayableBody.Limit)]
    public async Task A_body_is_read_again_from_its_first_byte(int length)
    {
        var bytes = Conducts.Noise(length);
        await using var body = new ReplayableBody(new MemoryStream(bytes));

        Assert.Equal(bytes, await ReadAsync(body, 7_001));
        body.Rewind();
        Assert.Equal(bytes, await ReadAsync(body, 997));
        body.Rewind();

        Assert.Equal(bytes, await ReadAsync(body, 64 * 1024));
        Assert.True(body.CanReplay);
    }

    [Fact]
    public async Task A_body_past_the_limit_streams_on_and_cannot_be_read_again()
    {
        var bytes = Conducts.Noise(ReplayableBody.Limit + 1);
        await using var body = new ReplayableBody(new MemoryStream(bytes));

        Assert.Equal(bytes, await ReadAsync(body, 64 * 1024));
        Assert.False(body.CanReplay);
    }

    [Fact]
    public async Task What_was_half_read_begins_again_and_goes_on_from_the_source()
    {
        var bytes = Conducts.Noise(50_000);
        await using var body = new ReplayableBody(new MemoryStream(bytes));
        await body.ReadExactlyAsync(new byte[20_000]);

        body.Rewind();

        Assert.Equal(bytes, await ReadAsync(body, 7_001));
        body.Rewind();
        Assert.Equal(bytes, await ReadAsync(body, 7_001));
    }

    [Fact]
    public async Task A_second_reading_may_pass_the_limit_that_the_first_did_not_reach()
    {
        var bytes = Conducts.Noise(ReplayableBody.Limit * 2);
        await using var body = new ReplayableBody(new MemoryStream(bytes));
        await body.ReadExactlyAsync(new byte[ReplayableBody.Limit - 10]);

        body.Rewind();

        Assert.Equal(bytes, await ReadAsync(body, 60_000));
        Assert.False(body.CanReplay);
    }

    [Fact]
    public async Task A_read_of_nothing_takes_nothing()
    {
        await using var body = new ReplayableBody(new MemoryStream([1, 2, 3]));

        Assert.Equal(0, await body.ReadAsync(Memory<byte>.Empty));
        Assert.Equal([1, 2, 3], await ReadAsync(body, 2));
        body.Rewind();
        Assert.Equal(0, await body.ReadAsync(Memory<byte>.Empty));
        Assert.Equal([1, 2, 3], await ReadAsync(body, 2));
    }

    [Fact]
    public async Task A_failed_read_leaves_what_was_kept()
    {
        await using var body = new ReplayableBody(new BreakingStream([1, 2, 3]));
        await body.ReadExactlyAsync(new byte[3]);
        await Assert.ThrowsAsync<IOException>(async () => await body.ReadExactlyAsync(new byte[1]));

        body.Rewind();
        var again = new byte[3];
        await body.ReadExactlyAsync(again);

        Assert.Equal([1, 2, 3], again);
        Assert.True(body.CanReplay);
    }

    [Fact]
    public async Task Disposing_twice_gives_the_buffer_back_once()
    {
        var body = new ReplayableBody(new MemoryStream(Conducts.Noise(5_000)));
        await ReadAsync(body, 5_000);

        await body.DisposeAsync();
        await body.DisposeAsync();

        // Given back twice, the pool would hand the same array to two tenants.
        var one = System.Buffers.ArrayPool<byte>.Shared.Rent(10_000);
        var two = System.Buffers.ArrayPool<byte>.Shared.Rent(10_000);
        Assert.NotSame(one, two);
    }

    private static async Task<byte[]> ReadAsync(Stream body, int step)
    {
        var all = new MemoryStream();
        var buffer = new byte[step];
        int read;
        while ((read = await body.ReadAsync(buffer)) > 0)
        {
            all.Write(buffer, 0, read);
        }

        return all.ToArray();
    }

    private sealed class BreakingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position < Length ? base.ReadAsync(buffer, cancellationToken) : throw new IOException("gone");
    }
}

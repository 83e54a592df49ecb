using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Haldane.Gateway.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Haldane.Gateway.Tests.Sockets;

/// <summary>Connections that event loops look after, against sockets of the runtime's own.</summary>
public sealed class SocketConnectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Bytes_come_in_order_whatever_was_consumed_and_looked_at()
    {
        await using var pair = await Pair.OpenAsync();
        var sent = Noise(1, 300_000);
        var sending = pair.Other.SendAsync(sent, SocketFlags.None, Stop);
        var random = new Random(2);
        var received = new List<byte>();

        while (received.Count < sent.Length)
        {
            var read = await pair.Input.ReadAsync(Stop);
            var taken = read.Buffer.Slice(0, random.NextInt64(read.Buffer.Length + 1));
            received.AddRange(taken.ToArray());

            // What was looked at in vain is waited for; what was not comes again at once.
            var isAll = taken.Length == read.Buffer.Length || (random.Next(2) == 0 && received.Count + read.Buffer.Length - taken.Length < sent.Length);
            pair.Input.AdvanceTo(taken.End, isAll ? read.Buffer.End : taken.End);
        }

        Assert.Equal(sent.Length, await sending);
        Assert.Equal(sent, received);
        Assert.False(pair.Input.TryRead(out _));
    }

    [Fact]
    public async Task Bytes_can_be_received_where_they_are_wanted()
    {
        await using var pair = await Pair.OpenAsync();
        var into = new byte[8];

        var reading = pair.Reader.ReadIntoAsync(into);
        Assert.False(reading.IsCompleted);
        await pair.Other.SendAsync(new byte[] { 1, 2, 3 }, SocketFlags.None, Stop);
        var read = await reading;

        Assert.Equal((3, 0L, false), (pair.Reader.Received, read.Buffer.Length, pair.Reader.HasBuffered));
        Assert.Equal([1, 2, 3, 0, 0, 0, 0, 0], into);
        await pair.Other.SendAsync(new byte[] { 4 }, SocketFlags.None, Stop);
        Assert.Equal([4], (await pair.Input.ReadAsync(Stop)).Buffer.ToArray());
    }

    [Fact]
    public async Task A_cancelled_read_is_told_once_and_loses_nothing()
    {
        await using var pair = await Pair.OpenAsync();

        pair.Input.CancelPendingRead();
        var early = await pair.Input.ReadAsync(Stop);
        var waiting = pair.Input.ReadAsync(Stop);
        Assert.False(waiting.IsCompleted);
        pair.Input.CancelPendingRead();
        var late = await waiting;
        using var impatient = new CancellationTokenSource(20);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await pair.Input.ReadAsync(impatient.Token));
        await pair.Other.SendAsync(new byte[] { 7 }, SocketFlags.None, Stop);
        var read = await pair.Input.ReadAsync(Stop);

        Assert.Equal((true, true, false), (early.IsCanceled, late.IsCanceled, read.IsCanceled));
        Assert.Equal([7], read.Buffer.ToArray());
    }

    [Fact]
    public async Task The_end_is_told_also_while_nobody_reads_but_not_before_what_came_in_front_of_it_is_taken()
    {
        await using var silent = await Pair.OpenAsync();
        await using var full = await Pair.OpenAsync();
        await full.Other.SendAsync(new byte[] { 1 }, SocketFlags.None, Stop);

        silent.Other.Shutdown(SocketShutdown.Send);
        full.Other.Shutdown(SocketShutdown.Send);
        await EndAsync(silent.Connection);
        await Task.Delay(50, Stop);
        Assert.False(full.Connection.ConnectionClosed.IsCancellationRequested);
        var read = await full.Input.ReadAsync(Stop);
        full.Input.AdvanceTo(read.Buffer.End);
        await EndAsync(full.Connection);

        Assert.True((await full.Input.ReadAsync(Stop)).IsCompleted);
        Assert.True((await silent.Input.ReadAsync(Stop)).IsCompleted);
        Assert.Equal(1, read.Buffer.Length);
    }

    [Fact]
    public async Task A_reset_is_told_to_the_reader_and_to_the_writer()
    {
        await using var pair = await Pair.OpenAsync();
        var reading = pair.Input.ReadAsync(Stop);

        pair.Other.LingerState = new(true, 0);
        pair.Other.Close();

        await Assert.ThrowsAsync<ConnectionResetException>(async () => await reading);
        await EndAsync(pair.Connection);
        pair.Output.Write("1"u8);
        Assert.True((await pair.Output.FlushAsync(Stop)).IsCompleted);
    }

    [Fact]
    public async Task A_connection_that_is_broken_off_is_seen_as_reset_and_ends_what_waits()
    {
        await using var pair = await Pair.OpenAsync();
        var reading = pair.Input.ReadAsync(Stop);

        pair.Connection.Abort(new("enough"));

        await Assert.ThrowsAsync<ConnectionAbortedException>(async () => await reading);
        var broken = await Assert.ThrowsAsync<SocketException>(async () => await pair.Other.ReceiveAsync(new byte[1], SocketFlags.None, Stop));
        Assert.Equal(SocketError.ConnectionReset, broken.SocketErrorCode);
        Assert.True(pair.Connection.ConnectionClosed.WaitHandle.WaitOne(Patience));
    }

    [Fact]
    public async Task A_flush_waits_for_a_slow_reader_and_what_a_cancelled_one_left_goes_with_the_next()
    {
        await using var pair = await Pair.OpenAsync();
        var sent = Noise(3, 16_000_000);

        pair.Output.Write(sent);
        var flushing = pair.Output.FlushAsync(Stop);
        Assert.False(flushing.IsCompleted);
        pair.Output.CancelPendingFlush();
        var cancelled = await flushing;
        Assert.Equal((true, false), (cancelled.IsCanceled, cancelled.IsCompleted));
        Assert.InRange(pair.Output.UnflushedBytes, 1, sent.Length);
        pair.Output.Write("9"u8);
        var rest = pair.Output.FlushAsync(Stop);
        var received = await ReceiveAsync(pair.Other, sent.Length + 1);

        Assert.False((await rest).IsCompleted);
        Assert.Equal([.. sent, (byte)'9'], received);
        Assert.Equal(0, pair.Output.UnflushedBytes);
    }

    [Fact]
    public async Task What_was_written_and_not_flushed_is_sent_before_the_end()
    {
        await using var pair = await Pair.OpenAsync();
        pair.Output.Write("goodbye"u8);

        await pair.Connection.DisposeAsync();

        Assert.Equal("goodbye"u8.ToArray(), await ReceiveAsync(pair.Other, 7));
        Assert.Equal(0, await pair.Other.ReceiveAsync(new byte[1], SocketFlags.None, Stop));
    }

    // Pieces of all sizes both ways, readers that are cancelled from elsewhere all the time: whoever misses one event, or tells one twice, hangs or mixes bytes up.
    [Fact]
    public async Task Nothing_is_lost_or_doubled_while_others_interrupt()
    {
        const int Connections = 8, Bytes = 2_000_000;
        var pairs = new List<Pair>();
        for (var i = 0; i < Connections; i++)
        {
            pairs.Add(await Pair.OpenAsync());
        }

        using var over = new CancellationTokenSource();
        var interrupting = Task.Run(
            async () =>
            {
                while (!over.IsCancellationRequested)
                {
                    pairs.ForEach(p => p.Input.CancelPendingRead());
                    await Task.Yield();
                }
            },
            Stop);
        try
        {
            await Task.WhenAll(pairs.Select((pair, i) => EchoAsync(pair, Noise(i, Bytes), new(i)))).WaitAsync(Patience, Stop);
        }
        finally
        {
            await over.CancelAsync();
            await interrupting;
        }

        foreach (var pair in pairs)
        {
            await pair.DisposeAsync();
        }
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static async Task EchoAsync(Pair pair, byte[] bytes, Random random)
    {
        var receiving = ReceiveAsync(pair.Other, bytes.Length);
        var sending = Task.Run(
            async () =>
            {
                for (var at = 0; at < bytes.Length;)
                {
                    at += await pair.Other.SendAsync(bytes.AsMemory(at, Math.Min(random.Next(1, 60_000), bytes.Length - at)), SocketFlags.None, Stop);
                }
            },
            Stop);
        for (var left = (long)bytes.Length; left > 0;)
        {
            var read = await pair.Input.ReadAsync(Stop);
            foreach (var piece in read.Buffer)
            {
                pair.Output.Write(piece.Span);
            }

            left -= read.Buffer.Length;
            pair.Input.AdvanceTo(read.Buffer.End);
            await pair.Output.FlushAsync(Stop);
        }

        await sending;
        Assert.Equal(bytes, await receiving);
    }

    private static async Task<byte[]> ReceiveAsync(Socket from, int length)
    {
        var received = new byte[length];
        for (var at = 0; at < length;)
        {
            var count = await from.ReceiveAsync(received.AsMemory(at), SocketFlags.None, Stop);
            Assert.NotEqual(0, count);
            at += count;
        }

        return received;
    }

    private static async Task EndAsync(ConnectionContext connection)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var _ = connection.ConnectionClosed.Register(ended.SetResult);
        await ended.Task.WaitAsync(Patience, Stop);
    }

    private static byte[] Noise(int seed, int length)
    {
        var noise = new byte[length];
        new Random(seed).NextBytes(noise);
        return noise;
    }

    // A connection that was accepted, and the socket at its other end.
    private sealed class Pair(SocketConnection connection, Socket other) : IAsyncDisposable
    {
        public SocketConnection Connection => connection;

        public Socket Other => other;

        public PipeReader Input => connection.Transport.Input;

        public SocketReader Reader => (SocketReader)Input;

        public PipeWriter Output => connection.Transport.Output;

        public static async Task<Pair> OpenAsync()
        {
            await using var listener = await new SocketListener.Factory().BindAsync(new IPEndPoint(IPAddress.Loopback, 0), Stop);
            var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await other.ConnectAsync(listener.EndPoint, Stop);
            return new((SocketConnection)(await listener.AcceptAsync(Stop))!, other);
        }

        public async ValueTask DisposeAsync()
        {
            // What a test has awaited may have ended on a loop, which is not the place to wait.
            await Task.Yield();
            other.Dispose();
            await connection.DisposeAsync();
        }
    }
}

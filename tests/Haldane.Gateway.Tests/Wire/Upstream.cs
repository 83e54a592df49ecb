using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Haldane.Gateway.Tests.Wire;

/// <summary>A request as a version received it.</summary>
internal sealed record Received(string Line, IReadOnlyList<(string Name, string Value)> Headers, byte[] Body)
{
    public string? this[string name] =>
        Headers.Where(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Select(h => h.Value).SingleOrDefault();
}

/// <summary>What a version does on one connection after it has accepted it; it may keep to HTTP or not.</summary>
internal delegate Task Conduct(Connection connection);

/// <summary>A version on a bare socket, so that it can break every rule.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _connections = [];
    private readonly List<Socket> _queued = [];
    private Conduct _conduct;
    private Task _accepting = Task.CompletedTask;

    private Upstream(Conduct conduct) => _conduct = conduct;

    public string Address { get; private set; } = "";

    /// <summary>Requests that came whole, in order.</summary>
    public ConcurrentQueue<Received> Requests { get; } = new();

    /// <summary>Something that a test lets happen, such as the reset of a connection.</summary>
    public TaskCompletionSource Proceed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the upstream does.</summary>
    public CancellationToken Stopping => _stop.Token;

    public static Upstream Start(Conduct conduct)
    {
        var upstream = new Upstream(conduct);
        upstream._listener.Start();
        upstream.Address = $"http://{upstream._listener.LocalEndpoint}";
        upstream._accepting = upstream.AcceptAsync();
        return upstream;
    }

    /// <summary>Answers each request with the same bytes.</summary>
    public static Upstream Always(string answer) => Start(Conducts.Always(Encoding.Latin1.GetBytes(answer)));

    /// <summary>An address where nobody listens.</summary>
    public static Upstream Refusing()
    {
        var upstream = new Upstream(_ => Task.CompletedTask);
        upstream._listener.Start();
        upstream.Address = $"http://{upstream._listener.LocalEndpoint}";
        upstream._listener.Stop();
        return upstream;
    }

    /// <summary>Somebody listens from now on where nobody did.</summary>
    public void Listen(Conduct conduct)
    {
        var address = (IPEndPoint)IPEndPoint.Parse(new Uri(Address).Authority);
        _conduct = conduct;
        _listener = new(address);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>An address that takes the first packet of a connection and says nothing: its queue is full, and nobody accepts.</summary>
    public static Upstream Swallowing()
    {
        var upstream = new Upstream(_ => Task.CompletedTask);
        upstream._listener.Start(1);
        upstream.Address = $"http://{upstream._listener.LocalEndpoint}";
        for (var i = 0; i < 4; i++)
        {
            var queued = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
            upstream._queued.Add(queued);
            try
            {
                queued.Connect(upstream._listener.LocalEndpoint);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
            {
                // Under way, as it should be.
            }
        }

        return upstream;
    }

    /// <summary>Waits until so many requests have come whole.</summary>
    public async Task AskedAsync(int requests)
    {
        while (Requests.Count < requests)
        {
            await Task.Delay(1, Stopping);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        _queued.ForEach(q => q.Dispose());
        await Task.WhenAll(_connections);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _connections.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                client.NoDelay = true;
                await _conduct(new(this, client));
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException or SocketException)
            {
                // The gateway or the test hung up.
            }
        }
    }
}

/// <summary>One connection of the gateway to a version.</summary>
internal sealed class Connection(Upstream upstream, TcpClient client)
{
    private MessageReader? _reader;

    public Upstream Upstream => upstream;

    public MessageReader Reader => _reader ??= new(client.GetStream());

    /// <summary>Reads a whole request; null when the gateway hung up.</summary>
    public async Task<Received?> RequestAsync()
    {
        if (await Reader.HeadAsync() is not { } lines)
        {
            return null;
        }

        var received = new Received(lines[0], MessageReader.Headers(lines), []);
        var (body, whole) = await Reader.BodyAsync(received["content-length"], received["transfer-encoding"], untilEnd: false);
        if (!whole)
        {
            return null;
        }

        received = received with { Body = body };
        upstream.Requests.Enqueue(received);
        return received;
    }

    public Task WriteAsync(string text) => WriteAsync(Encoding.Latin1.GetBytes(text));

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes) => await client.GetStream().WriteAsync(bytes, upstream.Stopping);

    public Task WriteChunkAsync(string text) => WriteAsync($"{text.Length:x}\r\n{text}\r\n");

    /// <summary>Ends the connection with a reset.</summary>
    public void Reset()
    {
        client.LingerState = new(true, 0);
        client.Close();
    }

    /// <summary>Tells the gateway that nothing more comes.</summary>
    public void EndSending() => client.Client.Shutdown(SocketShutdown.Send);

    /// <summary>Says nothing more until the gateway hangs up or the test ends.</summary>
    public async Task StallAsync()
    {
        var rest = new byte[1];
        while (await client.GetStream().ReadAsync(rest, upstream.Stopping) > 0)
        {
            // The gateway may still be sending.
        }
    }
}

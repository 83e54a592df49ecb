using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Haldane.Gateway.Tests.Wire;

/// <summary>A good version that closes each connection without a word after some requests, and stops when nobody is connected any more.</summary>
internal sealed class RetiringVersion : IAsyncDisposable
{
    private const int RequestsOfAConnection = 200;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<Task, byte> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly byte[] _answer;
    private readonly Task _accepting;

    public RetiringVersion(string body)
    {
        _answer = Encoding.ASCII.GetBytes(Conducts.Ok(body));
        _listener.Start(512);
        Address = $"http://{_listener.LocalEndpoint}";
        _accepting = AcceptAsync();
    }

    public string Address { get; }

    /// <summary>To be called when it is out of the picture: waits until its last connection has ended.</summary>
    public async Task RetireAsync(TimeSpan patience)
    {
        using var timer = new CancellationTokenSource(patience);
        while (!_connections.IsEmpty)
        {
            await Task.WhenAll(_connections.Keys).WaitAsync(timer.Token);
        }

        await DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        _listener.Stop();
        await Task.WhenAll(_connections.Keys);
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var serving = ServeAsync(await _listener.AcceptSocketAsync(_stop.Token));
                _connections.TryAdd(serving, 0);
                _ = serving.ContinueWith(done => _connections.TryRemove(done, out _), TaskScheduler.Default);
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    // Each request is a head without a body.
    private async Task ServeAsync(Socket connection)
    {
        using (connection)
        {
            connection.NoDelay = true;
            var (received, length) = (new byte[4_096], 0);
            try
            {
                for (var requests = 0; requests < RequestsOfAConnection; requests++)
                {
                    while (!received.AsSpan(0, length).EndsWith("\r\n\r\n"u8))
                    {
                        var more = await connection.ReceiveAsync(received.AsMemory(length), _stop.Token);
                        if (more == 0)
                        {
                            return;
                        }

                        length += more;
                    }

                    length = 0;
                    await connection.SendAsync(_answer, _stop.Token);
                }
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException)
            {
                // The gateway or the test hung up.
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;
using Haldane.Load.Sockets;

namespace Haldane.Load;

/// <summary>A model server that costs little: answers with 190 bytes, with 1 MB, or with a stream of events at a steady pace, each stamped with the time at which it leaves.</summary>
/// <remarks>One thread. All streams have the same period, so the one that comes next is always at the front of a queue. One that takes no more bytes is cut, so that it cannot hold the others.</remarks>
internal sealed class ModelServer : IDisposable
{
    private readonly Poller _poller = new();
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly byte[] _buffer = new byte[256 * 1024];
    private readonly List<ModelConnection?> _connections = [];
    private readonly Stack<int> _unused = [];
    private readonly Queue<(long Due, ModelConnection Connection)> _streams = new();

    /// <summary>Listens.</summary>
    public ModelServer(IPEndPoint at)
    {
        _listener.Bind(at);
        _listener.Listen(4096);
        _listener.Blocking = false;
        _poller.Watch(_listener, -1);
    }

    /// <summary>Serves until the process is ended.</summary>
    public void Run()
    {
        while (true)
        {
            var now = Clock.Now;
            while (_streams.TryPeek(out var next) && next.Due <= now)
            {
                Tell(_streams.Dequeue());
            }

            var ready = _poller.Wait(_streams.TryPeek(out var following) ? following.Due : now + Clock.Second);
            for (var i = 0; i < ready; i++)
            {
                var key = _poller.Key(i);
                if (key < 0)
                {
                    Accept();
                }
                else if (_connections[key] is { } connection)
                {
                    Serve(connection);
                }
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        _poller.Dispose();
    }

    private void Accept()
    {
        var socket = _listener.Accept();
        (socket.Blocking, socket.NoDelay) = (false, true);
        if (!_unused.TryPop(out var key))
        {
            key = _connections.Count;
            _connections.Add(null);
        }

        _connections[key] = new(socket, _poller, key);
        _poller.Watch(socket, key);
    }

    private void Serve(ModelConnection connection)
    {
        if (!connection.TryServe(_buffer, out var streams))
        {
            Close(connection);
        }
        else if (streams)
        {
            _streams.Enqueue((Clock.Now + TokenEvent.Period, connection));
        }
    }

    private void Tell((long Due, ModelConnection Connection) turn)
    {
        if (!turn.Connection.IsOpen)
        {
            return;
        }

        if (!turn.Connection.TryTell(out var last))
        {
            Close(turn.Connection);
        }
        else if (!last)
        {
            _streams.Enqueue((turn.Due + TokenEvent.Period, turn.Connection));
        }
    }

    private void Close(ModelConnection connection)
    {
        connection.Dispose();
        _connections[connection.Key] = null;
        _unused.Push(connection.Key);
    }
}

using System.Globalization;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace Haldane.Gateway.Sockets;

/// <summary>A caller's connection, as Kestrel wants to have it.</summary>
internal sealed class SocketConnection : ConnectionContext, IConnectionSocketFeature, IConnectionIdFeature, IConnectionItemsFeature, IConnectionTransportFeature, IConnectionLifetimeFeature, IConnectionEndPointFeature, IDuplexPipe
{
    private static long _lastId;

    private readonly CancellationTokenSource _closed = new();
    private readonly LoopSocket _socket;
    private readonly SocketReader _reader;
    private readonly SocketWriter _writer;
    private int _hasEnded;

    /// <summary>Takes over a connection that has been accepted.</summary>
    public SocketConnection(Socket socket, EventLoop loop)
    {
        _socket = new(socket, loop);
        (_reader, _writer) = (new(_socket, End), new(_socket));
        (LocalEndPoint, RemoteEndPoint) = (socket.LocalEndPoint, socket.RemoteEndPoint);
        (Transport, ConnectionClosed) = (this, _closed.Token);
        Features.Set<IConnectionSocketFeature>(this);
        Features.Set<IConnectionIdFeature>(this);
        Features.Set<IConnectionItemsFeature>(this);
        Features.Set<IConnectionTransportFeature>(this);
        Features.Set<IConnectionLifetimeFeature>(this);
        Features.Set<IConnectionEndPointFeature>(this);
        IsOnPool = true;
        _socket.Watch(_reader.Waiting, _writer.Sender, Ended);
    }

    /// <summary>What looks after it.</summary>
    public EventLoop Loop => _socket.Loop;

    /// <summary>Whether the caller has broken the connection.</summary>
    public bool IsGone => _socket.IsGone;

    /// <summary>Whether what waits for the caller goes on on the thread pool, as Kestrel's own pipeline expects, or on the loop.</summary>
    public bool IsOnPool
    {
        get => _reader.Waiting.IsOnPool;
        set => (_reader.Waiting.IsOnPool, _writer.Sender.IsOnPool) = (value, value);
    }

    public override string ConnectionId { get; set; } = Interlocked.Increment(ref _lastId).ToString("x", CultureInfo.InvariantCulture);

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get => field ??= new ConnectionItems(); set; }

    public override IDuplexPipe Transport { get; set; }

    public override CancellationToken ConnectionClosed { get; set; }

    public override EndPoint? LocalEndPoint { get; set; }

    public override EndPoint? RemoteEndPoint { get; set; }

    public Socket Socket => _socket.Socket;

    PipeReader IDuplexPipe.Input => _reader;

    PipeWriter IDuplexPipe.Output => _writer;

    /// <summary>Breaks the connection off: the other side sees a reset, never a clean end.</summary>
    public override void Abort(ConnectionAbortedException abortReason)
    {
        try
        {
            Socket.LingerState = new(enable: true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }

        _socket.Dispose();
        End();
    }

    /// <summary>Sends what was written, and closes.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (!_socket.IsClosed)
        {
            while ((await _writer.FlushAsync()).IsCanceled)
            {
                // Told to a flush that had ended already.
            }

            try
            {
                Socket.Shutdown(SocketShutdown.Both);
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The other side was faster.
            }
        }

        _socket.Dispose();

        // On the loop nothing is received or sent meanwhile, and afterwards nothing any more.
        await Loop.EnterAsync();
        _reader.Forget();
        _writer.Forget();
        await Task.Yield();
        End();
        await base.DisposeAsync();
    }

    private void Ended(bool isGone)
    {
        if (isGone)
        {
            End();
        }
        else
        {
            _reader.LookForEnd();
        }
    }

    private static void Tell(CancellationTokenSource closed)
    {
        try
        {
            closed.Cancel();
        }
        catch (AggregateException)
        {
            // A fault of those who wanted to be told; the others have been.
        }
    }

    private void End()
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(Tell, _closed, preferLocal: false);
        }
    }
}

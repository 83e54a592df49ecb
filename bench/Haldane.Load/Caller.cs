using System.Net;
using System.Net.Sockets;
using Haldane.Load.Sockets;

namespace Haldane.Load;

/// <summary>A caller's connection, which is opened again when it was closed.</summary>
/// <remarks>For one thread.</remarks>
internal sealed class Caller(IPEndPoint to, Poller poller, int key) : IDisposable
{
    private readonly Outgoing _outgoing = new();
    private Socket? _socket;
    private bool _waitsForRoom;

    /// <summary>Reads its answer.</summary>
    public MessageReader Reader { get; } = new();

    /// <summary>Opens the connection if there is none.</summary>
    public bool TryOpen()
    {
        if (_socket is not null)
        {
            return true;
        }

        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Connect(to);
            socket.Blocking = false;
            poller.Watch(socket, key);
            (_socket, _waitsForRoom) = (socket, false);
            return true;
        }
        catch (SocketException)
        {
            socket.Dispose();
            return false;
        }
    }

    /// <summary>Sends a request; false if that failed.</summary>
    public bool TryAsk(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> rest = default)
    {
        Reader.Clear();
        _outgoing.Put(first, rest);
        return TryOpen() && TryGoOn();
    }

    /// <summary>Sends what is left of the request, if anything is; false if that failed.</summary>
    public bool TryGoOn()
    {
        var sent = _outgoing.TrySend(_socket!, out var rest);
        if (sent && rest != _waitsForRoom)
        {
            poller.WaitForRoom(_socket!, key, rest);
            _waitsForRoom = rest;
        }

        return sent;
    }

    /// <summary>What has come: null when nothing has, empty when the connection is closed.</summary>
    public int? Receive(byte[] buffer)
    {
        var count = _socket!.Receive(buffer, SocketFlags.None, out var error);
        return error switch
        {
            SocketError.WouldBlock => null,
            SocketError.Success => count,
            _ => 0,
        };
    }

    /// <summary>Whether it still sends.</summary>
    public bool IsSending => _waitsForRoom;

    /// <summary>Whether there is a connection.</summary>
    public bool IsOpen => _socket is not null;

    /// <summary>Closes the connection.</summary>
    public void Close()
    {
        _socket?.Dispose();
        _socket = null;
    }

    public void Dispose() => Close();
}

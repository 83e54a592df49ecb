using System.Net.Sockets;
using System.Text;
using Haldane.Load.Sockets;

namespace Haldane.Load;

/// <summary>A connection to the model server: what it is asked, and what it answers.</summary>
/// <remarks>For one thread.</remarks>
internal sealed class ModelConnection(Socket socket, Poller poller, int key) : IDisposable
{
    private const string Answer =
        """{"model_name":"fraud","model_version":"1","outputs":[{"name":"class","shape":[1],"datatype":"BYTES","data":["legit"]},{"name":"confidence","shape":[1],"datatype":"FP64","data":[0.97531]}]}""";

    private const int Megabyte = 1 << 20;

    private static readonly byte[] Small = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Answer.Length}\r\n\r\n{Answer}");
    private static readonly byte[] Large = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {Megabyte}\r\n\r\n{Answer.PadRight(Megabyte)}");
    private static readonly byte[] StreamHead = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"u8.ToArray();
    private static readonly byte[] Chunk = [.. Encoding.ASCII.GetBytes($"{TokenEvent.Length:x}\r\n"), .. TokenEvent.Template, .. TokenEvent.End, .. "\r\n"u8];
    private static readonly byte[] LastChunk = "0\r\n\r\n"u8.ToArray();
    private static readonly byte[] Sending = new byte[1024];
    private static readonly int EventAt = Chunk.AsSpan().IndexOf(TokenEvent.Template);

    private readonly MessageReader _reader = new();
    private readonly Outgoing _outgoing = new();
    private bool _hasBegun;
    private bool _waitsForRoom;
    private int _told;

    /// <summary>Its place.</summary>
    public int Key => key;

    public bool IsOpen { get; private set; } = true;

    /// <summary>Reads what has come, or goes on with what is not sent yet.</summary>
    /// <param name="buffer">Room to read into.</param>
    /// <param name="streams">Whether a stream has begun, so that the next event has to be told in its time.</param>
    /// <returns>False if the connection has ended.</returns>
    public bool TryServe(byte[] buffer, out bool streams)
    {
        streams = false;
        if (_waitsForRoom && !TrySend())
        {
            return false;
        }

        var count = socket.Receive(buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
        {
            return true;
        }

        if (error != SocketError.Success || count == 0)
        {
            return false;
        }

        if (!_hasBegun)
        {
            _reader.Clear();
            _hasBegun = true;
        }

        ReadOnlySpan<byte> bytes = buffer.AsSpan(0, count);
        while (_reader.TryTake(ref bytes, out _))
        {
        }

        return !_reader.IsWhole || TryAnswer(out streams);
    }

    /// <summary>Sends the next event of a stream.</summary>
    /// <param name="last">Whether it was the last one.</param>
    /// <returns>False if the connection has ended, or takes no more.</returns>
    public bool TryTell(out bool last) => TryTell(default, out last);

    public void Dispose()
    {
        IsOpen = false;
        socket.Dispose();
    }

    private bool TryAnswer(out bool streams)
    {
        _hasBegun = false;
        streams = _reader.StartLine.IndexOf("/stream"u8) >= 0;
        if (streams)
        {
            _told = 0;
            return TryTell(StreamHead, out _);
        }

        _outgoing.Put(_reader.StartLine.IndexOf("/megabyte"u8) >= 0 ? Large : Small);
        return TrySend();
    }

    private bool TryTell(ReadOnlySpan<byte> head, out bool last)
    {
        last = ++_told == TokenEvent.PerStream;
        var end = last ? LastChunk : [];
        var all = Sending.AsSpan(0, head.Length + Chunk.Length + end.Length);
        head.CopyTo(all);
        Chunk.CopyTo(all[head.Length..]);
        end.CopyTo(all[(head.Length + Chunk.Length)..]);
        TokenEvent.Stamp(all[(head.Length + EventAt)..], Clock.Now);
        return socket.Send(all, SocketFlags.None, out var error) == all.Length && error == SocketError.Success;
    }

    private bool TrySend()
    {
        var sent = _outgoing.TrySend(socket, out var rest);
        if (sent && rest != _waitsForRoom)
        {
            poller.WaitForRoom(socket, key, rest);
            _waitsForRoom = rest;
        }

        return sent;
    }
}

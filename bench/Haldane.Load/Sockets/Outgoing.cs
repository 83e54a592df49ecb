using System.Net.Sockets;

namespace Haldane.Load.Sockets;

/// <summary>Up to two pieces on their way into a socket that takes no more than it has room for.</summary>
/// <remarks>For one thread.</remarks>
internal sealed class Outgoing
{
    private ReadOnlyMemory<byte> _first;
    private ReadOnlyMemory<byte> _second;

    /// <summary>What is to be sent.</summary>
    public void Put(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second = default) => (_first, _second) = (first, second);

    /// <summary>Sends what there is room for.</summary>
    /// <param name="socket">Does not block.</param>
    /// <param name="rest">Whether something is left, for which room is to be waited for.</param>
    /// <returns>False if the connection broke.</returns>
    public bool TrySend(Socket socket, out bool rest)
    {
        var sent = Push(socket, ref _first) && (!_first.IsEmpty || Push(socket, ref _second));
        rest = !_first.IsEmpty || !_second.IsEmpty;
        return sent;
    }

    private static bool Push(Socket socket, ref ReadOnlyMemory<byte> piece)
    {
        while (!piece.IsEmpty)
        {
            var count = socket.Send(piece.Span, SocketFlags.None, out var error);
            if (error == SocketError.WouldBlock)
            {
                return true;
            }

            if (error != SocketError.Success)
            {
                return false;
            }

            piece = piece[count..];
        }

        return true;
    }
}

using System.Net;
using System.Text;

namespace Haldane.Load;

/// <summary>The request that is sent: 110 bytes of JSON, or a larger body of blanks around them.</summary>
internal sealed class Request
{
    private const string Json = """{"inputs":[{"name":"amount","shape":[1],"datatype":"FP64","data":[120.5]},{"name":"country","data":["MY"]}]}""";

    // Sent together with the head.
    private const int Small = 4096;

    private const int Users = 100_000;

    private readonly string _head;
    private readonly byte[] _body;

    /// <summary>To an address and a path, with a body of at least so many bytes.</summary>
    public Request(IPEndPoint to, string path, int size)
    {
        _body = Encoding.ASCII.GetBytes(Json.PadRight(size));
        _head = $"POST {path} HTTP/1.1\r\nHost: {to}\r\nContent-Type: application/json\r\nX-User-Id: user-000000\r\nContent-Length: {_body.Length}\r\n\r\n";
        UserAt = _head.IndexOf("000000", StringComparison.Ordinal);
    }

    /// <summary>Where the number of the user stands.</summary>
    public int UserAt { get; }

    /// <summary>What goes out with the head; each connection has its own.</summary>
    public byte[] First() => Encoding.ASCII.GetBytes(_head + (_body.Length <= Small ? Encoding.ASCII.GetString(_body) : ""));

    /// <summary>What goes out after it.</summary>
    public ReadOnlyMemory<byte> Rest => _body.Length <= Small ? default : _body;

    /// <summary>Has another user ask.</summary>
    public void Renew(byte[] first, Random chance)
    {
        var user = chance.Next(Users);
        for (var digit = UserAt + 5; digit >= UserAt; digit--, user /= 10)
        {
            first[digit] = (byte)('0' + (user % 10));
        }
    }
}

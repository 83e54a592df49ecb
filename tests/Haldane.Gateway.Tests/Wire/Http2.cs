using System.Buffers.Binary;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Haldane.Gateway.Tests.Wire;

/// <summary>A well-behaved version that speaks HTTP/2 without TLS.</summary>
internal sealed class Http2Version : IAsyncDisposable
{
    private readonly WebApplication _app;

    private readonly HttpProtocols _protocols;

    private Http2Version(WebApplication app, HttpProtocols protocols) => (_app, _protocols) = (app, protocols);

    public string Address => (_protocols == HttpProtocols.Http2 ? "h2c" : "http") + _app.Urls.Single()["http".Length..];

    public static async Task<Http2Version> StartAsync(RequestDelegate answer, HttpProtocols protocols = HttpProtocols.Http2)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, at => at.Protocols = protocols));
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new(app, protocols);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>HTTP/2 by hand, for what no library sends: answers to whole requests only, one connection, no flow control.</summary>
internal static class Frames
{
    private const byte Data = 0, Headers = 1, Settings = 4;
    private const byte EndStream = 1, EndHeaders = 4, Ack = 1;

    /// <summary>Answers each request with 200, that content length and that body.</summary>
    public static Conduct Lying(int contentLength, string body) => async connection =>
    {
        await connection.WriteAsync(Frame(Settings, 0, 0, []));
        await connection.Reader.ExactlyAsync(24); // the client's preface
        while (await connection.Reader.ExactlyAsync(9) is { } head)
        {
            var length = (head[0] << 16) | (head[1] << 8) | head[2];
            var (type, flags, stream) = (head[3], head[4], BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)));
            await connection.Reader.ExactlyAsync(length);
            if (type == Settings && (flags & Ack) == 0)
            {
                await connection.WriteAsync(Frame(Settings, Ack, 0, []));
            }
            else if (type is Data or Headers && (flags & EndStream) != 0)
            {
                // HPACK: static entry 8 is ":status: 200", entry 28 is "content-length", here with a literal value.
                var digits = Encoding.ASCII.GetBytes($"{contentLength}");
                await connection.WriteAsync(Frame(Headers, EndHeaders, stream, [0x88, 0x0f, 0x0d, (byte)digits.Length, .. digits]));
                await connection.WriteAsync(Frame(Data, EndStream, stream, Encoding.ASCII.GetBytes(body)));
            }
        }
    };

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        (frame[0], frame[1], frame[2], frame[3], frame[4]) = ((byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }
}

using System.IO.Compression;
using System.Text;

namespace Haldane.Gateway.Tests.Wire;

/// <summary>Ways in which a version can behave, good and bad.</summary>
internal static class Conducts
{
    public const string Fraud = """{"label":"fraud","score":0.75}""";
    public const string Legit = """{"label":"legit","score":0.25}""";
    public const string JsonHead = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
    public const string ChunkedHead = JsonHead + "Transfer-Encoding: chunked\r\n\r\n";

    /// <summary>A good answer with that body.</summary>
    public static string Ok(string body) => $"{JsonHead}Content-Length: {body.Length}\r\n\r\n{body}";

    public static string Error(int status, string body) =>
        $"HTTP/1.1 {status} Whatever\r\nContent-Type: text/plain\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    public static byte[] Gzipped(string text)
    {
        var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return packed.ToArray();
    }

    public static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    public static Conduct Always(byte[] answer) => Each(connection => connection.WriteAsync(answer));

    /// <summary>Does the same to each request of a connection.</summary>
    public static Conduct Each(Func<Connection, Task> answer) => async connection =>
    {
        while (await connection.RequestAsync() is not null)
        {
            await answer(connection);
        }
    };

    public static Conduct Of(Fault fault) => fault switch
    {
        Fault.None => Always(Encoding.Latin1.GetBytes(Ok(Fraud))),
        Fault.ResetsBeforeHead => async c =>
        {
            await c.RequestAsync();
            c.Reset();
        },
        Fault.ClosesBeforeHead => async c => await c.RequestAsync(),
        Fault.ResetsMidHead => async c =>
        {
            await c.RequestAsync();
            await c.WriteAsync("HTTP/1.1 200 OK\r\nContent-Ty");
            c.Reset();
        },
        Fault.TalksNonsense => Each(c => c.WriteAsync("220 smtp.example.com ESMTP\r\n\r\n")),
        Fault.ResetsMidBody => async c =>
        {
            await c.RequestAsync();
            await c.WriteAsync(ChunkedHead);
            await c.WriteChunkAsync("""{"label":""");
            await c.Upstream.Proceed.Task.WaitAsync(c.Upstream.Stopping);
            c.Reset();
        },
        Fault.CutsSmallBody => async c =>
        {
            await c.RequestAsync();
            await c.WriteAsync($"{JsonHead}Content-Length: {Fraud.Length}\r\n\r\n{Fraud[..^4]}");
        },
        Fault.CutsLargeBody => async c =>
        {
            await c.RequestAsync();
            await c.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n");
            await c.WriteAsync(Noise(100_000));
            await c.Upstream.Proceed.Task.WaitAsync(c.Upstream.Stopping);
        },
        Fault.CutsChunks => async c =>
        {
            await c.RequestAsync();
            await c.WriteAsync(ChunkedHead);
            await c.WriteChunkAsync("""{"label":""");
            await c.Upstream.Proceed.Task.WaitAsync(c.Upstream.Stopping);
        },
        Fault.StallsBeforeHead => async c =>
        {
            await c.RequestAsync();
            await c.StallAsync();
        },
        Fault.StallsInSmallBody => async c =>
        {
            await c.RequestAsync();
            await c.WriteAsync($"{JsonHead}Content-Length: {Fraud.Length}\r\n\r\n{Fraud[..9]}");
            await c.StallAsync();
        },
        Fault.StallsMidBody => async c =>
        {
            await c.RequestAsync();
            await c.WriteAsync(ChunkedHead);
            await c.WriteChunkAsync("""{"label":""");
            await c.StallAsync();
        },
        Fault.Trickles => Each(async c =>
        {
            foreach (var letter in Ok(Fraud))
            {
                await c.WriteAsync($"{letter}");
            }
        }),
        Fault.Answers500 => Always(Encoding.Latin1.GetBytes(Error(500, "out of memory"))),
        Fault.Answers503 => Always(Encoding.Latin1.GetBytes(Error(503, ""))),
        Fault.Answers502Empty => Always("HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"u8.ToArray()),
        Fault.Answers404 => Always(Encoding.Latin1.GetBytes(Error(404, "no such model"))),
        Fault.Chunked => Each(async c =>
        {
            await c.WriteAsync(ChunkedHead);
            await c.WriteChunkAsync(Fraud[..10]);
            await c.WriteChunkAsync(Fraud[10..]);
            await c.WriteAsync("0\r\n\r\n");
        }),
        Fault.Gzip => Always([.. Encoding.Latin1.GetBytes($"{JsonHead}Content-Encoding: gzip\r\nContent-Length: {Gzipped(Fraud).Length}\r\n\r\n"), .. Gzipped(Fraud)]),
        Fault.Huge => Always([.. "HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n"u8, .. Noise(5_000_000)]),
        Fault.BareNaN => Always(Encoding.Latin1.GetBytes(Ok("""{"score":NaN,"label":"fraud"}"""))),
        Fault.LoneSurrogate => Always(Encoding.Latin1.GetBytes(Ok("""{"label":"\ud800","score":0.75}"""))),
        Fault.SwitchesProtocols => Always("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: nonsense\r\n\r\n"u8.ToArray()),
        Fault.NotJson => Always(Encoding.Latin1.GetBytes(Ok("<html>ok</html>"))),
        Fault.Sse => Each(async c =>
        {
            await c.WriteAsync("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
            await c.WriteChunkAsync("data: 1\n\n");
            await c.WriteChunkAsync("data: 2\n\n");
            await c.WriteAsync("0\r\n\r\n");
        }),
        _ => throw new ArgumentOutOfRangeException(nameof(fault), fault, "no such fault"),
    };
}

/// <summary>What may be odd about a version.</summary>
public enum Fault
{
    None,
    Refuses,
    ResetsBeforeHead,
    ClosesBeforeHead,
    ResetsMidHead,
    TalksNonsense,
    SwitchesProtocols,
    ResetsMidBody,
    CutsSmallBody,
    CutsLargeBody,
    CutsChunks,
    StallsBeforeHead,
    StallsInSmallBody,
    StallsMidBody,
    Trickles,
    Answers500,
    Answers503,
    Answers502Empty,
    Answers404,
    Chunked,
    Gzip,
    Huge,
    BareNaN,
    LoneSurrogate,
    NotJson,
    Sse,
}

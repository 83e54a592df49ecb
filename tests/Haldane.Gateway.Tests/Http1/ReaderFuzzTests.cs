using System.Text;
using Haldane.Gateway.Http1;
using static Haldane.Gateway.Tests.Http1.RequestHeadTests;

namespace Haldane.Gateway.Tests.Http1;

/// <summary>Damaged messages by the hundred thousand: the fast readers must agree with the plain one, whatever the pieces. HALDANE_LONG=1 makes it ten million.</summary>
public sealed class ReaderFuzzTests(ITestOutputHelper output)
{
    private static readonly int Count = Environment.GetEnvironmentVariable("HALDANE_LONG") == "1" ? 5_000_000 : 100_000;

    private static readonly string[] Requests =
    [
        "GET / HTTP/1.1\r\nHost: gateway\r\n\r\n",
        "POST /v2/models/fraud/infer?a=b HTTP/1.1\r\nHost: gateway:80\r\nContent-Length: 12\r\nConnection: keep-alive, x\r\nX: 1\r\n\r\nbody",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTE: trailers\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "GET http://gateway/x HTTP/1.0\r\nHost: gateway\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n",
        "OPTIONS * HTTP/1.1\r\nHost:\r\nCookie: a=b; c=\"d\"\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n",
        "CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
    ];

    private static readonly string[] Bodies =
    [
        "5\r\nhello\r\n0\r\n\r\n",
        "1;a=b\r\nx\r\n0f\r\n012345678901234\r\n0\r\nA: 1\r\nB: 2\r\n\r\nGET",
        "2 ; a ; b = \"c \\\" d\" \t;e\r\n\r\n\r\n0;x\r\n\r\n",
        "3\r\nabc\r\n2\r\nde\r\n0\r\ngrpc-status: 0\r\n\r\n",
    ];

    private static readonly string[] Bits =
    [
        "\r\n", "\n", "\r", "\r\n\r\n", " ", "\t", ":", ";", ",", "=", "\"", "\\", "\0", "0", "f", "/", "*", "?", "#", "a", "\u00e4", "\u007f", "0\r\n", "5\r\n",
        "Host: gateway\r\n", "Host:", "Content-Length: 5\r\n", "Content-Length: ", "Transfer-Encoding: chunked\r\n", "chunked", "Transfer-Encoding: ", "Connection: close\r\n", "Expect: x\r\n",
        "HTTP/1.0", "HTTP/1.1", "http://", "X : y\r\n", " z\r\n", "-1", "+1", "0x1", "ffffffffffffffff",
    ];

    [Fact]
    public void Requests_are_read_as_plainly_as_can_be()
    {
        var random = new Random(1);
        using var head = new RequestHead();
        var (whole, bad, more) = (0, 0, 0);
        for (var i = 0; i < Count; i++)
        {
            var text = Damaged(random, Requests);
            head.Clear();
            var stopped = InPieces(head, text, random.Next(4) == 0 ? 1 + random.Next(9) : text.Length, out var consumed);

            var (plain, state) = PlainReader.ReadRequest(Encoding.Latin1.GetBytes(text));
            var said = !stopped ? "more" : head.Fault == HeadFault.None ? "whole" : "bad";
            Assert.True(state == said, $"case {i}: {said} ({head.Fault}) and not {state}: {Shown(text)}");
            if (plain is null)
            {
                (bad, more) = state == "bad" ? (bad + 1, more) : (bad, more + 1);
                continue;
            }

            whole++;
            Assert.True(
                (plain.Method, plain.Target, plain.Length, plain.Chunked, plain.KeepsAlive, plain.Consumed)
                == (Text(head.Method), Text(head.Target), head.Fields.ContentLength, head.Fields.IsChunked, head.KeepsAlive, consumed)
                && plain.Fields.SequenceEqual(FieldsOf(head)),
                $"case {i} is read as something else: {Shown(text)}");
        }

        output.WriteLine($"{Count:N0} requests: {whole:N0} whole, {bad:N0} refused, {more:N0} not whole");
        Assert.True(Math.Min(whole, Math.Min(bad, more)) > Count / 50);
    }

    [Fact]
    public void Chunked_bodies_are_read_as_plainly_as_can_be()
    {
        var random = new Random(2);
        var reader = new ChunkedReader();
        var (whole, bad, more) = (0, 0, 0);
        for (var i = 0; i < Count; i++)
        {
            var text = Damaged(random, Bodies);
            reader.Clear();
            var (last, content, consumed) = ChunkedReaderTests.Read(reader, text, random.Next(4) == 0 ? 1 + random.Next(5) : text.Length);

            var plain = PlainReader.ReadChunks(Encoding.Latin1.GetBytes(text));
            var said = last switch { ChunkStep.End => "whole", ChunkStep.Bad => "bad", _ => "more" };
            Assert.True(plain.State == said && plain.Content == content, $"case {i}: {said} ({reader.Fault}) and not {plain.State}: {Shown(text)}");
            Assert.True(said != "whole" || plain.Consumed == consumed, $"case {i} ends elsewhere: {Shown(text)}");
            (whole, bad, more) = (whole + (said == "whole" ? 1 : 0), bad + (said == "bad" ? 1 : 0), more + (said == "more" ? 1 : 0));
        }

        output.WriteLine($"{Count:N0} bodies: {whole:N0} whole, {bad:N0} refused, {more:N0} not whole");
        Assert.True(Math.Min(whole, Math.Min(bad, more)) > Count / 50);
    }

    // Up to four times: something put in, cut out, changed or said twice.
    private static string Damaged(Random random, string[] seeds)
    {
        var text = new StringBuilder(seeds[random.Next(seeds.Length)]);
        for (var times = random.Next(5); times > 0 && text.Length > 0; times--)
        {
            var at = random.Next(text.Length);
            switch (random.Next(5))
            {
                case 0:
                    text.Insert(at, Bits[random.Next(Bits.Length)]);
                    break;
                case 1:
                    text.Remove(at, Math.Min(text.Length - at, 1 + random.Next(3)));
                    break;
                case 2:
                    text[at] = (char)random.Next(256);
                    break;
                case 3:
                    text.Insert(at, text.ToString(at, Math.Min(text.Length - at, 1 + random.Next(20))));
                    break;
                default:
                    text.Length = random.Next(8) == 0 ? at : text.Length;
                    break;
            }
        }

        return text.ToString();
    }

    private static List<(string Name, string Value)> FieldsOf(RequestHead head)
    {
        var fields = new List<(string, string)>();
        foreach (var field in head.Fields.All)
        {
            fields.Add((Text(FieldTable.NameOf(head.Bytes, field)), Text(FieldTable.ValueOf(head.Bytes, field))));
        }

        return fields;
    }

    private static string Shown(string text) => text.Replace("\r", "\\r", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\0", "\\0", StringComparison.Ordinal);
}

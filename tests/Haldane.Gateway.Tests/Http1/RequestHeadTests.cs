using System.Buffers;
using System.Text;
using Haldane.Gateway.Http1;

namespace Haldane.Gateway.Tests.Http1;

/// <summary>The request line and the fields, as RFC 9112 wants them, and nothing that two could read differently. Long for its tables of heads.</summary>
public sealed class RequestHeadTests
{
    private const string Host = "Host: gateway\r\n";

    public static TheoryData<string, string> Refused => new()
    {
        { "GET / HTTP/1.1\nHost: gateway\r\n\r\n", nameof(HeadFault.BareLineFeed) },
        { "GET / HTTP/1.1\r\nHost: gateway\n\r\n", nameof(HeadFault.BareLineFeed) },
        { "\nGET / HTTP/1.1\r\nHost: gateway\r\n\r\n", nameof(HeadFault.BareLineFeed) },
        { $"GET  / HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET /  HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET /a b HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET /a\tb HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET\t/ HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.RequestLine) },
        { $" GET / HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.RequestLine) },
        { $"GET /\r\n{Host}\r\n", nameof(HeadFault.RequestLine) },
        { $"GET / \r\n{Host}\r\n", nameof(HeadFault.RequestLine) },
        { $"GET\r\n{Host}\r\n", nameof(HeadFault.RequestLine) },
        { $"G(T / HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.RequestLine) },
        { $"GET / http/1.1\r\n{Host}\r\n", nameof(HeadFault.RequestLine) },
        { $"GET / HTTP/1.1 \r\n{Host}\r\n", nameof(HeadFault.RequestLine) },
        { $"GET / HTTP/1.2\r\n{Host}\r\n", nameof(HeadFault.Version) },
        { $"GET / HTTP/0.9\r\n{Host}\r\n", nameof(HeadFault.Version) },
        { $"GET / HTTP/11\r\n{Host}\r\n", nameof(HeadFault.Version) },
        { $"GET / HTTP/2.0\r\n{Host}\r\n", nameof(HeadFault.Version) },
        { $"GET /\0 HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET /\r HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET /#part HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET /ä HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET path HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET * HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET ftp://gateway/ HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET http://gateway?x=1 HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.Target) },
        { $"GET http://other/ HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.TargetNotHost) },
        { $"GET http://user@gateway/ HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.TargetNotHost) },
        { $"GET http://gateway.evil/ HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.TargetNotHost) },
        { $"CONNECT other:443 HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.TargetNotHost) },
        { "GET / HTTP/1.1\r\n\r\n", nameof(HeadFault.NoHost) },
        { $"GET / HTTP/1.1\r\n{Host}{Host}\r\n", nameof(HeadFault.RepeatedHost) },
        { $"GET / HTTP/1.0\r\n{Host}hOST: gateway\r\n\r\n", nameof(HeadFault.RepeatedHost) },
        { "GET / HTTP/1.1\r\nHost: gate way\r\n\r\n", nameof(HeadFault.Host) },
        { "GET / HTTP/1.1\r\nHost: gateway/path\r\n\r\n", nameof(HeadFault.Host) },
        { "GET / HTTP/1.1\r\nHost: user@gateway\r\n\r\n", nameof(HeadFault.Host) },
        { $"GET / HTTP/1.1\r\n{Host}X : 1\r\n\r\n", nameof(HeadFault.FieldName) },
        { $"GET / HTTP/1.1\r\n{Host}X\t: 1\r\n\r\n", nameof(HeadFault.FieldName) },
        { $"GET / HTTP/1.1\r\n{Host}: 1\r\n\r\n", nameof(HeadFault.FieldName) },
        { $"GET / HTTP/1.1\r\n{Host}no colon\r\n\r\n", nameof(HeadFault.FieldName) },
        { $"GET / HTTP/1.1\r\n{Host}X(y): 1\r\n\r\n", nameof(HeadFault.FieldName) },
        { $"GET / HTTP/1.1\r\n{Host}X\0: 1\r\n\r\n", nameof(HeadFault.FieldName) },
        { $"GET / HTTP/1.1\r\n{Host}Ä: 1\r\n\r\n", nameof(HeadFault.FieldName) },
        { $"GET / HTTP/1.1\r\nContent-Length : 5\r\n{Host}\r\n", nameof(HeadFault.FieldName) },
        { $"GET / HTTP/1.1\r\n X: 1\r\n{Host}\r\n", nameof(HeadFault.FoldedField) },
        { $"GET / HTTP/1.1\r\n{Host}X: 1\r\n 2\r\n\r\n", nameof(HeadFault.FoldedField) },
        { $"GET / HTTP/1.1\r\n{Host}X: 1\r\n\t2\r\n\r\n", nameof(HeadFault.FoldedField) },
        { $"GET / HTTP/1.1\r\n{Host}X: a\0b\r\n\r\n", nameof(HeadFault.FieldValue) },
        { $"GET / HTTP/1.1\r\n{Host}X: a\rb\r\n\r\n", nameof(HeadFault.FieldValue) },
        { $"GET / HTTP/1.1\r\n{Host}X: a\u007fb\r\n\r\n", nameof(HeadFault.FieldValue) },
        { $"GET / HTTP/1.1\r\n{Host}X: a\u001bb\r\n\r\n", nameof(HeadFault.FieldValue) },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: 5\r\nContent-Length: 5\r\n\r\n", nameof(HeadFault.RepeatedLength) },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: 5\r\ncontent-length: 6\r\n\r\n", nameof(HeadFault.RepeatedLength) },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: 5, 5\r\n\r\n", nameof(HeadFault.Length) },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: +5\r\n\r\n", nameof(HeadFault.Length) },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: -5\r\n\r\n", nameof(HeadFault.Length) },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: 0x5\r\n\r\n", nameof(HeadFault.Length) },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: 5 5\r\n\r\n", nameof(HeadFault.Length) },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: 5.0\r\n\r\n", nameof(HeadFault.Length) },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length:\r\n\r\n", nameof(HeadFault.Length) },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: 9999999999999999999\r\n\r\n", nameof(HeadFault.Length) },
        { $"POST / HTTP/1.1\r\n{Host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n", nameof(HeadFault.LengthAndChunked) },
        { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", nameof(HeadFault.LengthAndChunked) },
        { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", nameof(HeadFault.TransferCoding) },
        { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked, chunked\r\n\r\n", nameof(HeadFault.TransferCoding) },
        { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: identity\r\n\r\n", nameof(HeadFault.TransferCoding) },
        { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: chunked, gzip\r\n\r\n", nameof(HeadFault.TransferCoding) },
        { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: xchunked\r\n\r\n", nameof(HeadFault.TransferCoding) },
        { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: \"chunked\"\r\n\r\n", nameof(HeadFault.TransferCoding) },
        { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding:\r\n\r\n", nameof(HeadFault.TransferCoding) },
        { $"POST / HTTP/1.1\r\n{Host}Transfer-Encoding: gzip, chunked\r\n\r\n", nameof(HeadFault.UnknownTransferCoding) },
        { $"POST / HTTP/1.0\r\n{Host}Transfer-Encoding: chunked\r\n\r\n", nameof(HeadFault.ChunkedBeforeHttp11) },
        { $"POST / HTTP/1.1\r\n{Host}Expect: 200-ok\r\nContent-Length: 1\r\n\r\n", nameof(HeadFault.Expectation) },
        { $"GET / HTTP/1.1\r\n{Host}{string.Concat(Enumerable.Range(0, 100).Select(i => $"X-{i}: 1\r\n"))}\r\n", nameof(HeadFault.TooManyFields) },
        { $"GET / HTTP/1.1\r\n{Host}X: {new string('a', 33_000)}\r\n\r\n", nameof(HeadFault.TooLarge) },
        { $"GET / HTTP/1.1\r\n{Host}X: {new string('a', 33_000)}", nameof(HeadFault.TooLarge) },
        { $"GET /{new string('a', 8_192)} HTTP/1.1\r\n{Host}\r\n", nameof(HeadFault.TargetTooLong) },
        { $"GET /{new string('a', 33_000)}", nameof(HeadFault.TargetTooLong) },
    };

    public static TheoryData<string, string, string, string> Accepted => new()
    {
        { $"GET / HTTP/1.1\r\n{Host}\r\n", "GET", "/", "/" },
        { $"GET /v2/models/fraud/infer?x=1&y=%20 HTTP/1.1\r\n{Host}\r\n", "GET", "/v2/models/fraud/infer?x=1&y=%20", "/v2/models/fraud/infer" },
        { "GET /a HTTP/1.1\r\nHost:gateway\r\n\r\n", "GET", "/a", "/a" },
        { "GET /a HTTP/1.1\r\nHost: \t gateway:80 \t\r\n\r\n", "GET", "/a", "/a" },
        { "GET /a HTTP/1.1\r\nhOsT: [::1]:8080\r\n\r\n", "GET", "/a", "/a" },
        { "GET /a HTTP/1.1\r\nHost:\r\n\r\n", "GET", "/a", "/a" },
        { "GET /a HTTP/1.0\r\n\r\n", "GET", "/a", "/a" },
        { $"M-SEARCH /a HTTP/1.1\r\n{Host}\r\n", "M-SEARCH", "/a", "/a" },
        { $"GET http://gateway/a?b HTTP/1.1\r\n{Host}\r\n", "GET", "/a?b", "/a" },
        { $"GET HTTPS://GATEWAY HTTP/1.1\r\n{Host}\r\n", "GET", "/", "/" },
        { $"OPTIONS * HTTP/1.1\r\n{Host}\r\n", "OPTIONS", "*", "*" },
        { "CONNECT gateway:443 HTTP/1.1\r\nHost: gateway:443\r\n\r\n", "CONNECT", "gateway:443", "gateway:443" },
        { $"GET /?\"<>\\^`{{|}} HTTP/1.1\r\n{Host}\r\n", "GET", "/?\"<>\\^`{|}", "/" },
        { $"GET / HTTP/1.1\r\n{Host}X: \u00e4\u00f6\r\nY:\r\nZ: \t\r\n\r\n", "GET", "/", "/" },
        { $"GET /{new string('a', 8_191)} HTTP/1.1\r\n{Host}\r\n", "GET", "/" + new string('a', 8_191), "/" + new string('a', 8_191) },
        { $"GET / HTTP/1.1\r\n{Host}X: {new string('a', 30_000)}\r\n\r\n", "GET", "/", "/" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_two_could_read_differently_is_refused(string text, string fault)
    {
        foreach (var piece in Pieces(text))
        {
            using var head = new RequestHead();

            Assert.True(InPieces(head, text, piece, out _));
            Assert.Equal(fault, head.Fault.ToString());
            Assert.InRange(head.Fault.Status(), 400, 505);
            Assert.NotEqual("the message is well formed", head.Fault.Said());
        }
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public void What_is_right_is_read(string text, string method, string target, string path)
    {
        foreach (var piece in Pieces(text + "body"))
        {
            using var head = new RequestHead();

            Assert.True(InPieces(head, text + "body", piece, out var consumed));
            Assert.Equal(HeadFault.None, head.Fault);
            Assert.Equal(text.Length, consumed);
            Assert.Equal((method, target, path), (Text(head.Method), Text(head.Target), Text(head.Path)));
        }
    }

    [Fact]
    public void Fields_keep_their_bytes_and_order_and_lose_their_blanks()
    {
        using var head = new RequestHead();
        InPieces(head, $"GET / HTTP/1.1\r\n{Host}X:  a  b\t\r\nx: \u00e4,\"\r\nCookie: k=v; l=w\r\n\r\n", 1_000, out _);

        Assert.Equal(["Host=gateway", "X=a  b", "x=\u00e4,\"", "Cookie=k=v; l=w"], Named(head, _ => true));
        Assert.Equal("a  b", Text(head.Fields.ValueOf(head.Bytes, "x"u8)));
        Assert.True(head.Fields.ValueOf(head.Bytes, "y"u8).IsEmpty);
    }

    [Fact]
    public void What_means_this_connection_only_is_told_apart()
    {
        using var head = new RequestHead();
        InPieces(
            head,
            $"POST / HTTP/1.1\r\n{Host}Connection: X-Secret, close,  Content-Length\r\nX-Secret: 1\r\nKeep-Alive: 5\r\nProxy-Connection: a\r\nTE: trailers\r\nContent-Length: 3\r\nInference-Header-Content-Length: 2\r\n"
            + "connection: host\r\nX-Haldane-Exchange: forged\r\n\r\n",
            1_000,
            out _);

        Assert.Equal(["Inference-Header-Content-Length=2"], Named(head, kind => kind == FieldKind.EndToEnd));
        Assert.Equal(["X-Secret=1", "Keep-Alive=5", "Proxy-Connection=a"], Named(head, kind => kind == FieldKind.HopByHop));
        Assert.Equal(["X-Haldane-Exchange=forged"], Named(head, kind => kind == FieldKind.Ours));
        Assert.Equal((3, false, true), (head.Fields.ContentLength, head.KeepsAlive, head.HasBody));
    }

    [Theory]
    [InlineData("1.1", "", true)]
    [InlineData("1.1", "Connection: close\r\n", false)]
    [InlineData("1.1", "Connection: keep-alive, CLOSE\r\n", false)]
    [InlineData("1.0", "", false)]
    [InlineData("1.0", "Connection: Keep-Alive\r\n", true)]
    [InlineData("1.0", "Connection: keep-alive\r\nConnection: close\r\n", false)]
    public void A_connection_is_kept_as_its_version_and_options_say(string version, string fields, bool kept)
    {
        using var head = new RequestHead();
        InPieces(head, $"GET / HTTP/{version}\r\n{Host}{fields}\r\n", 1_000, out _);

        Assert.Equal(kept, head.KeepsAlive);
    }

    [Theory]
    [InlineData("Upgrade: websocket\r\nConnection: Upgrade\r\n", true)]
    [InlineData("Connection: keep-alive, upgrade\r\nUpgrade: websocket\r\n", true)]
    [InlineData("Upgrade: websocket\r\n", false)]
    [InlineData("Connection: upgrade\r\n", false)]
    public void An_upgrade_is_asked_for_by_both_fields(string fields, bool asks)
    {
        using var head = new RequestHead();
        InPieces(head, $"GET / HTTP/1.1\r\n{Host}{fields}\r\n", 1_000, out _);

        Assert.Equal(asks, head.Fields.AsksToUpgrade);
    }

    [Fact]
    public void A_head_that_is_not_whole_waits()
    {
        using var head = new RequestHead();

        Assert.False(head.Take(Sequence($"GET / HTTP/1.1\r\n{Host}\r", 100), out var consumed));
        Assert.Equal((0, HeadFault.None), (consumed, head.Fault));
    }

    [Fact]
    public void A_head_is_used_again()
    {
        using var head = new RequestHead();
        InPieces(head, $"POST /one HTTP/1.0\r\n{Host}Connection: keep-alive\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n", 3, out _);
        head.Clear();
        InPieces(head, $"GET /two HTTP/1.1\r\n{Host}\r\n", 1_000, out _);

        Assert.Equal(("GET", "/two", false, true, -1L, false), (Text(head.Method), Text(head.Path), head.IsHttp10, head.KeepsAlive, head.Fields.ContentLength, head.Fields.ExpectsContinue));
        Assert.Equal(1, head.Fields.Count);
    }

    [Fact]
    public void Reading_a_head_allocates_nothing()
    {
        using var head = new RequestHead();
        var input = Sequence($"POST /v2/models/fraud/infer HTTP/1.1\r\n{Host}Content-Type: application/json\r\nConnection: keep-alive, x\r\nContent-Length: 110\r\nX-User: 1234\r\n\r\n", 1_000);
        for (var i = 0; i < 100; i++)
        {
            head.Clear();
            head.Take(input, out _);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++)
        {
            head.Clear();
            head.Take(input, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    /// <summary>As if so many bytes more had come each time.</summary>
    internal static bool InPieces(MessageHead head, string text, int piece, out int consumed)
    {
        consumed = 0;
        for (var has = Math.Min(piece, text.Length); ; has = Math.Min(text.Length, has + piece))
        {
            if (head.Take(Sequence(text[..has], piece), out consumed))
            {
                return true;
            }

            if (has == text.Length)
            {
                return false;
            }
        }
    }

    internal static string Text(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes);

    internal static ReadOnlySequence<byte> Sequence(string text, int piece)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        if (bytes.Length <= piece)
        {
            return new(bytes);
        }

        Piece first = new(bytes.AsMemory(0, piece), 0), last = first;
        for (var at = piece; at < bytes.Length; at += piece)
        {
            last = last.Append(bytes.AsMemory(at, Math.Min(piece, bytes.Length - at)));
        }

        return new(first, 0, last, last.Memory.Length);
    }

    // Byte by byte only where that does not take seconds.
    private static int[] Pieces(string text) => text.Length > 1_000 ? [text.Length, 4_096] : [text.Length, text.Length - 4, 7, 1];

    private static string[] Named(MessageHead head, Func<FieldKind, bool> isAsked)
    {
        var named = new List<string>();
        foreach (var field in head.Fields.All)
        {
            if (isAsked(field.Kind))
            {
                named.Add($"{Text(FieldTable.NameOf(head.Bytes, field))}={Text(FieldTable.ValueOf(head.Bytes, field))}");
            }
        }

        return [.. named];
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, long at) => (Memory, RunningIndex) = (memory, at);

        public Piece Append(ReadOnlyMemory<byte> memory)
        {
            var next = new Piece(memory, RunningIndex + Memory.Length);
            Next = next;
            return next;
        }
    }
}

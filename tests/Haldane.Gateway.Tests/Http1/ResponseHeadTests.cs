using Haldane.Gateway.Http1;
using static Haldane.Gateway.Tests.Http1.RequestHeadTests;

namespace Haldane.Gateway.Tests.Http1;

/// <summary>The status line of an answer, and how its body ends.</summary>
public sealed class ResponseHeadTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", 200, "OK")]
    [InlineData("HTTP/1.1 200 \r\n\r\n", 200, "")]
    [InlineData("HTTP/1.1 404\r\n\r\n", 404, "")]
    [InlineData("HTTP/1.0 599 Odd  Reason\r\n\r\n", 599, "Odd  Reason")]
    public void The_status_line_is_read(string text, int status, string reason)
    {
        using var head = new ResponseHead();

        Assert.True(InPieces(head, text, 3, out _));
        Assert.Equal((HeadFault.None, status, reason), (head.Fault, head.Status, Text(head.Reason)));
    }

    [Theory]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n", nameof(HeadFault.StatusLine))]
    [InlineData("HTTP/1.1 2000 OK\r\n\r\n", nameof(HeadFault.StatusLine))]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n", nameof(HeadFault.StatusLine))]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n", nameof(HeadFault.StatusLine))]
    [InlineData("HTTP/1.1 200 a\0b\r\n\r\n", nameof(HeadFault.StatusLine))]
    [InlineData("ICY 200 OK, hello\r\n\r\n", nameof(HeadFault.StatusLine))]
    [InlineData("HTTP/2.0 200 OK\r\n\r\n", nameof(HeadFault.StatusLine))]
    [InlineData("HTTP/1.2 200 OK\r\n\r\n", nameof(HeadFault.Version))]
    [InlineData("HTTP/1.1 200 OK\nX: 1\r\n\r\n", nameof(HeadFault.BareLineFeed))]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", nameof(HeadFault.ChunkedBeforeHttp11))]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", nameof(HeadFault.LengthAndChunked))]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\n", nameof(HeadFault.RepeatedLength))]
    public void An_answer_that_two_could_read_differently_is_refused(string text, string fault)
    {
        using var head = new ResponseHead();

        Assert.True(InPieces(head, text, 1_000, out _));
        Assert.Equal(fault, head.Fault.ToString());
    }

    [Theory]
    [InlineData("200 OK\r\nContent-Length: 3", false, nameof(BodyFraming.Length))]
    [InlineData("200 OK\r\nContent-Length: 3", true, nameof(BodyFraming.None))]
    [InlineData("200 OK\r\nTransfer-Encoding: Chunked", false, nameof(BodyFraming.Chunked))]
    [InlineData("200 OK\r\nX: 1", false, nameof(BodyFraming.UntilClose))]
    [InlineData("204 No Content\r\nContent-Length: 3", false, nameof(BodyFraming.None))]
    [InlineData("304 Not Modified\r\nContent-Length: 3", false, nameof(BodyFraming.None))]
    [InlineData("101 Switching Protocols\r\nX: 1", false, nameof(BodyFraming.None))]
    [InlineData("103 Early Hints\r\nX: 1", false, nameof(BodyFraming.None))]
    [InlineData("200 OK\r\nContent-Length: 0", false, nameof(BodyFraming.Length))]
    public void The_end_of_a_body_is_as_status_and_fields_say(string after, bool toHead, string framing)
    {
        using var head = new ResponseHead();
        InPieces(head, $"HTTP/1.1 {after}\r\n\r\n", 1_000, out _);

        Assert.Equal(framing, head.FramingOf(toHead).ToString());
    }

    [Theory]
    [InlineData(100, true)]
    [InlineData(103, true)]
    [InlineData(101, false)]
    [InlineData(200, false)]
    public void An_interim_answer_is_followed_by_another(int status, bool isInterim)
    {
        using var head = new ResponseHead();
        InPieces(head, $"HTTP/1.1 {status} X\r\n\r\n", 1_000, out _);

        Assert.Equal(isInterim, head.IsInterim);
    }
}

using System.Text;
using Haldane.Gateway.Http1;

namespace Haldane.Gateway.Tests.Http1;

/// <summary>The chunked coding, as RFC 9112 wants it.</summary>
public sealed class ChunkedReaderTests
{
    public static TheoryData<string> Refused =>
    [
        "\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "-5\r\nhello\r\n0\r\n\r\n",
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5\rhello\r\n0\r\n\r\n",
        "5\r\nhello\n0\r\n\r\n",
        "5\r\nhello!\r\n0\r\n\r\n",
        "5\r\nhello0\r\n\r\n",
        "g\r\n",
        "1_0\r\n",
        "5;\r\nhello\r\n0\r\n\r\n",
        "5;=1\r\nhello\r\n0\r\n\r\n",
        "5;a=\r\nhello\r\n0\r\n\r\n",
        "5;a \r\nhello\r\n0\r\n\r\n",
        "5;a b\r\nhello\r\n0\r\n\r\n",
        "5;a=\"b\r\nhello\r\n0\r\n\r\n",
        "5;a=\"b\"c\r\nhello\r\n0\r\n\r\n",
        "5;a\nb\r\nhello\r\n0\r\n\r\n",
        "5;a\0\r\nhello\r\n0\r\n\r\n",
        "0\r\n\n",
        "0\r\nA: 1\n\r\n",
        "0\r\nA : 1\r\n\r\n",
        "0\r\n A: 1\r\n\r\n",
        "0\r\nA\r\n\r\n",
        "0\r\nContent-Length: 5\r\n\r\n",
        "0\r\nTransfer-Encoding: chunked\r\n\r\n",
        "0\r\nHost: other\r\n\r\n",
        "FFFFFFFFFFFFFFFF\r\n",
        "0000000000000005\r\n",
    ];

    [Theory]
    [InlineData("0\r\n\r\n", "")]
    [InlineData("000\r\n\r\n", "")]
    [InlineData("5\r\nhello\r\n0\r\n\r\n", "hello")]
    [InlineData("5\r\nhello\r\nA\r\n0123456789\r\n0\r\n\r\n", "hello0123456789")]
    [InlineData("0a\r\n0123456789\r\n0\r\n\r\n", "0123456789")]
    [InlineData("2\r\n\r\n\r\n0\r\n\r\n", "\r\n")]
    [InlineData("1;a\r\nx\r\n0;b=c\r\n\r\n", "x")]
    [InlineData("1 ; a = b ;c=\"d \\\" ; \\\\\"\r\nx\r\n0\r\n\r\n", "x")]
    [InlineData("1\r\nx\r\n0\r\nA: 1\r\nB:\r\n\r\n", "x")]
    public void Content_is_taken_out(string text, string content)
    {
        foreach (var piece in new[] { 1_000, 3, 1 })
        {
            var reader = new ChunkedReader();

            Assert.Equal((ChunkStep.End, content, text.Length), Read(reader, text + "GET / HTTP/1.1", piece));
        }
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public void What_two_could_read_differently_is_refused(string text)
    {
        foreach (var piece in new[] { 1_000, 2, 1 })
        {
            var reader = new ChunkedReader();

            Assert.Equal(ChunkStep.Bad, Read(reader, text, piece).Last);
            Assert.NotNull(reader.Fault);
        }
    }

    [Fact]
    public void Extensions_and_trailers_have_limits()
    {
        Assert.Equal(ChunkStep.End, Read(new(), $"1;{new string('a', ChunkedReader.MostExtensions - 1)}\r\nx\r\n0\r\n\r\n", 500).Last);
        Assert.Equal(ChunkStep.Bad, Read(new(), $"1;{new string('a', ChunkedReader.MostExtensions)}\r\nx\r\n0\r\n\r\n", 500).Last);
        Assert.Equal(ChunkStep.Bad, Read(new(), string.Concat(Enumerable.Repeat("1;a\r\nx\r\n", ChunkedReader.MostExtensions / 2 + 1)), 500).Last);
        Assert.Equal(ChunkStep.End, Read(new(), $"0\r\nA: {new string('a', 8_000)}\r\n\r\n", 500).Last);
        Assert.Equal(ChunkStep.Bad, Read(new(), $"0\r\nA: {new string('a', 8_200)}", 500).Last);
    }

    [Fact]
    public void Trailers_are_kept_and_the_next_body_begins_anew()
    {
        var reader = new ChunkedReader();
        Read(reader, "1\r\nx\r\n0\r\ngrpc-status: 0\r\nB: 2\r\n\r\n", 1);

        Assert.Equal("grpc-status: 0\r\nB: 2\r\n", Encoding.Latin1.GetString(reader.Trailers));
        Assert.Equal("0", Encoding.Latin1.GetString(reader.TrailerFields.ValueOf(reader.Trailers, "GRPC-Status"u8)));

        reader.Clear();
        Assert.Equal((ChunkStep.End, "yz", 12), Read(reader, "2\r\nyz\r\n0\r\n\r\n", 5));
        Assert.True(reader.Trailers.IsEmpty);
    }

    [Fact]
    public void A_cut_body_has_no_end() => Assert.Equal(ChunkStep.More, Read(new(), "5\r\nhello\r\n0\r\n", 4).Last);

    /// <summary>What a reader makes of a text that comes in pieces.</summary>
    internal static (ChunkStep Last, string Content, int Consumed) Read(ChunkedReader reader, string text, int piece)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var content = new StringBuilder();
        var (at, last) = (0, ChunkStep.More);
        for (var end = Math.Min(piece, bytes.Length); ; end = Math.Min(bytes.Length, end + piece))
        {
            while (true)
            {
                last = reader.Step(bytes.AsSpan(at, end - at), out var consumed, out var found);
                content.Append(Encoding.Latin1.GetString(bytes.AsSpan(at, end - at)[found]));
                at += consumed;
                if (last != ChunkStep.Content)
                {
                    break;
                }
            }

            if (last != ChunkStep.More || end == bytes.Length)
            {
                return (last, content.ToString(), at);
            }
        }
    }
}

using System.Text;
using Haldane.Gateway.Observation.Text;
using Haldane.Gateway.Protocols;

namespace Haldane.Gateway.Tests.Observation.Text;

public sealed class TextReadingTests
{
    public static TheoryData<Spoken> Everything => Spoken.All;

    [Theory]
    [MemberData(nameof(Everything))]
    public void What_a_server_says_is_read(Spoken spoken)
    {
        using var reading = new TextReading();

        Assert.Equal(spoken.Read, Read(reading, spoken, [spoken.Bytes]) with { Pieces = spoken.Read.Pieces == 0 ? 0 : reading.Generation.Pieces });
        Assert.Equal(reading is { IsStream: true } && !spoken.Read.IsEnded && !spoken.Read.IsFailed, reading.IsCut);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void A_stream_is_read_alike_however_it_is_cut(Spoken spoken)
    {
        using var reading = new TextReading();
        reading.Begin(spoken.Call, Encoding.ASCII.GetBytes(spoken.Type));
        if (!reading.IsStream)
        {
            return;
        }

        var bytes = spoken.Bytes;
        var whole = Read(reading, spoken, [bytes]);

        Assert.Equal(whole, Read(reading, spoken, bytes.Select(b => new[] { b })));
        for (var cut = 1; cut < bytes.Length; cut++)
        {
            Assert.Equal(whole, Read(reading, spoken, [bytes[..cut], bytes[cut..]]));
        }
    }

    [Fact]
    public void Random_and_broken_answers_never_throw()
    {
        const int Seed = 20_261_121;
        var random = new Random(Seed);
        var spoken = Everything.Select(row => row.Data).ToArray();
        using var reading = new TextReading();
        for (var i = 0; i < 30_000; i++)
        {
            var one = spoken[random.Next(spoken.Length)];
            var bytes = one.Bytes;
            for (var change = random.Next(4); change >= 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            var cut = random.Next(bytes.Length);
            Read(reading, one, i % 3 == 0 ? [bytes[..cut]] : [bytes[..cut], bytes[cut..]]);
        }
    }

    [Fact]
    public void An_event_that_is_too_large_is_passed_over_and_nothing_is_called_cut()
    {
        using var reading = new TextReading();
        reading.Begin(Call.Chat, "text/event-stream"u8);

        reading.See("data: "u8);
        for (var i = 0; i < 100; i++)
        {
            reading.See(new byte[1_000]);
        }

        reading.See("\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"}}]}\n\n"u8);
        reading.End();

        Assert.Equal((true, false, 1L), (reading.Generation.IsUnread, reading.IsCut, reading.Generation.Length));
    }

    private static Facts Read(TextReading reading, Spoken spoken, IEnumerable<byte[]> pieces)
    {
        reading.Begin(spoken.Call, Encoding.ASCII.GetBytes(spoken.Type));
        foreach (var piece in pieces)
        {
            if (reading.IsStream)
            {
                reading.See(piece);
            }
            else
            {
                reading.Read(piece);
            }
        }

        if (reading.IsStream)
        {
            reading.End();
        }

        var read = reading.Generation;
        var tools = Enumerable.Range(0, read.ToolCount).Select(i => $"{Utf8(read.Tool(i).Name)} {Utf8(read.Tool(i).Arguments)}");
        return new(Utf8(read.Text), read.InputTokens, read.OutputTokens, read.CachedTokens)
        {
            Length = read.Length,
            Tools = string.Join('|', tools),
            Finish = Utf8(read.Finish),
            IsRefused = read.IsRefused,
            IsTruncated = read.IsTruncated,
            IsFailed = read.IsFailed,
            IsEnded = read.IsEnded,
            IsUnread = read.IsUnread,
        };
    }

    private static string Utf8(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes);
}

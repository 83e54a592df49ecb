using System.Buffers.Text;

namespace Haldane.Load;

/// <summary>An event of a stream, as chat models send them, with the time at which it left.</summary>
internal static class TokenEvent
{
    /// <summary>50 events a second.</summary>
    public const long Period = 20_000_000;

    /// <summary>Four seconds.</summary>
    public const int PerStream = 200;

    private const int StampLength = 19;

    /// <summary>The event, with room for its stamp.</summary>
    public static ReadOnlySpan<byte> Template =>
        """data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","model":"bench","sent":0000000000000000000,"choices":[{"index":0,"delta":{"content":" token"},"finish_reason":null}]}"""u8;

    /// <summary>The end of an event.</summary>
    public static ReadOnlySpan<byte> End => "\n\n"u8;

    /// <summary>Bytes of an event and its end.</summary>
    public static int Length => Template.Length + End.Length;

    private static int StampAt => Template.IndexOf("0000"u8);

    /// <summary>Notes the time in an event.</summary>
    public static void Stamp(Span<byte> token, long now)
    {
        for (var digit = StampAt + StampLength - 1; digit >= StampAt; digit--, now /= 10)
        {
            token[digit] = (byte)('0' + (now % 10));
        }
    }

    /// <summary>The time noted in an event; false if it is none.</summary>
    public static bool TryRead(ReadOnlySpan<byte> token, out long sent)
    {
        sent = 0;
        return token.StartsWith("data: {"u8) && token.EndsWith(End) && Utf8Parser.TryParse(token.Slice(StampAt, StampLength), out sent, out var used) && used == StampLength;
    }
}

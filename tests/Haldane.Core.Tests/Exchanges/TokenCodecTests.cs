using FsCheck;
using FsCheck.Fluent;
using Haldane.Core.Exchanges;

namespace Haldane.Core.Tests.Exchanges;

public sealed class TokenCodecTests
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private static readonly byte[] Key = [.. Enumerable.Range(7, 32).Select(i => (byte)i)];
    private static readonly TokenCodec Codec = new(Key);

    private static readonly ExchangeToken Example = new()
    {
        Run = 12,
        Stage = 3,
        Arm = Arm.Canary,
        Counts = true,
        SegmentCode = 517,
        Class = 1,
        Confidence = 0.5,
        At = new DateTimeOffset(2026, 11, 20, 10, 11, 12, 345, TimeSpan.Zero),
        Subject = 0xdeadbeef,
        Nonce = 42,
    };

    [Fact]
    public void What_is_sealed_is_opened_again()
    {
        Prop.ForAll<int, byte, int>((seed, stage, @class) =>
        {
            var random = new Random(seed);
            var token = new ExchangeToken
            {
                Run = random.Next(),
                Stage = stage,
                Arm = (Arm)random.Next(2),
                Counts = random.Next(2) == 1,
                SegmentCode = random.Next(65_536),
                Class = (int)((uint)@class % 102) - 1,
                Confidence = random.Next(5) == 0 ? null : random.Next(255) / 254.0,
                At = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMilliseconds(random.NextInt64(1L << 40)),
                Subject = (uint)random.NextInt64(1L << 32),
                Nonce = (uint)random.NextInt64(1L << 32),
            };
            return Codec.TryOpen(Seal(token), out var opened) && opened == token;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5_000));
    }

    [Theory]
    [InlineData(-0.5, 0)]
    [InlineData(0, 0)]
    [InlineData(0.333, 0.333)]
    [InlineData(1, 1)]
    [InlineData(1.5, 1)]
    public void Confidence_is_kept_to_half_a_step(double confidence, double expected)
    {
        Assert.True(Codec.TryOpen(Seal(Example with { Confidence = confidence }), out var opened));

        Assert.Equal(expected, opened.Confidence!.Value, 0.5 / 254);
    }

    [Fact]
    public void A_sealed_token_is_pinned()
    {
        // Computed apart from this code, with OpenSSL. Callers hold tokens for weeks: a change of the format must keep opening this one.
        Assert.Equal("P7fhT44j4M3JAX0tZrLsV8R4QGdGiB8JGHazIE258nA", Seal(Example));
    }

    [Fact]
    public void Any_change_of_any_character_is_refused()
    {
        var sealedToken = Seal(Example);
        for (var place = 0; place < TokenCodec.Length; place++)
        {
            foreach (var other in Alphabet.Where(c => c != sealedToken[place]))
            {
                var forged = sealedToken[..place] + other + sealedToken[(place + 1)..];
                Assert.False(Codec.TryOpen(forged, out _), $"'{other}' at {place} of {sealedToken}");
            }
        }
    }

    [Fact]
    public void A_hundred_thousand_random_strings_are_refused()
    {
        var random = new Random(11);
        for (var i = 0; i < 100_000; i++)
        {
            Assert.False(Codec.TryOpen(random.GetItems<char>(Alphabet, TokenCodec.Length), out var token));
            Assert.Equal(default, token);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("                                           ")]
    [InlineData("===========================================")]
    [InlineData("ééééééééééééééééééééééééééééééééééééééééééé")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public void What_is_no_token_is_refused(string text) => Assert.False(Codec.TryOpen(text, out _));

    [Fact]
    public void Padding_spaces_and_other_lengths_are_refused()
    {
        var sealedToken = Seal(Example);

        Assert.All(
            new[] { sealedToken + "=", sealedToken + " ", " " + sealedToken, sealedToken[1..], sealedToken[..^1], sealedToken[..^1] + "=", sealedToken[..^1] + " ", sealedToken + "A" },
            text => Assert.False(Codec.TryOpen(text, out _), $"'{text}'"));
    }

    [Fact]
    public void A_token_of_another_installation_is_refused()
    {
        var other = new TokenCodec([.. Key.Select(b => (byte)(b ^ 1))]);

        Assert.False(other.TryOpen(Seal(Example), out _));
    }

    [Fact]
    public void Tokens_that_differ_in_one_field_have_nothing_visible_in_common()
    {
        var random = new Random(3);
        var differing = 0L;
        for (var i = 0; i < 1_000; i++)
        {
            var nonce = (uint)random.NextInt64(1L << 32);
            var one = Bytes(Seal(Example with { Nonce = nonce }));
            var two = Bytes(Seal(Example with { Nonce = nonce ^ (1u << random.Next(32)) }));
            differing += one.Zip(two, (a, b) => System.Numerics.BitOperations.PopCount((uint)(a ^ b))).Sum();
        }

        // 256,000 fair bits: mean 128,000, standard deviation 253.
        Assert.InRange(differing, 128_000 - (4.5 * 253), 128_000 + (4.5 * 253));
    }

    [Fact]
    public void The_content_cannot_be_seen_in_the_token()
    {
        // The same exchange in both arms: no byte tells them apart over many tokens.
        var ones = new int[256];
        for (var i = 0u; i < 4_000; i++)
        {
            var bytes = Bytes(Seal(Example with { Nonce = i, Arm = Arm.Canary }));
            for (var bit = 0; bit < 256; bit++)
            {
                ones[bit] += (bytes[bit / 8] >> (bit % 8)) & 1;
            }
        }

        Assert.All(ones, count => Assert.InRange(count, 2_000 - (5 * 31.6), 2_000 + (5 * 31.6)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    public void A_key_of_another_length_is_refused(int length) => Assert.Throws<ArgumentException>(() => new TokenCodec(new byte[length]));

    [Fact]
    public void Sealing_and_opening_allocate_nothing()
    {
        Span<char> text = stackalloc char[TokenCodec.Length];
        Codec.Seal(Example, text);
        Codec.TryOpen(text, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++)
        {
            Codec.Seal(Example, text);
            Codec.TryOpen(text, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Seal(ExchangeToken token)
    {
        Span<char> text = stackalloc char[TokenCodec.Length];
        Codec.Seal(token, text);
        return text.ToString();
    }

    private static byte[] Bytes(string text) => System.Buffers.Text.Base64Url.DecodeFromChars(text);
}

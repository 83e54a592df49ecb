using System.Buffers.Binary;
using Haldane.Core.Assignment;

namespace Haldane.Core.Tests.Assignment;

public sealed class SipHashTests
{
    // Key 00 01 .. 0f, message 00 01 .. (n - 1) for n from 0: vectors.h of the reference implementation (github.com/veorq/SipHash).
    private static readonly ulong[] Reference =
    [
        0x726fdb47dd0e0e31, 0x74f839c593dc67fd, 0x0d6c8009d9a94f5a, 0x85676696d7fb7e2d, 0xcf2794e0277187b7, 0x18765564cd99a68d,
        0xcbc9466e58fee3ce, 0xab0200f58b01d137, 0x93f5f5799a932462, 0x9e0082df0ba9e4b0, 0x7a5dbbc594ddb9f3, 0xf4b32f46226bada7,
        0x751e8fbc860ee5fb, 0x14ea5627c0843d90, 0xf723ca908e7af2ee, 0xa129ca6149be45e5, 0x3f2acc7f57c29bdb, 0x699ae9f52cbe4794,
        0x4bc1b3f0968dd39c, 0xbb6dc91da77961bd, 0xbed65cf21aa2ee98, 0xd0f2cbb02e3b67c7, 0x93536795e3a33e88, 0xa80c038ccd5ccec8,
        0xb8ad50c6f649af94, 0xbce192de8a85b8ea, 0x17d835b85bbb15f3, 0x2f2e6163076bcfad, 0xde4daaaca71dc9a5, 0xa6a2506687956571,
        0xad87a3535c49ef28, 0x32d892fad841c342, 0x7127512f72f27cce, 0xa7f32346f95978e3, 0x12e0b01abb051238, 0x15e034d40fa197ae,
        0x314dffbe0815a3b4, 0x027990f029623981, 0xcadcd4e59ef40c4d, 0x9abfd8766a33735c, 0x0e3ea96b5304a7d0, 0xad0c42d6fc585992,
        0x187306c89bc215a9, 0xd4a60abcf3792b95, 0xf935451de4f21df2, 0xa9538f0419755787, 0xdb9acddff56ca510, 0xd06c98cd5c0975eb,
        0xe612a3cb9ecba951, 0xc766e62cfcadaf96, 0xee64435a9752fe72, 0xa192d576b245165a, 0x0a8787bf8ecb74b2, 0x81b3e73d20b49b6f,
        0x7fa8220ba3b2ecea, 0x245731c13ca42499, 0xb78dbfaf3a8d83bd, 0xea1ad565322a1a0b, 0x60e61c23a3795013, 0x6606d7e446282b93,
        0x6ca4ecb15c5f91e1, 0x9f626da15c9625f3, 0xe51b38608ef25f57, 0x958a324ceb064572,
    ];

    [Fact]
    public void The_vectors_of_the_reference_implementation_hold()
    {
        var bytes = Enumerable.Range(0, 64).Select(i => (byte)i).ToArray();
        var hash = SipHash.FromKey(bytes.AsSpan(0, 16));

        Assert.Equal(Reference, Enumerable.Range(0, 64).Select(n => hash.Of(bytes.AsSpan(0, n))));
    }

    // Random keys and messages, computed by OpenSSL: openssl mac -macopt hexkey:KEY -macopt size:8 -in FILE SIPHASH
    [Theory]
    [InlineData("457c769f39d8644199c0e5bdbcfbc85b", "", "696012364fff0558")]
    [InlineData("37ce91cbde1fc1b0ea6b44f130436dd7", "bd", "337c8da5dd34cb5f")]
    [InlineData("9e8ceba6a07d1dec25b1b087efe26c07", "ff0d21d70b3377", "40676a7e69dd2dff")]
    [InlineData("7738a5c674d37ff136eac13f553223a6", "3841460d3b6aa1e6", "f12f8a9aaf480ff0")]
    [InlineData("8d682728f610fb1c7fd92d5fa2e81478", "007152dea8651f3f61", "8fdd98589eb08cd4")]
    [InlineData("68e9338b87fe1a1a45cfed925923d43f", "99735b0320db2ebba29a7b376c967c681d288c47b1829c2e219c95eacc11de", "d80246fa2d41ab20")]
    [InlineData(
        "459506c4f129b2635ed2db28768b0dc3",
        "57d311cc481e6a12ea4286231c69309e4b5e119e7ec0e071665c6f207889da2130517400b918ebf8aa6114dfb2335c01fbee9e35ab3c0ac619c62937bfe3caf537f3"
        + "7ffb5991752a801d56df0cba9e2a5de70f4aba744b50f26b23f62869ea32968c0a8a",
        "4f8aa2e9d589855b")]
    public void It_agrees_with_OpenSSL(string key, string message, string expected)
    {
        var hash = SipHash.FromKey(Convert.FromHexString(key)).Of(Convert.FromHexString(message));

        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, hash);
        Assert.Equal(expected, Convert.ToHexStringLower(bytes));
    }

    [Fact]
    public void Hashing_allocates_nothing()
    {
        var hash = new SipHash(1, 2);
        Span<byte> data = stackalloc byte[36];
        var sum = hash.Of(data);
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 1_000; i++)
        {
            sum ^= hash.Of(data);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.NotEqual(0UL, sum | 1);
    }
}

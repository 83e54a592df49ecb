using Haldane.Core.Ledger;

namespace Haldane.Core.Tests.Ledger;

public sealed class LedgerKeyTests
{
    // RFC 8032, test 1. The other two were computed with `openssl pkey` and `sha256sum`.
    private const string Hex = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    private const string Pem = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----";

    private static readonly LedgerKey Key = LedgerKey.OfHex(Hex)!;

    [Fact]
    public void Its_forms_are_those_of_other_programs()
    {
        Assert.Equal(Pem, Key.Pem);
        Assert.Equal("06e3fd8fda29bb60ab59557de61edb0aecdb231134be30e75b455f8e1b792fa9", Key.Fingerprint);
        Assert.Equal(Convert.FromHexString(Hex), Key.ToBytes());
    }

    [Theory]
    [InlineData("")]
    [InlineData("Noted on 4 March:\r\n\r\n")]
    public void A_key_is_read_from_what_stands_around_it(string before) => Assert.Equal(Key, LedgerKey.OfPem(before + Pem.Replace("\n", "\r\n", StringComparison.Ordinal) + "\nbye\n"));

    [Theory]
    [InlineData("")]
    [InlineData("MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=")]
    [InlineData("-----BEGIN PRIVATE KEY-----\nMCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PRIVATE KEY-----")]
    [InlineData("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VuAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n-----END PUBLIC KEY-----")] // X25519
    [InlineData("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----")]
    public void What_is_no_key_is_none(string text) => Assert.Null(LedgerKey.OfPem(text));

    [Theory]
    [InlineData("d75a")]
    [InlineData("g75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")]
    public void Hex_that_is_no_key_is_none(string hex) => Assert.Null(LedgerKey.OfHex(hex));

    [Fact]
    public void A_key_has_32_bytes() => Assert.Throws<ArgumentException>(() => LedgerKey.Of(new byte[31]));
}

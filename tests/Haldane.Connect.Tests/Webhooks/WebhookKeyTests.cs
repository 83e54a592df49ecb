using System.Security.Cryptography;
using Haldane.Connect.Webhooks;

namespace Haldane.Connect.Tests.Webhooks;

public sealed class WebhookKeyTests
{
    // The example that the Standard Webhooks project publishes and holds its libraries to.
    private const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    [Fact]
    public void The_published_example_comes_out_as_published() => Assert.Equal(
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        WebhookKey.Read(Secret).Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, """{"test": 2432232314}"""u8));

    [Fact]
    public void Id_time_body_and_key_each_count()
    {
        var key = WebhookKey.Read(Secret);
        var other = WebhookKey.Read("whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(64)));

        string[] signatures = [key.Sign("a", 1, "x"u8), key.Sign("b", 1, "x"u8), key.Sign("a", 2, "x"u8), key.Sign("a", 1, "y"u8), other.Sign("a", 1, "x"u8)];

        Assert.Equal(5, signatures.Distinct().Count());
        Assert.Equal(signatures[0], key.Sign("a", 1, "x"u8));
    }

    [Theory]
    [InlineData("")]
    [InlineData("geheim")]
    [InlineData("whsec_")]
    [InlineData("whsec_geheim!")]
    [InlineData("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [InlineData("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS=")]
    public void What_is_no_key_is_refused_without_being_repeated(string text)
    {
        var thrown = Assert.Throws<FormatException>(() => WebhookKey.Read(text));

        Assert.Contains("wanted is whsec_ and the base64 of 24 to 64 bytes", thrown.Message, StringComparison.Ordinal);
        Assert.True(text.Length < 7 || !thrown.Message.Contains(text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(23, false)]
    [InlineData(24, true)]
    [InlineData(64, true)]
    [InlineData(65, false)]
    [InlineData(66, false)]
    [InlineData(67, false)]
    public void A_key_has_24_to_64_bytes(int bytes, bool isFit)
    {
        var read = Record.Exception(() => WebhookKey.Read("whsec_" + Convert.ToBase64String(new byte[bytes])));

        Assert.Equal(isFit, read is null);
    }
}

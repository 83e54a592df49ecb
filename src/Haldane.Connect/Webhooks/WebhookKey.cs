using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Haldane.Connect.Webhooks;

/// <summary>The key that a receiver and we share, and the signatures made with it.</summary>
/// <remarks>Standard Webhooks 1.0.0, symmetric signatures: <c>v1,</c> and the base64 of HMAC-SHA256 over <c>ID.TIMESTAMP.BODY</c>. Any thread.</remarks>
internal sealed class WebhookKey
{
    private const string Prefix = "whsec_";
    private const int LeastBytes = 24, MostBytes = 64;

    private readonly byte[] _key;

    private WebhookKey(byte[] key) => _key = key;

    /// <summary>Reads <c>whsec_</c> and the base64 of 24 to 64 bytes.</summary>
    /// <exception cref="FormatException">It is something else; the message does not repeat it.</exception>
    public static WebhookKey Read(string text)
    {
        var key = new byte[MostBytes + 2]; // what base64 of one byte too many may need
        return text.StartsWith(Prefix, StringComparison.Ordinal) && Convert.TryFromBase64String(text[Prefix.Length..], key, out var length) && length is >= LeastBytes and <= MostBytes
            ? new(key[..length])
            : throw new FormatException($"is no key of a webhook: wanted is {Prefix} and the base64 of {LeastBytes} to {MostBytes} bytes, e.g. from: echo {Prefix}$(openssl rand -base64 32)");
    }

    /// <summary>The value of <c>webhook-signature</c>.</summary>
    /// <param name="id">The message's id.</param>
    /// <param name="timestamp">Seconds since 1970, UTC.</param>
    /// <param name="body">The body as it is sent.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }
}

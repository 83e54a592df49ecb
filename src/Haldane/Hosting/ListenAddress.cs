using System.Globalization;
using System.Net;
using Haldane.Console;
using Haldane.Gateway;

namespace Haldane.Hosting;

/// <summary>Reads addresses to listen on, as people write them.</summary>
internal static class ListenAddress
{
    private const string PriorKnowledge = "h2c://", Encrypted = "https://";

    /// <summary>Reads <c>HOST:PORT</c>, <c>h2c://HOST:PORT</c> or <c>https://HOST:PORT</c>.</summary>
    /// <param name="text">As it is written.</param>
    /// <param name="tls">The certificate; null when there is none.</param>
    /// <exception cref="FormatException">Says what is wanted.</exception>
    public static DataAddress Data(string text, TlsFiles? tls) =>
        text.StartsWith(PriorKnowledge, StringComparison.OrdinalIgnoreCase) ? new(Plain(text[PriorKnowledge.Length..]), true)
        : !IsEncrypted(text) ? new(Plain(text), false)
        : new(Plain(text[Encrypted.Length..]), false) { Tls = Needed(text, tls).Current };

    /// <summary>Reads <c>HOST:PORT</c> or <c>https://HOST:PORT</c>.</summary>
    /// <param name="text">As it is written.</param>
    /// <param name="tls">The certificate; null when there is none.</param>
    /// <exception cref="FormatException">Says what is wanted.</exception>
    public static AdminOptions Admin(string text, TlsFiles? tls) => IsEncrypted(text) ? new(Plain(text[Encrypted.Length..])) { Tls = Needed(text, tls).Current } : new(Plain(text));

    /// <summary>Reads <c>HOST:PORT</c>.</summary>
    /// <exception cref="FormatException">Says what is wanted.</exception>
    public static IPEndPoint Plain(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon > 0
            && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            && port <= IPEndPoint.MaxPort
            && Host(text[..colon]) is { } host)
        {
            return new(host, port);
        }

        throw new FormatException($"address \"{text}\": wanted is HOST:PORT with an IP address or localhost, e.g. 127.0.0.1:8080 or [::1]:8080");
    }

    private static bool IsEncrypted(string text) => text.StartsWith(Encrypted, StringComparison.OrdinalIgnoreCase);

    private static TlsFiles Needed(string text, TlsFiles? tls) => tls ?? throw new FormatException($"address \"{text}\": wanted are --tls-certificate and --tls-key too");

    private static IPAddress? Host(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.TryParse(host.Trim('[', ']'), out var address) ? address
        : null;
}

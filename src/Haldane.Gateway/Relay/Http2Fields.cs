using System.Buffers;

namespace Haldane.Gateway.Relay;

/// <summary>What RFC 9113, section 8.2, forbids in a request's fields and Kestrel lets pass.</summary>
internal static class Http2Fields
{
    // RFC 9110, section 5.6.2. Kestrel gives the names that it knows with capitals, and refuses capitals itself.
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    /// <summary>Whether a request has a field that HTTP/2 does not know: one of HTTP/1.1's framing, or with a name that is none.</summary>
    public static bool AreMalformed(HttpRequest request)
    {
        if (!HttpProtocol.IsHttp2(request.Protocol))
        {
            return false;
        }

        if (request.Headers.TransferEncoding.Count > 0)
        {
            return true;
        }

        foreach (var (name, _) in request.Headers)
        {
            if (name.AsSpan().ContainsAnyExcept(NameCharacters))
            {
                return true;
            }
        }

        return false;
    }
}

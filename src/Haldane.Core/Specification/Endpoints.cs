namespace Haldane.Core.Specification;

/// <summary>Checks the addresses of model servers.</summary>
internal static class Endpoints
{
    private static readonly string[] Schemes = ["http", "https", "h2c"];

    /// <summary>Null if the address is right, else what to change.</summary>
    public static string? Check(string text)
    {
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon < 0)
        {
            return "begin it with http://";
        }

        if (!Schemes.Contains(text[..colon]))
        {
            return "the schemes are http, https and h2c (HTTP/2 without TLS)";
        }

        var authority = text.AsSpan(colon + 3);
        if (authority.Contains('@'))
        {
            return "leave out the user and the password";
        }

        var end = authority.IndexOfAny("/?#\\");
        if (end >= 0)
        {
            return $"the path comes from the caller's request, leave out \"{Yaml.Clip.Plain(authority[end..].ToString())}\"";
        }

        var isWhole = Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Host.Length > 0 && !authority.ContainsAny(" \t\n\r*");
        return !isWhole ? "the host or port cannot be right" : uri!.Port == 0 ? "the port is from 1 to 65535" : null;
    }

    /// <summary>The same for all spellings of one address.</summary>
    public static string Key(string text) =>
        Check(text) is null && Uri.TryCreate(text, UriKind.Absolute, out var uri)
            ? $"{uri.Scheme}://{uri.IdnHost.ToUpperInvariant()}:{(uri.Port < 0 ? 80 : uri.Port)}"
            : text;
}

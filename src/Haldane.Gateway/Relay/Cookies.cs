namespace Haldane.Gateway.Relay;

/// <summary>Finds a cookie in a Cookie field (RFC 6265, section 4.2.1).</summary>
internal static class Cookies
{
    /// <summary>The value of the first cookie of a name, as it stands there; empty without one.</summary>
    public static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> field, ReadOnlySpan<byte> name)
    {
        foreach (var range in field.Split((byte)';'))
        {
            var cookie = field[range].Trim(" \t"u8);
            if (cookie.Length > name.Length && cookie[name.Length] == (byte)'=' && cookie.StartsWith(name))
            {
                return cookie[(name.Length + 1)..].Trim("\""u8);
            }
        }

        return default;
    }
}

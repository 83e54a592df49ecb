using System.Text;

namespace Haldane.Gateway.Routing;

/// <summary>A path as routes are matched: percent signs resolved and dot segments removed (RFC 3986, section 5.2.4), so that no way of writing a path leads past its route.</summary>
internal static class PlainPath
{
    /// <summary>Whether a path is plain as it stands.</summary>
    public static bool Is(ReadOnlySpan<byte> path) => path.IndexOf((byte)'%') < 0 && path.IndexOf("/."u8) < 0;

    /// <summary>The plain form; an encoded slash stays encoded, as it separates nothing.</summary>
    public static string Of(ReadOnlySpan<byte> path)
    {
        var resolved = new byte[path.Length];
        var length = 0;
        for (var i = 0; i < path.Length; i++)
        {
            if (path[i] == '%' && i + 2 < path.Length && Digit(path[i + 1]) is >= 0 and var high && Digit(path[i + 2]) is >= 0 and var low && 16 * high + low is not ('/' or 0))
            {
                resolved[length++] = (byte)(16 * high + low);
                i += 2;
            }
            else
            {
                resolved[length++] = path[i];
            }
        }

        var kept = new List<string>();
        string[] segments = Encoding.UTF8.GetString(resolved, 0, length).Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            var isLast = i == segments.Length - 1;
            switch (segments[i])
            {
                case "..":
                    if (kept.Count > 0)
                    {
                        kept.RemoveAt(kept.Count - 1);
                    }

                    break;
                case ".":
                    break;
                default:
                    kept.Add(segments[i]);
                    continue;
            }

            if (isLast)
            {
                kept.Add("");
            }
        }

        return "/" + string.Join('/', kept);
    }

    private static int Digit(byte b) => b switch
    {
        >= (byte)'0' and <= (byte)'9' => b - '0',
        >= (byte)'a' and <= (byte)'f' => b - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => b - 'A' + 10,
        _ => -1,
    };
}

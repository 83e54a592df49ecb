using System.Globalization;

namespace Haldane.Gateway.Copies;

/// <summary>A few JSON pointers (RFC 6901) where <c>*</c> as a step stands for any: tells whether a place is one of theirs, or lies below one.</summary>
/// <remarks>Immutable.</remarks>
internal sealed class JsonPaths(IEnumerable<string> pointers)
{
    private const string Any = "*";

    private readonly string[][] _paths = [.. pointers.Select(pointer => pointer.Split('/')[1..].Select(Plain).ToArray())];

    public bool IsEmpty => _paths.Length == 0;

    /// <summary>The step into an array.</summary>
    public static string Step(int index) => index.ToString(CultureInfo.InvariantCulture);

    /// <summary>A place as a pointer.</summary>
    public static string PointerTo(List<string> path) => string.Concat(path.Select(step => "/" + step.Replace("~", "~0").Replace("/", "~1")));

    /// <summary>Whether a place is named.</summary>
    public bool Match(List<string> path)
    {
        foreach (var named in _paths)
        {
            if (named.Length == path.Count && IsAt(named, path))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsAt(string[] named, List<string> path)
    {
        for (var i = 0; i < named.Length; i++)
        {
            if (named[i] != Any && named[i] != path[i])
            {
                return false;
            }
        }

        return true;
    }

    private static string Plain(string step) => step.Replace("~1", "/").Replace("~0", "~");
}

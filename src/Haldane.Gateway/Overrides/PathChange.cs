using System.Text;
using Haldane.Core.Specification;

namespace Haldane.Gateway.Overrides;

/// <summary>Another path for a request. Immutable.</summary>
internal sealed class PathChange
{
    private readonly byte[]? _from;
    private readonly byte[] _to;
    private readonly string? _fromText;
    private readonly string _toText;

    public PathChange(PathSpec spec)
    {
        (_fromText, _toText) = (spec.From?.TrimEnd('/'), spec.From is null ? spec.To : spec.To.TrimEnd('/'));
        (_from, _to) = (_fromText is null ? null : Encoding.ASCII.GetBytes(_fromText), Encoding.ASCII.GetBytes(_toText));
    }

    /// <summary>What comes in the place of a path's beginning.</summary>
    /// <param name="path">As it stands in a request's target, percent signs and all.</param>
    /// <param name="replaced">How much of it is replaced.</param>
    public ReadOnlySpan<byte> BeginningOf(ReadOnlySpan<byte> path, out int replaced)
    {
        replaced = 0;
        if (path is not [(byte)'/', ..])
        {
            return default;
        }

        if (_from is null)
        {
            replaced = path.Length;
            return _to;
        }

        if (!Routing.PlainPath.Is(path))
        {
            return OfResolved(path, out replaced);
        }

        if (!Begins(path))
        {
            return default;
        }

        replaced = _from.Length;
        return _to.Length == 0 && replaced == path.Length ? "/"u8 : _to;
    }

    /// <summary>The path in the place of one that is resolved already; null when it stays.</summary>
    public string? Of(string path)
    {
        if (_fromText is null)
        {
            return _toText;
        }

        var begins = path.StartsWith(_fromText, StringComparison.Ordinal) && (path.Length == _fromText.Length || path[_fromText.Length] == '/');
        return !begins ? null : _toText + path[_fromText.Length..] is { Length: > 0 } changed ? changed : "/";
    }

    private bool Begins(ReadOnlySpan<byte> path) => path.StartsWith(_from) && (path.Length == _from!.Length || path[_from.Length] == '/');

    // No way of writing a path leads past its change, as none leads past its route. What is not replaced keeps its spelling.
    private ReadOnlySpan<byte> OfResolved(ReadOnlySpan<byte> path, out int replaced)
    {
        replaced = 0;
        if (!Begins(Encoding.UTF8.GetBytes(Routing.PlainPath.Of(path))))
        {
            return default;
        }

        var kept = new List<string>();
        string[] segments = Encoding.Latin1.GetString(path).Split('/');
        for (var i = 1; i < segments.Length; i++)
        {
            var plain = Routing.PlainPath.Of(Encoding.Latin1.GetBytes("/x" + segments[i]))[2..];
            if (plain == ".." && kept.Count > 0)
            {
                kept.RemoveAt(kept.Count - 1);
            }

            if (plain is not ("." or ".."))
            {
                kept.Add(segments[i]);
            }
            else if (i == segments.Length - 1)
            {
                kept.Add("");
            }
        }

        replaced = path.Length;
        var rest = string.Concat(kept.Skip(_fromText!.Count(static c => c == '/')).Select(static s => "/" + s));
        return Encoding.Latin1.GetBytes(_toText + rest is { Length: > 0 } changed ? changed : "/");
    }
}

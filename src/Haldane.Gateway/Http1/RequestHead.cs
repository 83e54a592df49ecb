using System.Text;

namespace Haldane.Gateway.Http1;

/// <summary>The head of a request (RFC 9112, section 3).</summary>
internal sealed class RequestHead : MessageHead
{
    /// <summary>Longer targets are a fault.</summary>
    public const int LongestTarget = 8 * 1024;

    private int _methodLength;
    private int _target;
    private int _targetLength;
    private int _pathLength;

    public ReadOnlySpan<byte> Method => Bytes[.._methodLength];

    /// <summary>Path and query; "*" for a question about the server.</summary>
    public ReadOnlySpan<byte> Target => Bytes.Slice(_target, _targetLength);

    /// <summary>The target up to its query.</summary>
    public ReadOnlySpan<byte> Path => Bytes.Slice(_target, _pathLength);

    public ReadOnlySpan<byte> Host => Fields.ValueOf(Bytes, "host"u8);

    public bool IsGet => Method.SequenceEqual("GET"u8);

    public bool IsHead => Method.SequenceEqual("HEAD"u8);

    public bool IsPost => Method.SequenceEqual("POST"u8);

    public bool IsConnect => Method.SequenceEqual("CONNECT"u8);

    /// <summary>Whether the sender may send it again without harm (RFC 9110, section 9.2.1).</summary>
    public bool IsSafe => IsGet || IsHead || Method.SequenceEqual("OPTIONS"u8);

    /// <summary>Whether a body follows.</summary>
    public bool HasBody => Fields.IsChunked || Fields.ContentLength > 0;

    /// <inheritdoc/>
    public override void Clear()
    {
        base.Clear();
        (_methodLength, _target, _targetLength, _pathLength, IsHttp10) = (0, 0, 0, 0, false);
    }

    /// <inheritdoc/>
    protected override HeadFault ReadStart(ReadOnlySpan<byte> line)
    {
        var space = line.IndexOf(HttpSyntax.Space);
        var last = line.LastIndexOf(HttpSyntax.Space);
        if (space < 1 || last == space || !HttpSyntax.IsToken(line[..space]))
        {
            return HeadFault.RequestLine;
        }

        var version = line[(last + 1)..];
        IsHttp10 = version.SequenceEqual("HTTP/1.0"u8);
        if (!IsHttp10 && !version.SequenceEqual("HTTP/1.1"u8))
        {
            return version.StartsWith("HTTP/"u8) ? HeadFault.Version : HeadFault.RequestLine;
        }

        (_methodLength, _target, _targetLength) = (space, space + 1, last - space - 1);
        if (_targetLength > LongestTarget)
        {
            return HeadFault.TargetTooLong;
        }

        return HttpSyntax.IsTarget(Target) ? HeadFault.None : HeadFault.Target;
    }

    /// <inheritdoc/>
    protected override HeadFault Check()
    {
        if (Fields.Hosts != 1)
        {
            // HTTP/1.0 knew no Host field.
            if (Fields.Hosts > 1 || !IsHttp10)
            {
                return Fields.Hosts == 0 ? HeadFault.NoHost : HeadFault.RepeatedHost;
            }
        }
        else if (!HttpSyntax.IsHost(Host))
        {
            return HeadFault.Host;
        }

        if (Fields.IsChunked && IsHttp10)
        {
            return HeadFault.ChunkedBeforeHttp11;
        }

        if (Fields.ExpectsMore)
        {
            return HeadFault.Expectation;
        }

        return ReadTarget();
    }

    private HeadFault ReadTarget()
    {
        var target = Target;
        if (target[0] != '/')
        {
            if (target.SequenceEqual("*"u8))
            {
                _pathLength = 1;
                return Method.SequenceEqual("OPTIONS"u8) ? HeadFault.None : HeadFault.Target;
            }

            if (IsConnect)
            {
                // A tunnel: whoever serves it looks at the authority.
                _pathLength = _targetLength;
                return Ascii.EqualsIgnoreCase(target, Host) ? HeadFault.None : HeadFault.TargetNotHost;
            }

            var fault = ReadAbsolute(target);
            if (fault != HeadFault.None)
            {
                return fault;
            }
        }

        var query = Target.IndexOf((byte)'?');
        _pathLength = query < 0 ? _targetLength : query;
        return HeadFault.None;
    }

    // "http://host/path?query": the host has to be the Host field's, the rest is the target (RFC 9112, section 3.2.2).
    private HeadFault ReadAbsolute(ReadOnlySpan<byte> target)
    {
        var scheme = target.IndexOf("://"u8);
        if (scheme < 0 || !(Ascii.EqualsIgnoreCase(target[..scheme], "http"u8) || Ascii.EqualsIgnoreCase(target[..scheme], "https"u8)))
        {
            return HeadFault.Target;
        }

        var authority = target[(scheme + 3)..];
        var path = authority.IndexOfAny((byte)'/', (byte)'?');
        var host = path < 0 ? authority : authority[..path];
        if (!Ascii.EqualsIgnoreCase(host, Host))
        {
            return HeadFault.TargetNotHost;
        }

        if (path < 0)
        {
            // No path means "/": the second one of "://" is as good as any.
            (_target, _targetLength) = (_target + scheme + 2, 1);
            return HeadFault.None;
        }

        var skipped = scheme + 3 + path;
        (_target, _targetLength) = (_target + skipped, _targetLength - skipped);
        return authority[path] == '/' ? HeadFault.None : HeadFault.Target;
    }
}

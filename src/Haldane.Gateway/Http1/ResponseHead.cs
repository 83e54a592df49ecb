namespace Haldane.Gateway.Http1;

/// <summary>The head of a response (RFC 9112, section 4).</summary>
internal sealed class ResponseHead : MessageHead
{
    private int _reason;
    private int _startLength;

    public int Status { get; private set; }

    /// <summary>May be empty.</summary>
    public ReadOnlySpan<byte> Reason => _reason < _startLength ? Bytes[_reason.._startLength] : default;

    /// <summary>Whether another head follows: 1xx but for 101.</summary>
    public bool IsInterim => Status is >= 100 and < 200 and not 101;

    /// <summary>How the body ends (RFC 9112, section 6.3).</summary>
    /// <param name="toHead">Whether it answers a HEAD request.</param>
    public BodyFraming FramingOf(bool toHead)
    {
        if (toHead || Status is < 200 or 204 or 304)
        {
            return BodyFraming.None;
        }

        return Fields.IsChunked ? BodyFraming.Chunked : Fields.ContentLength >= 0 ? BodyFraming.Length : BodyFraming.UntilClose;
    }

    /// <inheritdoc/>
    public override void Clear()
    {
        base.Clear();
        (Status, _reason, _startLength, IsHttp10) = (0, 0, 0, false);
    }

    /// <inheritdoc/>
    protected override HeadFault ReadStart(ReadOnlySpan<byte> line)
    {
        const int WithStatus = 12; // "HTTP/1.1 200"
        _startLength = line.Length;
        if (line.Length < WithStatus || !line.StartsWith("HTTP/1."u8) || line[8] != HttpSyntax.Space)
        {
            return HeadFault.StatusLine;
        }

        IsHttp10 = line[7] == '0';
        if (!IsHttp10 && line[7] != '1')
        {
            return HeadFault.Version;
        }

        if (!HttpSyntax.TryParseLength(line[9..WithStatus], out var status) || status < 100
            || (line.Length > WithStatus && line[WithStatus] != HttpSyntax.Space)
            || !HttpSyntax.IsFieldValue(line[WithStatus..]))
        {
            return HeadFault.StatusLine;
        }

        (Status, _reason) = ((int)status, WithStatus + 1);
        return HeadFault.None;
    }

    /// <inheritdoc/>
    protected override HeadFault Check() => Fields.IsChunked && IsHttp10 ? HeadFault.ChunkedBeforeHttp11 : HeadFault.None;
}

/// <summary>How a body ends.</summary>
internal enum BodyFraming
{
    None,
    Length,
    Chunked,
    UntilClose,
}

using Haldane.Gateway.Overrides;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Http1;

/// <summary>A caller's request as a version with an override gets it.</summary>
/// <remarks>Belongs to a caller's connection or a worker of copies, which uses it for request after request. Owns its pooled buffers until disposed.</remarks>
internal sealed class ChangedRequest(RequestHead request) : IDisposable
{
    private readonly BodyEdit _edit = new();
    private VersionOverride _change = null!;

    /// <summary>The edit of the body; null when the body stays as it is.</summary>
    public BodyEdit? Edit { get; private set; }

    /// <summary>Whether the request could not be changed because its body is packed.</summary>
    public bool IsPacked { get; private set; }

    /// <summary>Begins with a request.</summary>
    /// <param name="change">What is changed.</param>
    /// <returns>Whether it can be, as far as the head tells.</returns>
    public bool Begin(VersionOverride change)
    {
        (_change, Edit, IsPacked) = (change, null, false);
        var fields = new RequestFields(request, default);
        if (!request.HasBody || change.EditsOf(fields) is not { } edits)
        {
            return true;
        }

        IsPacked = VersionOverride.IsPacked(fields);
        Edit = _edit;
        return !IsPacked && _edit.Begin(edits, fields.ValueOf(VersionOverride.JsonLength));
    }

    /// <summary>Writes the head, and the body if it was edited as a whole.</summary>
    /// <param name="upstream">Where to.</param>
    /// <param name="endpoint">Whose address the request bears.</param>
    /// <param name="streams">Whether the body, or the rest of it, is still to come.</param>
    /// <param name="length">The length of the caller's body where it is there as a whole.</param>
    /// <param name="ours">Lines that are neither the caller's nor the override's.</param>
    /// <returns>Whether that body is to be sent as it came.</returns>
    public bool Write(UpstreamConnection upstream, UpstreamEndpoint endpoint, bool streams, long length, ReadOnlySpan<byte> ours = default)
    {
        const int Framing = 192;
        var replaced = 0;
        var path = _change.Path is null ? default : _change.Path.BeginningOf(request.Path, out replaced);
        var to = new HeadWriter(upstream.ToSend(HeadWriter.MostFor(request, endpoint.Host.Length + path.Length + _change.Lines.Length + ours.Length + Framing)));
        to.WriteStart(request.Method, path, request.Target[replaced..], endpoint.Host);
        to.WriteEndToEnd(request, _change, Edit is not null);
        to.Write(ours);
        WriteFraming(ref to, streams, length);
        to.Write("\r\n"u8);
        upstream.Wrote(to.Length);
        if (Edit is null || streams)
        {
            return !streams;
        }

        var ready = Edit.Ready.Span;
        ready.CopyTo(upstream.ToSend(ready.Length));
        upstream.Wrote(ready.Length);
        return false;
    }

    /// <summary>Ends with a request: large buffers go back.</summary>
    public void Rest() => _edit.Rest();

    public void Dispose() => _edit.Dispose();

    private void WriteFraming(ref HeadWriter to, bool streams, long length)
    {
        if (Edit is null)
        {
            to.WriteFraming(request.Fields.IsChunked && streams, request.Fields.IsChunked ? length : request.Fields.ContentLength);
            return;
        }

        if (Edit.HasBinary)
        {
            to.Write("Inference-Header-Content-Length: "u8);
            to.Write(Edit.JsonLength);
            to.Write("\r\n"u8);
        }

        var after = streams ? Edit.LengthOf(request.Fields.ContentLength) : Edit.Ready.Length;
        to.WriteFraming(after < 0, after);
    }
}

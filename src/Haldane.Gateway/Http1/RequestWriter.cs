using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Http1;

/// <summary>Writes a request as a version without an override gets it.</summary>
internal static class RequestWriter
{
    /// <summary>Writes the head.</summary>
    /// <param name="upstream">Where to.</param>
    /// <param name="endpoint">Whose address the request bears.</param>
    /// <param name="request">The caller's.</param>
    /// <param name="isChunked">Whether the body comes in chunks.</param>
    /// <param name="length">Else its length; below 0 for none.</param>
    /// <param name="ours">Lines that are not the caller's.</param>
    public static void WriteHead(UpstreamConnection upstream, UpstreamEndpoint endpoint, RequestHead request, bool isChunked, long length, ReadOnlySpan<byte> ours = default)
    {
        const int Framing = 128;
        var to = new HeadWriter(upstream.ToSend(HeadWriter.MostFor(request, endpoint.Host.Length + ours.Length + Framing)));
        to.WriteStart(request.Method, default, request.Target, endpoint.Host);
        to.WriteEndToEnd(request);
        to.Write(ours);
        to.WriteFraming(isChunked, length);
        to.Write("\r\n"u8);
        upstream.Wrote(to.Length);
    }
}

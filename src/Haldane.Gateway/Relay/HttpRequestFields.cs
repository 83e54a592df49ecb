using System.Buffers;
using System.Text;

namespace Haldane.Gateway.Relay;

/// <summary>The head of a request that Kestrel has read.</summary>
internal readonly struct HttpRequestFields(HttpRequest request, ReadOnlySequence<byte> body) : IRequestFields
{
    public bool IsPost => HttpMethods.IsPost(request.Method);

    public bool IsSafe => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method);

    public ReadOnlySpan<byte> ValueOf(FieldName name) => Encoding.UTF8.GetBytes((string?)request.Headers[name.Text] ?? "");

    public ReadOnlySpan<byte> Path => Encoding.UTF8.GetBytes(request.Path.Value ?? "");

    public ReadOnlySequence<byte> Body => body;
}

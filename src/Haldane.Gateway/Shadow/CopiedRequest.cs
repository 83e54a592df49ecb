using System.Buffers;
using System.Text;
using Haldane.Gateway.Http1;
using Microsoft.AspNetCore.Http.Features;

namespace Haldane.Gateway.Shadow;

/// <summary>Writes a caller's request into a copy, however it was read: what is meant for the other end, credentials included.</summary>
internal static class CopiedRequest
{
    /// <summary>Tells the model server that nobody will see its answer.</summary>
    public const string Field = "x-haldane-shadow";

    /// <summary>Writes a request that the relay has read itself.</summary>
    /// <returns>Whether there was room.</returns>
    public static bool TryWrite(ShadowCopy copy, RequestHead head, in ReadOnlySequence<byte> body)
    {
        copy.Start(head.Method, head.Target);
        foreach (ref readonly var field in head.Fields.All)
        {
            if (field.Kind == FieldKind.EndToEnd)
            {
                copy.AddFields(head.Bytes[field.Name..(field.Value + field.ValueLength)]);
                copy.AddFields("\r\n"u8);
            }
        }

        return copy.TryTake(body);
    }

    /// <summary>Writes a request that Kestrel has read.</summary>
    /// <returns>Whether there was room.</returns>
    public static bool TryWrite(ShadowCopy copy, HttpRequest request, ReadOnlyMemory<byte> body)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget is { Length: > 0 } raw ? raw : request.Path + request.QueryString.ToString();
        copy.Start(Encoding.ASCII.GetBytes(request.Method), Encoding.ASCII.GetBytes(target));
        var named = request.Headers.Connection.ToString();
        foreach (var (name, values) in request.Headers)
        {
            if (name.StartsWith(':') || FieldKinds.Of(Encoding.ASCII.GetBytes(name)) != FieldKind.EndToEnd || named.Contains(name, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var value in values)
            {
                copy.AddFields(Encoding.UTF8.GetBytes($"{name}: {value}\r\n"));
            }
        }

        return copy.TryTake(new(body));
    }
}

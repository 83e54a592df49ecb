using System.Buffers;
using System.Text;
using Haldane.Gateway.Http1;
using Microsoft.AspNetCore.Http.Features;

namespace Haldane.Gateway.Copies;

/// <summary>Writes a caller's request into a copy, however it was read: what is meant for the other end, credentials included.</summary>
internal static class CopiedRequest
{
    /// <summary>Tells the model server that nobody will see its answer.</summary>
    public const string Field = "x-haldane-shadow";

    /// <summary>The same as a line of a head.</summary>
    public static ReadOnlySpan<byte> Line => "x-haldane-shadow: 1\r\n"u8;

    /// <summary>Writes a request that the relay has read itself.</summary>
    /// <returns>Whether there was room.</returns>
    public static bool TryWrite(ExchangeCopy copy, RequestHead head, in ReadOnlySequence<byte> body)
    {
        Begin(copy, head.Method, head.Target);
        foreach (ref readonly var field in head.Fields.All)
        {
            if (field.Kind == FieldKind.EndToEnd)
            {
                copy.Add(head.Bytes[field.Name..(field.Value + field.ValueLength)]);
                copy.Add("\r\n"u8);
            }
        }

        return TryEnd(copy, head.IsPost, body);
    }

    /// <summary>Writes a request that Kestrel has read.</summary>
    /// <returns>Whether there was room.</returns>
    public static bool TryWrite(ExchangeCopy copy, HttpRequest request, ReadOnlyMemory<byte> body)
    {
        var target = request.HttpContext.Features.Get<IHttpRequestFeature>()?.RawTarget is ['/', ..] raw ? raw : request.Path + request.QueryString.ToString();
        Begin(copy, Encoding.ASCII.GetBytes(request.Method), Encoding.ASCII.GetBytes(target));
        var named = request.Headers.Connection.ToString();
        foreach (var (name, values) in request.Headers)
        {
            if (name.StartsWith(':') || FieldKinds.Of(Encoding.ASCII.GetBytes(name)) != FieldKind.EndToEnd || named.Contains(name, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            foreach (var value in values)
            {
                copy.Add(Encoding.UTF8.GetBytes($"{name}: {value}\r\n"));
            }
        }

        return TryEnd(copy, HttpMethods.IsPost(request.Method), new(body));
    }

    // Who it is for, and that it is a copy, is written when it is sent.
    private static void Begin(ExchangeCopy copy, ReadOnlySpan<byte> method, ReadOnlySpan<byte> target)
    {
        copy.Begin();
        copy.Add(method);
        copy.Add(" "u8);
        copy.Add(target);
        copy.Add(" HTTP/1.1\r\nHost: copy\r\n"u8);
    }

    private static bool TryEnd(ExchangeCopy copy, bool isPost, in ReadOnlySequence<byte> body)
    {
        const int LongestFraming = 64;
        var framing = new HeadWriter(stackalloc byte[LongestFraming]);
        framing.WriteFraming(isChunked: false, body.IsEmpty && !isPost ? -1 : body.Length);
        copy.Add(framing.Written);
        copy.Add("\r\n"u8);
        return copy.TryTake(body);
    }
}

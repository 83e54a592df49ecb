using System.Buffers;
using System.Text;
using Haldane.Gateway.Relay;
using Haldane.Gateway.Routing;

namespace Haldane.Gateway.Http1;

/// <summary>The head of a request that the relay has read itself.</summary>
internal readonly struct RequestFields(RequestHead head, ReadOnlySequence<byte> body) : IRequestFields
{
    public bool IsPost => head.IsPost;

    public bool IsSafe => head.IsSafe;

    /// <inheritdoc/>
    /// <remarks>Of a repeated field all values, joined by commas (RFC 9110, section 5.3): such a one is rare, and allocates.</remarks>
    public ReadOnlySpan<byte> ValueOf(FieldName name)
    {
        ReadOnlySpan<byte> found = default;
        var times = 0;
        foreach (ref readonly var field in head.Fields.All)
        {
            if (field.NameLength == name.Ascii.Length && Ascii.EqualsIgnoreCase(FieldTable.NameOf(head.Bytes, field), name.Ascii))
            {
                var value = FieldTable.ValueOf(head.Bytes, field);
                found = times++ == 0 ? value : (byte[])[.. found, (byte)',', .. value];
            }
        }

        return found;
    }

    public ReadOnlySpan<byte> Path => PlainPath.Is(head.Path) ? head.Path : Encoding.UTF8.GetBytes(PlainPath.Of(head.Path));

    public ReadOnlySequence<byte> Body => body;
}

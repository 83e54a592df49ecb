using System.Buffers;

namespace Haldane.Gateway.Relay;

/// <summary>What the assignment of a request looks at, however its head was read.</summary>
internal interface IRequestFields
{
    /// <summary>A field's value as it came; empty without one.</summary>
    /// <param name="name">The field's name.</param>
    ReadOnlySpan<byte> ValueOf(FieldName name);

    /// <summary>Whether the method is POST.</summary>
    bool IsPost { get; }

    /// <summary>Whether the method promises to change nothing (RFC 9110, section 9.2.1).</summary>
    bool IsSafe { get; }

    /// <summary>The path, plain: see <see cref="Routing.PlainPath"/>.</summary>
    ReadOnlySpan<byte> Path { get; }

    /// <summary>What of the body is here already; nothing where that is not known.</summary>
    ReadOnlySequence<byte> Body { get; }
}

/// <summary>The name of a field, ready for either way of reading.</summary>
/// <param name="Text">As the specification has it.</param>
internal sealed record FieldName(string Text)
{
    /// <summary>The same in ASCII.</summary>
    public byte[] Ascii { get; } = System.Text.Encoding.ASCII.GetBytes(Text);
}

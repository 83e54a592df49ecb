using System.Buffers;
using System.Text;
using Haldane.Core.Specification;
using Haldane.Gateway.Overrides;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Tests.Overrides;

/// <summary>Shortcuts to edits and their results.</summary>
internal static class Editing
{
    /// <summary>The edits that an override makes to a call.</summary>
    public static ObjectEdits EditsOf(OverrideSpec spec, Protocol protocol = Protocol.Http, string path = "/x") =>
        new VersionOverride(spec, protocol).EditsOf(new Post(path)) ?? throw new ArgumentException("nothing is edited", nameof(spec));

    /// <summary>The edited document; null when it cannot be edited.</summary>
    /// <param name="edits">What is changed.</param>
    /// <param name="document">The document.</param>
    /// <param name="piece">How many bytes come at once.</param>
    public static byte[]? Edited(ObjectEdits edits, byte[] document, int piece)
    {
        using var editor = new JsonEditor();
        using var to = new KeptBytes(16, 1 << 20);
        editor.Begin(edits);
        foreach (var bytes in document.Chunk(piece))
        {
            if (!editor.Write(bytes, to))
            {
                return null;
            }
        }

        return editor.End() ? to.Span.ToArray() : null;
    }

    public static string? Edited(ObjectEdits edits, string document, int piece = int.MaxValue) =>
        Edited(edits, Encoding.UTF8.GetBytes(document), piece) is { } edited ? Encoding.UTF8.GetString(edited) : null;

    internal readonly struct Post(string path) : IRequestFields
    {
        public bool IsPost => true;

        public bool IsSafe => false;

        public ReadOnlySpan<byte> ValueOf(FieldName name) => default;

        public ReadOnlySpan<byte> Path => Encoding.ASCII.GetBytes(path);

        public ReadOnlySequence<byte> Body => default;
    }
}

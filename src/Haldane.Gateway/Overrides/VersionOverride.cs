using System.Text;
using Haldane.Core.Specification;
using Haldane.Gateway.Relay;

namespace Haldane.Gateway.Overrides;

/// <summary>What of a request is changed for a version, compiled for requests. Immutable.</summary>
internal sealed class VersionOverride
{
    /// <summary>How many bytes at the beginning of a body are JSON, before binary tensors (Open Inference Protocol, binary data extension).</summary>
    public static readonly FieldName JsonLength = new("inference-header-content-length");

    // RFC 9530 and its forerunners, besides.
    private static readonly FieldName[] AboutBody = [JsonLength, new("content-digest"), new("repr-digest"), new("digest"), new("content-md5")];

    private static readonly FieldName ContentEncoding = new("content-encoding");

    // By kind of call; null where nothing is edited.
    private readonly ObjectEdits?[] _edits;
    private readonly byte[][] _names;
    private readonly Protocol _protocol;

    public VersionOverride(OverrideSpec spec, Protocol protocol)
    {
        _protocol = protocol;
        _edits = [.. Enum.GetValues<CallKind>().Select(kind => kind == CallKind.Other ? null : Compile(spec, kind))];
        EditsBodies = Array.Exists(_edits, static e => e is not null);
        Path = spec.Path is null ? null : new(spec.Path);
        Headers = [.. spec.Headers.Select(h => KeyValuePair.Create(h.Name, h.Value ?? throw new ArgumentException($"{h.Secret} was not read", nameof(spec))))];
        _names = [.. Headers.Select(h => Encoding.ASCII.GetBytes(h.Key))];
        Lines = Encoding.ASCII.GetBytes(string.Concat(Headers.Select(h => $"{h.Key}: {h.Value}\r\n")));
    }

    /// <summary>Another path; null for the caller's.</summary>
    public PathChange? Path { get; }

    /// <summary>The fields that are set.</summary>
    public KeyValuePair<string, string>[] Headers { get; }

    /// <summary>The same as lines of a head.</summary>
    public byte[] Lines { get; }

    /// <summary>Whether it changes bodies.</summary>
    public bool EditsBodies { get; }

    /// <summary>Whether a caller's field of that name is dropped, because the version gets another.</summary>
    public bool Sets(ReadOnlySpan<byte> name)
    {
        foreach (var own in _names)
        {
            if (AreAlike(name, own))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>How the body of a request is edited; null when it stays as it is.</summary>
    public ObjectEdits? EditsOf<TFields>(scoped in TFields fields)
        where TFields : IRequestFields, allows ref struct => EditsBodies ? _edits[(int)CallKinds.Of(_protocol, fields)] : null;

    /// <summary>Whether a body is packed, so that nobody can edit it.</summary>
    public static bool IsPacked<TFields>(scoped in TFields fields)
        where TFields : IRequestFields, allows ref struct =>
        fields.ValueOf(ContentEncoding) is { IsEmpty: false } coding && !Ascii.EqualsIgnoreCase(coding, "identity"u8);

    /// <summary>Whether a field says something of the caller's body that is not so of an edited one.</summary>
    public static bool IsAboutBody(ReadOnlySpan<byte> name)
    {
        foreach (var field in AboutBody)
        {
            if (AreAlike(name, field.Ascii))
            {
                return true;
            }
        }

        return false;
    }

    // Behind CGI and its heirs, X_Variant is the same name as X-Variant.
    private static bool AreAlike(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        if (one.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < one.Length; i++)
        {
            if (Folded(one[i]) != Folded(other[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static int Folded(byte b) => b is >= (byte)'A' and <= (byte)'Z' ? b | 0x20 : b == '_' ? '-' : b;

    private static ObjectEdits? Compile(OverrideSpec spec, CallKind kind)
    {
        var edits = Below([.. spec.Parameters.Select(p => (p.Steps(), p.Value))], 0);
        if (spec.Model is { } model)
        {
            edits.Insert(0, MemberEdit.Set("model", JsonNames.Quoted(model)));
        }

        if (spec.System is { } system)
        {
            var prompt = JsonNames.Quoted(system);
            switch (kind)
            {
                case CallKind.Messages:
                    edits.Add(MemberEdit.Prompt("messages", prompt));
                    break;
                case CallKind.Instructions:
                    edits.Add(MemberEdit.Set("instructions", prompt));
                    break;
                case CallKind.System:
                    edits.Add(MemberEdit.Set("system", prompt));
                    break;
            }
        }

        return edits.Count == 0 ? null : new(edits);
    }

    private static List<MemberEdit> Below(List<(string[] Steps, string? Value)> parameters, int depth) =>
    [
        .. parameters.GroupBy(p => p.Steps[depth], StringComparer.Ordinal).Select(g => g.First() is var (steps, value) && steps.Length == depth + 1
            ? value is null ? MemberEdit.Remove(g.Key) : MemberEdit.Set(g.Key, value)
            : MemberEdit.Edit(g.Key, new(Below([.. g], depth + 1)))),
    ];
}

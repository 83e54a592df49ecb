using System.Text;

namespace Haldane.Gateway.Http1;

/// <summary>Fields that the relay itself acts on.</summary>
internal enum FieldKind : byte
{
    /// <summary>Meant for the other end: goes on as it came.</summary>
    EndToEnd,
    Host,
    ContentLength,
    TransferEncoding,
    Connection,
    Upgrade,
    Expect,
    Te,

    /// <summary>Any other field that means this connection only.</summary>
    HopByHop,

    /// <summary>A field that only we may set.</summary>
    Ours,
}

/// <summary>Tells the kind of a field by its name.</summary>
internal static class FieldKinds
{
    // By length, so that most names are told apart by that alone.
    private static readonly (byte[] Name, FieldKind Kind)[][] ByLength = Table(
        ("host", FieldKind.Host),
        ("content-length", FieldKind.ContentLength),
        ("transfer-encoding", FieldKind.TransferEncoding),
        ("connection", FieldKind.Connection),
        ("upgrade", FieldKind.Upgrade),
        ("expect", FieldKind.Expect),
        ("te", FieldKind.Te),
        ("keep-alive", FieldKind.HopByHop),
        ("proxy-connection", FieldKind.HopByHop),
        ("proxy-authenticate", FieldKind.HopByHop),
        ("proxy-authorization", FieldKind.HopByHop),
        ("x-haldane-exchange", FieldKind.Ours),
        ("x-haldane-arm", FieldKind.Ours),
        ("x-haldane-shadow", FieldKind.Ours));

    public static FieldKind Of(ReadOnlySpan<byte> name)
    {
        if (name.Length < ByLength.Length)
        {
            foreach (var (known, kind) in ByLength[name.Length])
            {
                if (Ascii.EqualsIgnoreCase(name, known))
                {
                    return kind;
                }
            }
        }

        return FieldKind.EndToEnd;
    }

    private static (byte[] Name, FieldKind Kind)[][] Table(params (string Name, FieldKind Kind)[] kinds) =>
        [.. Enumerable.Range(0, kinds.Max(k => k.Name.Length) + 1)
            .Select(length => kinds.Where(k => k.Name.Length == length).Select(k => (Encoding.ASCII.GetBytes(k.Name), k.Kind)).ToArray())];
}

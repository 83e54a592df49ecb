using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>Header fields that an operator sets.</summary>
internal static class HeaderFields
{
    private const int Most = 16, LongestName = 128;

    // What frames a message, belongs to one connection, says whom it is for or how its body is packed is not an operator's to set: it would be a second message, or none.
    private static readonly HashSet<string> Refused = new(StringComparer.OrdinalIgnoreCase)
    {
        "host", "content-length", "transfer-encoding", "content-encoding", "inference-header-content-length", "connection", "keep-alive", "proxy-connection", "proxy-authenticate",
        "proxy-authorization", "te", "trailer", "upgrade", "expect", "http2-settings",
    };

    // Words in the names of fields that hold a credential.
    private static readonly HashSet<string> Credentials = new(StringComparer.OrdinalIgnoreCase)
    {
        "authorization", "auth", "cookie", "token", "secret", "password", "credential", "credentials", "key", "apikey",
    };

    /// <summary>The fields with their values, or where these stand; whoever has it asks <see cref="Check"/> about the names.</summary>
    public static readonly TableShape<HeaderSpec> Table = new(
        new ValueShape(), "header fields with their values such as { X-Variant: b }", "The field's value, or where a secret stands: { env: NAME } or { file: PATH }.");

    /// <summary>Whether the words of a name, parted by dashes or underscores, speak of a credential.</summary>
    public static bool SpeaksOfCredential(string name) => name.Split('-', '_').Any(Credentials.Contains);

    /// <summary>The fields, each with its name.</summary>
    public static ValueList<HeaderSpec> Named(ValueList<(string Name, HeaderSpec Value)> read) => read.Select(h => h.Value with { Name = h.Name }).ToValueList();

    /// <summary>Reports the mistakes in the names of the field <c>headers</c>.</summary>
    /// <param name="owner">What has it.</param>
    /// <param name="errors">Gets the mistakes.</param>
    /// <param name="own">How the names begin that Haldane sets itself there.</param>
    public static void Check(YamlMapping owner, FileErrors errors, params string[] own)
    {
        if (owner.Find("headers") is not YamlMapping table)
        {
            return;
        }

        if (table.Entries.Count > Most)
        {
            errors.Report(table, $"found {table.Entries.Count} header fields; wanted at most {Most}");
            return;
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, content) in table.Entries)
        {
            // Behind CGI and its heirs, Content_Length is the same name as Content-Length.
            var name = key.Text.Replace('_', '-');
            var fault = !Texts.IsToken(key.Text) || key.Text.Length > LongestName ? $"found {Clip.Quoted(key.Text)}; wanted a header name, e.g. X-Variant"
                : Refused.Contains(name) ? $"found {Clip.Quoted(key.Text)}, which the gateway itself or a connection decides; wanted another field: remove it"
                : own.Any(o => name.StartsWith(o, StringComparison.OrdinalIgnoreCase)) ? $"found {Clip.Quoted(key.Text)}; wanted a field that is not the gateway's own: choose another name"
                : !seen.Add(name) ? $"found {Clip.Quoted(key.Text)} twice; wanted it once: remove one of the two"
                : content is YamlScalar && SpeaksOfCredential(name) ? $"found the value of {Clip.Quoted(key.Text)} itself; wanted where the secret stands, such as {{ env: MODEL_KEY }} or {{ file: /run/secrets/model-key }}: a specification is stored and shown"
                : null;
            if (fault is not null)
            {
                errors.Report(key.At, table.PathTo("." + Clip.Plain(key.Text)), fault);
            }
        }
    }

    /// <summary>The value of a header field, or where it stands; messages say nothing of it, as it may be a secret. The name is the key's.</summary>
    private sealed class ValueShape : Shape<HeaderSpec>
    {
        private const int Longest = 4_096;

        public override string Wanted => "a value of visible ASCII characters and blanks, at most 4,096";

        public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out HeaderSpec value)
        {
            value = null;
            if (node is YamlMapping)
            {
                var isRead = SecretFields.InHeader.TryRead(node, errors, out var secret);
                value = new("", null) { Secret = secret };
                return isRead;
            }

            if (node is not YamlScalar { IsNothing: false } scalar)
            {
                errors.Wrong(node, Wanted);
                return false;
            }

            var text = scalar.Text;
            var fault = text.Length is 0 or > Longest ? $"a value of {text.Length:N0} characters"
                : text.Any(static c => c is not '\t' and (< ' ' or > '~')) ? "a value with a line break, another control character or one beyond ASCII"
                : text != text.Trim() ? "a value with blanks around it"
                : null;
            if (fault is not null)
            {
                errors.Report(node, $"found {fault}; wanted {Wanted}");
            }

            value = new("", text);
            return fault is null;
        }

        public override JsonObject Schema() => new()
        {
            ["anyOf"] = new JsonArray(
                new JsonObject { ["type"] = new JsonArray("string", "number", "boolean"), ["pattern"] = "^[!-~]([\\t -~]*[!-~])?$", ["maxLength"] = Longest },
                SecretFields.InHeader.Schema()),
        };
    }
}

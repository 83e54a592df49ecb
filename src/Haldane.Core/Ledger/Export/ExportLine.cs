using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Haldane.Core.Ledger.Export;

/// <summary>A line of an exported ledger: a JSON object whose <see cref="Kind"/> says which other members it has.</summary>
/// <remarks>
/// First <c>export</c>, then every <c>record</c> in order, every <c>head</c>, the <c>key</c> when there is one, and last <c>end</c>, without which a file that was cut would look whole.
/// <c>docs/ledger.md</c> describes the form for readers in other languages.
/// </remarks>
public sealed record ExportLine
{
    /// <summary>The version of the form that this program writes.</summary>
    public const int FormVersion = 1;

    /// <summary>What the line is: <c>export</c>, <c>record</c>, <c>head</c>, <c>key</c> or <c>end</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>Of <c>export</c>: the version of the form.</summary>
    public int? Version { get; init; }

    /// <summary>Of <c>export</c>: the rollout whose records alone were exported; null for all.</summary>
    public string? Rollout { get; init; }

    /// <summary>Of <c>record</c> and <c>head</c>: the record's number.</summary>
    public long? Number { get; init; }

    /// <summary>Of <c>record</c>: the hash before it, hex.</summary>
    public string? Previous { get; init; }

    /// <summary>Of <c>record</c> and <c>head</c>: the record's hash, hex.</summary>
    public string? Hash { get; init; }

    /// <summary>Of <c>record</c>: its body as a string, so that a reader of JSON has it letter by letter as it was hashed.</summary>
    public string? Entry { get; init; }

    /// <summary>Of <c>head</c>: when it was signed, as it was signed.</summary>
    public string? At { get; init; }

    /// <summary>Of <c>head</c>: the fingerprint of the key.</summary>
    public string? Key { get; init; }

    /// <summary>Of <c>head</c>: the signature, hex.</summary>
    public string? Signature { get; init; }

    /// <summary>Of <c>key</c>: its fingerprint.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>Of <c>key</c>: the public key.</summary>
    public string? Pem { get; init; }

    /// <summary>Of <c>end</c>: how many records there are.</summary>
    public long? Records { get; init; }

    /// <summary>Of <c>end</c>: how many heads there are.</summary>
    public long? Heads { get; init; }

    /// <summary>The first line.</summary>
    public static ExportLine First(string? rollout) => new() { Kind = "export", Version = FormVersion, Rollout = rollout };

    /// <summary>The line of a record.</summary>
    public static ExportLine Of(LedgerRecord record) => new() { Kind = "record", Number = record.Number, Previous = record.Previous, Hash = record.Hash, Entry = record.Body };

    /// <summary>The line of a signed head.</summary>
    public static ExportLine Of(SignedHead head) => new() { Kind = "head", Number = head.Number, Hash = head.Hash, At = head.At, Key = head.Key, Signature = head.Signature };

    /// <summary>The line of the public key.</summary>
    public static ExportLine Of(LedgerKey key) => new() { Kind = "key", Fingerprint = key.Fingerprint, Pem = key.Pem };

    /// <summary>The last line.</summary>
    public static ExportLine Last(long records, long heads) => new() { Kind = "end", Records = records, Heads = heads };

    /// <summary>Reads a line.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static ExportLine Parse(string text) => JsonSerializer.Deserialize(text, ExportJson.Readable.ExportLine) ?? throw new JsonException("it is null");

    /// <summary>The line as JSON, without its end.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, ExportJson.Readable.ExportLine);
}

/// <summary>JSON of exports.</summary>
[JsonSerializable(typeof(ExportLine))]
internal sealed partial class ExportJson : JsonSerializerContext
{
    /// <summary>Quotes in entries as <c>\"</c>: the usual encoder is for pages of the web and makes a line of records three times as long.</summary>
    public static ExportJson Readable { get; } = new(new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        NumberHandling = JsonNumberHandling.Strict,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}

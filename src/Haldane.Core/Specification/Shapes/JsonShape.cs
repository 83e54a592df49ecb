using System.Diagnostics.CodeAnalysis;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification.Shapes;

/// <summary>A value as JSON.</summary>
/// <param name="Json">Its text; null for a value that is to be removed.</param>
internal readonly record struct JsonText(string? Json);

/// <summary>Any value that JSON has: numbers, texts, truth values, lists and mappings. The word <c>null</c> removes.</summary>
internal sealed class JsonShape : Shape<JsonText>
{
    private const int Longest = 8_192;

    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public override string Wanted => "a number, a text, true, false, a list or a mapping; or null, to remove the member";

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, FileErrors errors, out JsonText value)
    {
        value = default;
        if (node is YamlScalar { IsPlain: true, Text: "null" })
        {
            return true;
        }

        var before = errors.Count;
        var json = Read(node, errors)?.ToJsonString(Readable) ?? "";
        if (errors.Count == before && json.Length > Longest)
        {
            errors.Report(node, $"found a value of {json.Length:N0} characters of JSON; wanted at most {Longest:N0}");
        }

        value = new(json);
        return errors.Count == before;
    }

    /// <inheritdoc/>
    public override JsonObject Schema() => [];

    private JsonNode? Read(YamlNode node, FileErrors errors)
    {
        switch (node)
        {
            case YamlScalar scalar:
                return ReadScalar(scalar, errors);
            case YamlSequence list:
                return new JsonArray([.. list.Items.Select(i => i is YamlScalar { IsPlain: true, Text: "null" } ? null : Read(i, errors))]);
            case YamlMapping mapping:
                var read = new JsonObject();
                foreach (var (key, content) in mapping.Entries)
                {
                    read[key.Text] = content is YamlScalar { IsPlain: true, Text: "null" } ? null : Read(content, errors);
                }

                return read;
            default:
                errors.Wrong(node, Wanted);
                return null;
        }
    }

    private JsonValue? ReadScalar(YamlScalar scalar, FileErrors errors)
    {
        if (!scalar.IsPlain)
        {
            return JsonValue.Create(scalar.Text);
        }

        if (scalar.IsNothing)
        {
            errors.Wrong(scalar, Wanted, "write null to remove the member");
            return null;
        }

        switch (scalar.Text)
        {
            case "true" or "false":
                return JsonValue.Create(scalar.Text == "true");
            case var text when TryNumber(text, out var number):
                return number;
            case var text when text[0] is '.' or '+' or '-' || char.IsAsciiDigit(text[0]) || text.ToUpperInvariant() is "TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "NULL":
                // YAML readers differ about these.
                errors.Wrong(scalar, Wanted, $"quote it if it is a text: \"{Clip.Plain(text)}\"");
                return null;
            case var text:
                return JsonValue.Create(text);
        }
    }

    // As it is written: 1.0 stays 1.0.
    private static bool TryNumber(string text, [MaybeNullWhen(false)] out JsonValue number)
    {
        number = null;
        if (text[0] != '-' && !char.IsAsciiDigit(text[0]))
        {
            return false;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            number = document.RootElement.ValueKind == JsonValueKind.Number ? JsonValue.Create(document.RootElement.Clone()) : null;
        }
        catch (JsonException)
        {
            // Said by the caller, with the place.
        }

        return number is not null;
    }
}

using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Haldane.Core.Specification;

/// <summary>Describes specifications to editors.</summary>
/// <remarks>Comes from the same fields that <see cref="SpecificationReader"/> reads by, so the two cannot differ.</remarks>
public static class SpecificationSchema
{
    private static readonly JsonWriterOptions Layout = new()
    {
        Indented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // a file for editors, never part of a page: keep quotes and plus signs readable
    };

    /// <summary>The JSON schema (draft 2020-12) of one document, as the text of a file.</summary>
    public static string Generate()
    {
        var schema = DocumentFields.Head.Schema();
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "Haldane specification");
        schema.Insert(2, "description", "A model, a rollout, a policy or a webhook, see docs/specification.md.");
        schema["allOf"] = new JsonArray(
            Rule(DocumentFields.ModelKind, DocumentFields.Model.Schema()), Rule(DocumentFields.RolloutKind, DocumentFields.Rollout.Schema()), Rule(DocumentFields.PolicyKind, DocumentFields.Policy.Schema()),
            Rule(DocumentFields.WebhookKind, DocumentFields.Webhook.Schema()));

        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Layout))
        {
            schema.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    private static JsonObject Rule(string kind, JsonObject document) => new()
    {
        ["if"] = new JsonObject
        {
            ["properties"] = new JsonObject { ["kind"] = new JsonObject { ["const"] = kind } },
            ["required"] = new JsonArray("kind"),
        },
        ["then"] = new JsonObject { ["properties"] = new JsonObject { ["spec"] = document["properties"]!["spec"]!.DeepClone() } },
    };
}

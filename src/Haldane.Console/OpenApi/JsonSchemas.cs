using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization.Metadata;
using Haldane.Console.Api;
using Haldane.Core;
using Haldane.Core.Reports;

namespace Haldane.Console.OpenApi;

/// <summary>The JSON schemas of what is sent and answered, each type once. One thread.</summary>
internal sealed class JsonSchemas
{
    private const string Place = "#/components/schemas/";

    private readonly SortedDictionary<string, JsonNode> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Type> _named = new(StringComparer.Ordinal);

    /// <summary>Those of all types that were asked for, and of those in them.</summary>
    public JsonObject Components => new(_components.Select(c => KeyValuePair.Create<string, JsonNode?>(c.Key, c.Value.DeepClone())));

    /// <summary>A schema, or where it stands.</summary>
    /// <exception cref="InvalidOperationException">Two types have one name.</exception>
    public JsonNode Of(Type type)
    {
        if (ElementOf(type) is { } element)
        {
            return new JsonObject { ["type"] = "array", ["items"] = Of(element) };
        }

        var info = InfoOf(type);
        if (info is not { Kind: JsonTypeInfoKind.Object })
        {
            return info is null ? new JsonObject() : Export(info);
        }

        var name = type.Name;
        if (_named.TryAdd(name, type)) // taken before it is written: a type that holds itself ends here
        {
            _components[name] = Export(info);
        }
        else if (_named[name] != type)
        {
            throw new InvalidOperationException($"{type} and {_named[name]} would be one schema");
        }

        return new JsonObject { ["$ref"] = Place + name };
    }

    private JsonNode Export(JsonTypeInfo info) => info.GetJsonSchemaAsNode(new()
    {
        TreatNullObliviousAsNonNullable = true,
        TransformSchemaNode = (context, schema) => context.Path.IsEmpty ? Known(context.TypeInfo.Type) ?? schema
            : ElementOf(context.TypeInfo.Type) is not null || context.TypeInfo.Kind == JsonTypeInfoKind.Object ? OrNull(Of(context.TypeInfo.Type), schema)
            : Known(context.TypeInfo.Type) ?? schema,
    });

    // What our own converters write is for nobody to see in a type.
    private static JsonObject? Known(Type type) => (Nullable.GetUnderlyingType(type) ?? type) == typeof(Share)
        ? new() { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = 10_000, ["description"] = "basis points: 1 is 0.01 %" }
        : null;

    private static JsonNode OrNull(JsonNode own, JsonNode schema) => schema is JsonObject found && found["type"] is JsonArray types && types.Any(t => (string?)t == "null")
        ? new JsonObject { ["anyOf"] = new JsonArray(own, new JsonObject { ["type"] = "null" }) }
        : own;

    private static Type? ElementOf(Type type) => type.IsArray ? type.GetElementType()
        : type.IsGenericType && (type.GetGenericTypeDefinition() == typeof(ValueList<>) || type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>)) ? type.GetGenericArguments()[0] : null;

    private static JsonTypeInfo? InfoOf(Type type) => ApiJson.Default.GetTypeInfo(type) ?? CoreJson.Default.GetTypeInfo(type) ?? ReportJson.Default.GetTypeInfo(type);
}

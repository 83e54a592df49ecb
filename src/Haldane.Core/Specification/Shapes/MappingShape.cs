using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification.Shapes;

/// <summary>A field of a mapping.</summary>
/// <typeparam name="TOwner">The immutable record that the mapping is read into.</typeparam>
internal abstract class Field<TOwner>(string name, string about, bool isRequired)
{
    /// <summary>As it is written.</summary>
    public string Name => name;

    /// <summary>Whether its absence is a mistake.</summary>
    public bool IsRequired => isRequired;

    /// <summary>For people: shown by editors.</summary>
    public string About => about;

    /// <summary>What would be right.</summary>
    public abstract string Wanted { get; }

    /// <summary>The owner with the field's value; the same owner if it could not be read.</summary>
    public abstract TOwner Apply(TOwner owner, YamlNode value, FileErrors errors);

    /// <summary>The JSON schema of the value, with the description.</summary>
    public JsonObject Schema()
    {
        var schema = ShapeSchema();
        schema.Insert(0, "description", about);
        return schema;
    }

    private protected abstract JsonObject ShapeSchema();
}

/// <summary>Makes fields; the types follow from the arguments.</summary>
internal static class Field<TOwner, TValue>
{
    /// <summary>A field that must be there.</summary>
    public static Field<TOwner> Required(string name, Shape<TValue> shape, Func<TOwner, TValue, TOwner> set, string about) =>
        new Of(name, shape, set, about, isRequired: true);

    /// <summary>A field that may be left out.</summary>
    public static Field<TOwner> Optional(string name, Shape<TValue> shape, Func<TOwner, TValue, TOwner> set, string about) =>
        new Of(name, shape, set, about, isRequired: false);

    /// <summary>A field that must be there in some mappings of a kind and may be left out in others.</summary>
    public static Field<TOwner> RequiredIf(bool isRequired, string name, Shape<TValue> shape, Func<TOwner, TValue, TOwner> set, string about) =>
        new Of(name, shape, set, about, isRequired);

    private sealed class Of(string name, Shape<TValue> shape, Func<TOwner, TValue, TOwner> set, string about, bool isRequired)
        : Field<TOwner>(name, about, isRequired)
    {
        public override string Wanted => shape.Wanted;

        public override TOwner Apply(TOwner owner, YamlNode value, FileErrors errors) =>
            shape.TryRead(value, errors, out var read) ? set(owner, read) : owner;

        private protected override JsonObject ShapeSchema() => shape.Schema();
    }
}

/// <summary>Fields with values.</summary>
/// <typeparam name="T">The immutable record it is read into.</typeparam>
/// <param name="wanted">E.g. <c>a stage such as { share: 10%, bake: 15m }</c>.</param>
/// <param name="blank">The record before any field is read.</param>
/// <param name="fields">The fields, in the order of the documentation.</param>
/// <param name="check">Looks at the mapping as a whole, and may complete the record.</param>
/// <param name="refine">Adds to the schema what single fields cannot say.</param>
internal sealed class MappingShape<T>(
    string wanted, T blank, Field<T>[] fields, Func<T, YamlMapping, FileErrors, T>? check = null, Action<JsonObject>? refine = null) : Shape<T>
{
    /// <inheritdoc/>
    public override string Wanted => wanted;

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out T value)
    {
        if (node is not YamlMapping mapping)
        {
            errors.Wrong(node, wanted);
            value = default;
            return false;
        }

        value = blank;
        var meant = new HashSet<string>();
        foreach (var (key, content) in mapping.Entries)
        {
            if (Array.Find(fields, f => f.Name == key.Text) is { } field)
            {
                value = field.Apply(value, content, errors);
            }
            else if (UnknownField.Report(key, mapping, fields.Select(f => f.Name), errors) is { } name)
            {
                meant.Add(name);
            }
        }

        foreach (var field in fields)
        {
            // A misspelled field is one mistake, not two.
            if (field.IsRequired && !mapping.IsCut && mapping.Find(field.Name) is null && !meant.Contains(field.Name))
            {
                errors.Report(mapping.At, mapping.PathTo("." + field.Name), $"found no field \"{field.Name}\"; wanted {field.Wanted}");
            }
        }

        value = check is null ? value : check(value, mapping, errors);
        return true;
    }

    /// <inheritdoc/>
    public override JsonObject Schema()
    {
        var properties = new JsonObject();
        foreach (var field in fields)
        {
            properties[field.Name] = field.Schema();
        }

        var schema = new JsonObject { ["type"] = "object", ["additionalProperties"] = false, ["properties"] = properties };
        if (fields.Any(f => f.IsRequired))
        {
            schema["required"] = new JsonArray([.. fields.Where(f => f.IsRequired).Select(f => (JsonNode)f.Name)]);
        }

        refine?.Invoke(schema);
        return schema;
    }
}

/// <summary>The mistake of a field that nobody reads.</summary>
internal static class UnknownField
{
    /// <summary>Reports it, and gives the field that was probably meant, or null.</summary>
    public static string? Report(YamlScalar key, YamlMapping owner, IEnumerable<string> known, FileErrors errors)
    {
        // A field that is there under its right name was not misspelled.
        var free = known.Where(k => owner.Find(k) is null).ToList();
        var meant = Nearest.Of(key.Text, free) ?? Nearest.Of(key.Text, known);
        var cure = meant is null ? "" : $": did you mean \"{meant}\"?";
        errors.Report(
            key.At,
            owner.PathTo("." + Clip.Plain(key.Text)),
            $"found the unknown field {Clip.Quoted(key.Text)}; wanted one of {string.Join(", ", known)}{cure}");
        return meant;
    }
}

using System.Text.Json;

namespace Haldane.Gateway.Observation.Schemas;

/// <summary>One check of one value: what each word of a schema says of it.</summary>
/// <remarks>For one thread. Words are joined by "and", so that one that is not known leaves open only what the others do not settle.</remarks>
/// <param name="root">What references start from.</param>
internal sealed partial class SchemaEvaluation(JsonElement root)
{
    private SchemaWork _work = new();
    private int _depth;

    /// <summary>Whether a value fits a schema.</summary>
    public SchemaFit Fits(JsonElement schema, JsonElement value)
    {
        if (schema.ValueKind is JsonValueKind.True or JsonValueKind.False)
        {
            return SchemaFits.Of(schema.ValueKind == JsonValueKind.True);
        }

        if (schema.ValueKind != JsonValueKind.Object || _depth >= SchemaWork.Deepest)
        {
            return SchemaFit.CannotTell;
        }

        _depth++;
        var fit = SchemaFit.Fits;
        foreach (var word in schema.EnumerateObject())
        {
            if (!_work.Spend())
            {
                fit = SchemaFit.CannotTell;
                break;
            }

            fit = fit.And(Says(word.Name, word.Value, schema, value));
            if (fit == SchemaFit.DoesNotFit)
            {
                break;
            }
        }

        _depth--;

        // What was cut short says nothing.
        return _work.IsSpent ? SchemaFit.CannotTell : fit;
    }

    private SchemaFit Says(string word, JsonElement rule, JsonElement schema, JsonElement value) => word switch
    {
        "type" => Type(rule, schema, value),
        "enum" => Enum(rule, value),
        "const" => SchemaFits.Of(JsonElement.DeepEquals(rule, value)),
        "$ref" => Reference(rule, value),
        "allOf" => All(rule, value),
        "anyOf" => Any(rule, value),
        "oneOf" => One(rule, value),
        "not" => Fits(rule, value).Not(),
        "if" => If(rule, schema, value),
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" or "multipleOf" => value.ValueKind == JsonValueKind.Number ? SchemaNumbers.Says(word, rule, value) : SchemaFit.Fits,
        "minLength" or "maxLength" or "pattern" => value.ValueKind == JsonValueKind.String ? Text(word, rule, value) : SchemaFit.Fits,
        "properties" or "patternProperties" or "additionalProperties" or "required" or "minProperties" or "maxProperties" or "propertyNames" or "dependentRequired" =>
            value.ValueKind == JsonValueKind.Object ? Object(word, rule, schema, value) : SchemaFit.Fits,
        "items" or "prefixItems" or "contains" or "minItems" or "maxItems" or "uniqueItems" => value.ValueKind == JsonValueKind.Array ? List(word, rule, schema, value) : SchemaFit.Fits,
        _ => IsSilent(word) ? SchemaFit.Fits : SchemaFit.CannotTell,
    };

    // Words for people, words that others read, and places for schemas that are used elsewhere.
    private static bool IsSilent(string word) => word is "title" or "description" or "default" or "examples" or "example" or "deprecated" or "readOnly" or "writeOnly" or "format"
        or "contentEncoding" or "contentMediaType" or "contentSchema" or "nullable" or "then" or "else" or "$schema" or "$comment" or "$defs" or "definitions" or "$id"
        or "minContains" or "maxContains" or "discriminator" or "externalDocs" or "xml"
        || word.StartsWith("x-", StringComparison.Ordinal);

    private SchemaFit Type(JsonElement rule, JsonElement schema, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null && schema.TryGetProperty("nullable", out var nullable) && nullable.ValueKind == JsonValueKind.True)
        {
            return SchemaFit.Fits;
        }

        if (rule.ValueKind == JsonValueKind.String)
        {
            return Is(rule, value);
        }

        if (rule.ValueKind != JsonValueKind.Array || !_work.Spend(rule.GetArrayLength()))
        {
            return SchemaFit.CannotTell;
        }

        var fit = SchemaFit.DoesNotFit;
        foreach (var type in rule.EnumerateArray())
        {
            var one = type.ValueKind == JsonValueKind.String ? Is(type, value) : SchemaFit.CannotTell;
            fit = one == SchemaFit.Fits || fit == SchemaFit.DoesNotFit ? one : fit;
            if (fit == SchemaFit.Fits)
            {
                break;
            }
        }

        return fit;
    }

    private static SchemaFit Is(JsonElement type, JsonElement value) => type.GetString() switch
    {
        "object" => SchemaFits.Of(value.ValueKind == JsonValueKind.Object),
        "array" => SchemaFits.Of(value.ValueKind == JsonValueKind.Array),
        "string" => SchemaFits.Of(value.ValueKind == JsonValueKind.String),
        "boolean" => SchemaFits.Of(value.ValueKind is JsonValueKind.True or JsonValueKind.False),
        "null" => SchemaFits.Of(value.ValueKind == JsonValueKind.Null),
        "number" => SchemaFits.Of(value.ValueKind == JsonValueKind.Number),
        "integer" => value.ValueKind == JsonValueKind.Number ? SchemaNumbers.IsWhole(value) : SchemaFit.DoesNotFit,
        _ => SchemaFit.CannotTell,
    };

    private SchemaFit Enum(JsonElement rule, JsonElement value)
    {
        if (rule.ValueKind != JsonValueKind.Array)
        {
            return SchemaFit.CannotTell;
        }

        foreach (var one in rule.EnumerateArray())
        {
            if (!_work.Spend())
            {
                return SchemaFit.CannotTell;
            }

            if (JsonElement.DeepEquals(one, value))
            {
                return SchemaFit.Fits;
            }
        }

        return SchemaFit.DoesNotFit;
    }

    // A reference into the schema itself; one that leads round in a circle ends at the greatest depth.
    private SchemaFit Reference(JsonElement rule, JsonElement value)
    {
        if (rule.ValueKind != JsonValueKind.String || rule.GetString() is not { } reference || !reference.StartsWith('#'))
        {
            return SchemaFit.CannotTell;
        }

        var place = root;
        if (reference.Length == 1)
        {
            return Fits(place, value);
        }

        var pointer = Uri.UnescapeDataString(reference[1..]);
        if (!pointer.StartsWith('/'))
        {
            return SchemaFit.CannotTell;
        }

        foreach (var step in pointer[1..].Split('/'))
        {
            var name = step.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (!_work.Spend())
            {
                return SchemaFit.CannotTell;
            }

            if (place.ValueKind == JsonValueKind.Object && place.TryGetProperty(name, out var member))
            {
                place = member;
            }
            else if (place.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < place.GetArrayLength())
            {
                place = place[index];
            }
            else
            {
                return SchemaFit.CannotTell;
            }
        }

        return Fits(place, value);
    }

    private SchemaFit All(JsonElement rule, JsonElement value)
    {
        var fit = rule.ValueKind == JsonValueKind.Array ? SchemaFit.Fits : SchemaFit.CannotTell;
        for (var i = 0; rule.ValueKind == JsonValueKind.Array && fit != SchemaFit.DoesNotFit && i < rule.GetArrayLength(); i++)
        {
            fit = fit.And(Fits(rule[i], value));
        }

        return fit;
    }

    private SchemaFit Any(JsonElement rule, JsonElement value)
    {
        var (fits, open) = Try(rule, value, enough: 1);
        return fits > 0 ? SchemaFit.Fits : open ? SchemaFit.CannotTell : SchemaFit.DoesNotFit;
    }

    private SchemaFit One(JsonElement rule, JsonElement value)
    {
        var (fits, open) = Try(rule, value, enough: 2);
        return fits > 1 ? SchemaFit.DoesNotFit : open ? SchemaFit.CannotTell : SchemaFits.Of(fits == 1);
    }

    // How many alternatives fit, up to as many as are enough, and whether that of some cannot be told.
    private (int Fits, bool Open) Try(JsonElement rule, JsonElement value, int enough)
    {
        var (fits, open) = (0, rule.ValueKind != JsonValueKind.Array);
        for (var i = 0; rule.ValueKind == JsonValueKind.Array && fits < enough && i < rule.GetArrayLength(); i++)
        {
            var one = Fits(rule[i], value);
            fits += one == SchemaFit.Fits ? 1 : 0;
            open |= one == SchemaFit.CannotTell;
        }

        return (fits, open);
    }

    private SchemaFit If(JsonElement rule, JsonElement schema, JsonElement value) => Fits(rule, value) switch
    {
        SchemaFit.Fits => schema.TryGetProperty("then", out var then) ? Fits(then, value) : SchemaFit.Fits,
        SchemaFit.DoesNotFit => schema.TryGetProperty("else", out var otherwise) ? Fits(otherwise, value) : SchemaFit.Fits,
        _ => SchemaFit.CannotTell,
    };

    private SchemaFit Text(string word, JsonElement rule, JsonElement value)
    {
        var text = value.GetString()!;
        if (!_work.Spend(1 + text.Length / 16))
        {
            return SchemaFit.CannotTell;
        }

        if (word == "pattern")
        {
            return rule.ValueKind == JsonValueKind.String ? SchemaPatterns.Matches(rule.GetString()!, text) : SchemaFit.CannotTell;
        }

        // In code points: both halves of a surrogate pair are one.
        var length = text.Length - text.Count(char.IsLowSurrogate);
        return Count(rule, length, atLeast: word == "minLength");
    }

    private static SchemaFit Count(JsonElement rule, int count, bool atLeast) =>
        rule.ValueKind == JsonValueKind.Number && rule.TryGetDouble(out var line) && line >= 0 ? SchemaFits.Of(atLeast ? count >= line : count <= line) : SchemaFit.CannotTell;
}

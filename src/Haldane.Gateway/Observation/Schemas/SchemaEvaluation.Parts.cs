using System.Text.Json;

namespace Haldane.Gateway.Observation.Schemas;

/// <summary>What a schema says of the members of an object and of the elements of a list.</summary>
internal sealed partial class SchemaEvaluation
{
    // More elements than this are not compared with each other.
    private const int MostUnique = 256;

    private SchemaFit Object(string word, JsonElement rule, JsonElement schema, JsonElement value) => word switch
    {
        "properties" => rule.ValueKind == JsonValueKind.Object ? Members(rule, value) : SchemaFit.CannotTell,
        "patternProperties" => rule.ValueKind == JsonValueKind.Object ? PatternMembers(rule, value) : SchemaFit.CannotTell,
        "additionalProperties" => Others(rule, schema, value),
        "required" => Required(rule, value),
        "dependentRequired" => Dependent(rule, value),
        "propertyNames" => Names(rule, value),
        _ => Count(rule, value.GetPropertyCount(), atLeast: word == "minProperties"),
    };

    private SchemaFit Members(JsonElement rule, JsonElement value)
    {
        // Each name is looked for among all members.
        if (!_work.Spend(1 + (long)rule.GetPropertyCount() * value.GetPropertyCount() / 8))
        {
            return SchemaFit.CannotTell;
        }

        var fit = SchemaFit.Fits;
        foreach (var member in rule.EnumerateObject())
        {
            if (value.TryGetProperty(member.Name, out var own))
            {
                fit = fit.And(Fits(member.Value, own));
            }

            if (fit == SchemaFit.DoesNotFit)
            {
                break;
            }
        }

        return fit;
    }

    private SchemaFit PatternMembers(JsonElement rule, JsonElement value)
    {
        var fit = SchemaFit.Fits;
        foreach (var pattern in rule.EnumerateObject())
        {
            foreach (var member in value.EnumerateObject())
            {
                if (fit == SchemaFit.DoesNotFit || !_work.Spend())
                {
                    return fit;
                }

                fit = SchemaPatterns.Matches(pattern.Name, member.Name) switch
                {
                    SchemaFit.Fits => fit.And(Fits(pattern.Value, member.Value)),
                    SchemaFit.CannotTell => SchemaFit.CannotTell,
                    _ => fit,
                };
            }
        }

        return fit;
    }

    // What neither "properties" nor "patternProperties" of the same schema names.
    private SchemaFit Others(JsonElement rule, JsonElement schema, JsonElement value)
    {
        var named = schema.TryGetProperty("properties", out var properties) && properties.ValueKind == JsonValueKind.Object;
        var patterned = schema.TryGetProperty("patternProperties", out var patterns) && patterns.ValueKind == JsonValueKind.Object;
        var fit = SchemaFit.Fits;
        foreach (var member in value.EnumerateObject())
        {
            if (fit == SchemaFit.DoesNotFit || !_work.Spend(1 + (named ? properties.GetPropertyCount() / 8 : 0)))
            {
                return fit;
            }

            if (named && properties.TryGetProperty(member.Name, out _))
            {
                continue;
            }

            // Where it cannot be told whether a pattern names it, only a schema that it fits anyway settles it.
            var covered = patterned ? Covered(patterns, member.Name) : SchemaFit.DoesNotFit;
            if (covered != SchemaFit.Fits)
            {
                var other = Fits(rule, member.Value);
                fit = fit.And(covered == SchemaFit.CannotTell && other == SchemaFit.DoesNotFit ? SchemaFit.CannotTell : other);
            }
        }

        return fit;
    }

    private SchemaFit Covered(JsonElement patterns, string name)
    {
        var covered = SchemaFit.DoesNotFit;
        foreach (var pattern in patterns.EnumerateObject())
        {
            var matches = _work.Spend() ? SchemaPatterns.Matches(pattern.Name, name) : SchemaFit.CannotTell;
            if (matches == SchemaFit.Fits)
            {
                return SchemaFit.Fits;
            }

            covered = matches == SchemaFit.CannotTell ? matches : covered;
        }

        return covered;
    }

    private SchemaFit Required(JsonElement rule, JsonElement value)
    {
        if (rule.ValueKind != JsonValueKind.Array || !_work.Spend(1 + (long)rule.GetArrayLength() * value.GetPropertyCount() / 8))
        {
            return SchemaFit.CannotTell;
        }

        var fit = SchemaFit.Fits;
        foreach (var name in rule.EnumerateArray())
        {
            fit = fit.And(name.ValueKind == JsonValueKind.String ? SchemaFits.Of(value.TryGetProperty(name.GetString()!, out _)) : SchemaFit.CannotTell);
        }

        return fit;
    }

    private SchemaFit Dependent(JsonElement rule, JsonElement value)
    {
        var fit = rule.ValueKind == JsonValueKind.Object && _work.Spend(1 + (long)rule.GetPropertyCount() * value.GetPropertyCount() / 8) ? SchemaFit.Fits : SchemaFit.CannotTell;
        foreach (var member in fit == SchemaFit.Fits ? rule.EnumerateObject() : default)
        {
            fit = value.TryGetProperty(member.Name, out _) ? fit.And(Required(member.Value, value)) : fit;
        }

        return fit;
    }

    private SchemaFit Names(JsonElement rule, JsonElement value)
    {
        var fit = SchemaFit.Fits;
        foreach (var member in value.EnumerateObject())
        {
            if (fit == SchemaFit.DoesNotFit)
            {
                break;
            }

            using var name = JsonDocument.Parse($"\"{JsonEncodedText.Encode(member.Name)}\"");
            fit = fit.And(Fits(rule, name.RootElement));
        }

        return fit;
    }

    private SchemaFit List(string word, JsonElement rule, JsonElement schema, JsonElement value) => word switch
    {
        "items" => Items(rule, value, schema.TryGetProperty("prefixItems", out var prefix) && prefix.ValueKind == JsonValueKind.Array ? prefix.GetArrayLength() : 0),
        "prefixItems" => Prefix(rule, value),
        "contains" => Contains(rule, schema, value),
        "uniqueItems" => rule.ValueKind == JsonValueKind.True ? Unique(value) : rule.ValueKind == JsonValueKind.False ? SchemaFit.Fits : SchemaFit.CannotTell,
        _ => Count(rule, value.GetArrayLength(), atLeast: word == "minItems"),
    };

    private SchemaFit Items(JsonElement rule, JsonElement value, int from)
    {
        if (rule.ValueKind == JsonValueKind.Array)
        {
            // Older drafts: as "prefixItems" now.
            return Prefix(rule, value);
        }

        var (fit, at) = (SchemaFit.Fits, 0);
        foreach (var element in value.EnumerateArray())
        {
            if (fit == SchemaFit.DoesNotFit || !_work.Spend())
            {
                break;
            }

            fit = at++ < from ? fit : fit.And(Fits(rule, element));
        }

        return fit;
    }

    private SchemaFit Prefix(JsonElement rule, JsonElement value)
    {
        if (rule.ValueKind != JsonValueKind.Array)
        {
            return SchemaFit.CannotTell;
        }

        var fit = SchemaFit.Fits;
        using var elements = value.EnumerateArray();
        foreach (var own in rule.EnumerateArray())
        {
            if (fit == SchemaFit.DoesNotFit || !elements.MoveNext())
            {
                break;
            }

            fit = fit.And(Fits(own, elements.Current));
        }

        return fit;
    }

    private SchemaFit Contains(JsonElement rule, JsonElement schema, JsonElement value)
    {
        var (fits, open) = (0, 0);
        foreach (var element in value.EnumerateArray())
        {
            switch (Fits(rule, element))
            {
                case SchemaFit.Fits:
                    fits++;
                    break;
                case SchemaFit.CannotTell:
                    open++;
                    break;
            }
        }

        var (least, most) = (Line(schema, "minContains", 1), Line(schema, "maxContains", int.MaxValue));
        return least is null || most is null ? SchemaFit.CannotTell
            : fits > most || fits + open < least ? SchemaFit.DoesNotFit
            : fits >= least && fits + open <= most ? SchemaFit.Fits : SchemaFit.CannotTell;
    }

    private static int? Line(JsonElement schema, string word, int otherwise) =>
        !schema.TryGetProperty(word, out var rule) ? otherwise : rule.ValueKind == JsonValueKind.Number && rule.TryGetInt32(out var line) && line >= 0 ? line : null;

    private SchemaFit Unique(JsonElement value)
    {
        var count = value.GetArrayLength();
        if (count > MostUnique || !_work.Spend((long)count * count / 2))
        {
            return SchemaFit.CannotTell;
        }

        JsonElement[] elements = [.. value.EnumerateArray()];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < i; j++)
            {
                if (JsonElement.DeepEquals(elements[i], elements[j]))
                {
                    return SchemaFit.DoesNotFit;
                }
            }
        }

        return SchemaFit.Fits;
    }
}

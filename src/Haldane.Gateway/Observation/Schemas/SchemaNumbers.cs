using System.Text.Json;

namespace Haldane.Gateway.Observation.Schemas;

/// <summary>What a schema says of a number: exact where decimals hold both, as double numbers else.</summary>
internal static class SchemaNumbers
{
    /// <summary>Whether it has no fraction; <c>1.0</c> has none.</summary>
    public static SchemaFit IsWhole(JsonElement value) =>
        value.TryGetDecimal(out var exact) ? SchemaFits.Of(exact == decimal.Truncate(exact))
        : value.TryGetDouble(out var number) && double.IsFinite(number) ? SchemaFits.Of(double.IsInteger(number)) : SchemaFit.CannotTell;

    /// <summary>A word about a number.</summary>
    public static SchemaFit Says(string word, JsonElement rule, JsonElement value)
    {
        if (rule.ValueKind != JsonValueKind.Number)
        {
            return SchemaFit.CannotTell;
        }

        var areExact = value.TryGetDecimal(out var exact) & rule.TryGetDecimal(out var line);
        if (word == "multipleOf")
        {
            return areExact && line > 0 ? IsMultiple(exact, line) : SchemaFit.CannotTell;
        }

        var order = areExact ? exact.CompareTo(line) : value.GetDouble().CompareTo(rule.GetDouble());
        return SchemaFits.Of(word switch
        {
            "minimum" => order >= 0,
            "maximum" => order <= 0,
            "exclusiveMinimum" => order > 0,
            _ => order < 0,
        });
    }

    private static SchemaFit IsMultiple(decimal value, decimal step)
    {
        try
        {
            return SchemaFits.Of(value % step == 0);
        }
        catch (OverflowException)
        {
            return SchemaFit.CannotTell;
        }
    }
}

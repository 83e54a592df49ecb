using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification.Shapes;

/// <summary>What a value of a specification may look like: read by the reader, and described to editors, from the same object.</summary>
/// <typeparam name="T">What it is read into.</typeparam>
internal abstract class Shape<T>
{
    /// <summary>What would be right, with an example; ends the sentence "wanted …".</summary>
    public abstract string Wanted { get; }

    /// <summary>Reads a value, or reports why not. A partly wrong mapping or list gives what could be read, its mistakes reported.</summary>
    public abstract bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out T value);

    /// <summary>The JSON schema (draft 2020-12).</summary>
    public abstract JsonObject Schema();
}

/// <summary>Reads the text of a value; gives what to change when it refuses, if more can be said than what is wanted.</summary>
internal delegate bool TryParse<T>(string text, [MaybeNullWhen(false)] out T value, out string? cure);

/// <summary>What may stand without quotes, where YAML itself sees a number or a truth value.</summary>
internal enum Plain
{
    /// <summary>Anything: the field knows what it is.</summary>
    Anything,

    /// <summary>Words only; <c>1</c> or <c>true</c> must be quoted, so that every YAML reader sees the same text.</summary>
    Words,

    /// <summary>A plain value only; a quoted one is a text, which is not wanted.</summary>
    Only,
}

/// <summary>A single value.</summary>
internal sealed class ScalarShape<T>(string wanted, Func<JsonObject> schema, TryParse<T> parse, Plain plain = Plain.Anything) : Shape<T>
{
    /// <inheritdoc/>
    public override string Wanted => wanted;

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        string? cure = null;
        if (node is YamlScalar { IsNothing: false } scalar)
        {
            if (plain == Plain.Only && !scalar.IsPlain)
            {
                cure = "remove the quotes";
            }
            else if (plain == Plain.Words && scalar.IsPlain && LooksTyped(scalar.Text))
            {
                cure = $"quote it, so that it is a text: \"{Clip.Plain(scalar.Text)}\"";
            }
            else if (parse(scalar.Text, out value, out cure))
            {
                return true;
            }
        }

        errors.Wrong(node, wanted, cure);
        return false;
    }

    /// <inheritdoc/>
    public override JsonObject Schema() => schema();

    private static bool LooksTyped(string text) =>
        (text.Length > 0 && !char.IsAsciiLetter(text[0]) && double.TryParse(text, out _))
            || text is "true" or "false" or "True" or "False" or "TRUE" or "FALSE";
}

/// <summary>One of a few words.</summary>
internal sealed class ChoiceShape<T>(params (string Word, T Value)[] choices) : Shape<T>
    where T : notnull
{
    /// <inheritdoc/>
    public override string Wanted => choices.Length == 1 ? choices[0].Word : string.Join(", ", Words.SkipLast(1)) + " or " + choices[^1].Word;

    private IEnumerable<string> Words => choices.Select(c => c.Word);

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        var text = (node as YamlScalar)?.Text ?? "";
        foreach (var choice in choices)
        {
            if (choice.Word == text)
            {
                value = choice.Value;
                return true;
            }
        }

        errors.Wrong(node, Wanted, Nearest.Of(text, Words) is { } meant ? $"did you mean {meant}?" : null);
        return false;
    }

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["enum"] = new JsonArray([.. Words.Select(w => (JsonNode)w)]) };
}

/// <summary><c>true</c> or <c>false</c>, and nothing that only looks like it.</summary>
internal sealed class SwitchShape : Shape<bool>
{
    /// <inheritdoc/>
    public override string Wanted => "true or false";

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, FileErrors errors, out bool value)
    {
        value = node is YamlScalar { IsPlain: true, Text: "true" };
        if (value || node is YamlScalar { IsPlain: true, Text: "false" })
        {
            return true;
        }

        var cure = (node as YamlScalar)?.Text.ToUpperInvariant() switch
        {
            "YES" or "ON" or "Y" or "TRUE" or "1" => "write true",
            "NO" or "OFF" or "N" or "FALSE" or "0" => "write false",
            _ => null,
        };
        errors.Wrong(node, Wanted, cure is not null && node is YamlScalar { IsPlain: false } ? cure + " without quotes" : cure);
        return false;
    }

    /// <inheritdoc/>
    public override JsonObject Schema() => new() { ["type"] = "boolean" };
}

/// <summary>A list.</summary>
/// <param name="item">Each element.</param>
/// <param name="fewest">At least this many.</param>
/// <param name="most">At most this many.</param>
/// <param name="noun">What the elements are called together, e.g. <c>stages</c>.</param>
/// <param name="check">Looks at the list as a whole.</param>
internal sealed class ListShape<T>(Shape<T> item, int fewest, int most, string noun, Action<YamlSequence, FileErrors>? check = null)
    : Shape<ValueList<T>>
{
    /// <inheritdoc/>
    public override string Wanted => $"a list of {fewest} to {most} {noun}";

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out ValueList<T> value)
    {
        value = default;
        if (node is not YamlSequence sequence)
        {
            errors.Wrong(node, Wanted, node is YamlScalar { IsNothing: false } ? "put it in brackets, or in lines that begin with '- '" : null);
            return false;
        }

        if ((sequence.Items.Count < fewest && !sequence.IsCut) || sequence.Items.Count > most)
        {
            errors.Report(sequence, $"found {sequence.Items.Count} {noun}; wanted {fewest} to {most}");
        }

        var items = new List<T>(sequence.Items.Count);
        foreach (var element in sequence.Items)
        {
            if (item.TryRead(element, errors, out var read))
            {
                items.Add(read);
            }
        }

        check?.Invoke(sequence, errors);
        value = items.ToValueList();
        return true;
    }

    /// <inheritdoc/>
    public override JsonObject Schema() =>
        new() { ["type"] = "array", ["minItems"] = fewest, ["maxItems"] = most, ["items"] = item.Schema() };
}

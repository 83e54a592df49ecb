using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of <c>override</c>.</summary>
internal static class OverrideFields
{
    private const int LongestPrompt = 64 * 1024;
    private const string PathPattern = "^(/[A-Za-z0-9._~!$&'()*+,;=:@-]+)*/?$";

    // RFC 3986, section 3.3, without percent signs: then there is one way only to write a path, and nothing to resolve twice.
    private static readonly SearchValues<char> PathCharacters =
        SearchValues.Create("/-._~!$&'()*+,;=:@0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    private static readonly Shape<string> ModelName = Texts.Bounded("a model name of at most 256 characters, e.g. gpt-5-mini", 256, isOneLine: true);

    private static readonly Shape<string> Prompt = Texts.Bounded("a system prompt of at most 65,536 characters, e.g. \"You are brief.\"", LongestPrompt, isOneLine: false);

    private static readonly Shape<string> Path = new ScalarShape<string>(
        "a path such as /v2/models/fraud-v2",
        static () => new JsonObject { ["type"] = "string", ["pattern"] = PathPattern },
        static (string text, [MaybeNullWhen(false)] out string value, out string? cure) =>
        {
            value = text;
            cure = CheckPath(text);
            return cure is null;
        });

    private static readonly MappingShape<PathSpec> Swap = new(
        "a beginning and what comes in its place, such as { from: /v2/models/fraud, to: /v2/models/fraud-v2 }",
        new(null, ""),
        [
            Field<PathSpec, string>.Required("from", Path, static (p, v) => p with { From = v }, "The beginning of the caller's path that is replaced, in whole segments."),
            Field<PathSpec, string>.Required("to", Path, static (p, v) => p with { To = v }, "What comes in its place."),
        ]);

    /// <summary>The field <c>override</c> of a version.</summary>
    public static readonly MappingShape<OverrideSpec> Override = new(
        "what is changed for the version, such as { model: gpt-5-mini }",
        new(),
        [
            Field<OverrideSpec, string>.Optional("model", ModelName, static (o, v) => o with { Model = v }, "The model name that the version knows, in the place of the caller's."),
            Field<OverrideSpec, string>.Optional("system", Prompt, static (o, v) => o with { System = v }, "The system prompt, in the place of the caller's."),
            Field<OverrideSpec, ValueList<(string Name, JsonText Value)>>.Optional(
                "parameters",
                new TableShape<JsonText>(new JsonShape(), "members of the body with their values such as { temperature: 0.2 }", "The member's value; null removes the member."),
                static (o, v) => o with { Parameters = v.Select(p => new ParameterSpec(PointerOf(p.Name), p.Value.Json)).ToValueList() },
                "Members of the body, by name or by JSON pointer: set to these values, added where they are missing, removed where the value is null."),
            Field<OverrideSpec, ValueList<(string Name, HeaderSpec Value)>>.Optional(
                "headers", HeaderFields.Table, static (o, v) => o with { Headers = HeaderFields.Named(v) }, "Header fields, in the place of the caller's of those names."),
            Field<OverrideSpec, PathSpec>.Optional("path", new PathShape(), static (o, v) => o with { Path = v }, "The path, or a beginning of it and what comes in its place."),
        ],
        static (value, node, errors) =>
        {
            if (node is { Entries.Count: 0, IsCut: false })
            {
                errors.Wrong(node, Override!.Wanted);
            }

            return value;
        },
        schema => schema["minProperties"] = 1);

    /// <summary>A member's name as a JSON pointer; what begins with a slash is one already.</summary>
    public static string PointerOf(string name) =>
        name.StartsWith('/') ? name : "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    private static string? CheckPath(string text) => text switch
    {
        "" => "begin it with '/'",
        _ when text[0] != '/' => "begin it with '/'",
        _ when text.AsSpan().ContainsAny('?', '#') => "leave out the query, the caller's is kept",
        _ when text.AsSpan().ContainsAnyExcept(PathCharacters) => "only letters and digits of ASCII and -._~!$&'()*+,;=:@ stand in it, no percent signs",
        _ when text.Contains("//", StringComparison.Ordinal) => "write one '/' between its parts",
        _ when text.Split('/').Any(static part => part is "." or "..") => "write it without '.' and '..'",
        _ => null,
    };

    /// <summary>A whole path, or a beginning and what comes in its place.</summary>
    private sealed class PathShape : Shape<PathSpec>
    {
        public override string Wanted => "a path such as /v2/models/fraud-v2/infer, or { from: /v2/models/fraud, to: /v2/models/fraud-v2 }";

        public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out PathSpec value)
        {
            value = null;
            switch (node)
            {
                case YamlMapping:
                    return Swap.TryRead(node, errors, out value);
                case YamlScalar { IsNothing: false } when Path.TryRead(node, errors, out var path):
                    value = new(null, path);
                    return true;
                case YamlScalar { IsNothing: false }:
                    return false;
                default:
                    errors.Wrong(node, Wanted);
                    return false;
            }
        }

        public override JsonObject Schema() => new() { ["anyOf"] = new JsonArray(Path.Schema(), Swap.Schema()) };
    }
}

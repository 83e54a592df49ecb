using System.Runtime.CompilerServices;
using System.Text.Json;
using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

public sealed class SpecificationSchemaTests
{
    [Fact]
    public void The_committed_schema_is_the_generated_one()
    {
        var path = Docs("haldane.schema.json");
        var generated = SpecificationSchema.Generate();
        if (Environment.GetEnvironmentVariable("HALDANE_UPDATE_SCHEMA") == "1")
        {
            File.WriteAllText(path, generated);
        }

        Assert.True(File.ReadAllText(path) == generated, "docs/haldane.schema.json is stale: run this test once with HALDANE_UPDATE_SCHEMA=1");
    }

    [Fact]
    public void Every_field_of_the_schema_is_documented()
    {
        var page = File.ReadAllText(Docs("specification.md"));

        Assert.All(Fields(), field => Assert.Contains($"`{field}`", page, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_field_has_a_description()
    {
        using var schema = JsonDocument.Parse(SpecificationSchema.Generate());

        var typed = Properties(schema.RootElement).Where(p => p.Value.ValueKind == JsonValueKind.Object && p.Value.TryGetProperty("type", out _));
        Assert.All(typed, p => Assert.True(p.Value.TryGetProperty("description", out _), p.Name));
    }

    [Fact]
    public void Every_honoured_line_is_documented()
    {
        var page = File.ReadAllText(Docs("specification.md"));

        Assert.All(GuardMargins.All, m => Assert.Contains(m.Wanted, page, StringComparison.Ordinal));
    }

    [Fact]
    public void The_fields_of_the_schema_are_the_fields_that_the_reader_names()
    {
        // An unknown field makes the reader list what it knows; every level of the sample is asked once.
        string[] places =
        [
            "apiVersion: haldane.dev/v1\nkind: Model", "metadata: { name: fraud }", "  protocol: open-inference", "{ path: \"/v2/models/fraud/**\" }",
            "{ header: X-User-Id }", "{ name: country,", "    prediction:", "{ response: /outputs/0/data/0,", "{ response: /outputs/1/data/0 }",
            "{ name: v1,", "  baseline: v1", "{ share: 1%,", "{ name: errors,", "{ ratio: 2.0 }", "{ falseRollback: 1%,",
        ];

        var known = places.SelectMany(place => KnownAt(place)).Concat(["max", "min"]).Concat(KnownInTraffic()).Concat(KnownInPrice()).Concat(KnownInOverrides())
            .Concat(KnownInKinds()).Concat(KnownInGauges()).Concat(KnownIn(Samples.With("    confidence: {", "    attribution: { zzzzzz: 1 }\n    confidence: {"))).Concat(KnownInRuntimes()).Concat(KnownIn(Samples.With("  baseline: v1", "  baseline: v1\n  alerts: [{ zzzzzz: 1 }]"))).Concat(KnownInPolicies()).Concat(KnownInWebhooks())
            .Concat(KnownIn(Samples.With("{ share: 1%,", "{ approval: { zzzzzz: 1 }, share: 1%,"))).Concat(KnownIn(Samples.With("  showArm: false", "  about: { zzzzzz: 1 }"))).Concat(KnownIn(Samples.With("  baseline: v1", "  baseline: v1\n  return: { zzzzzz: 1 }"))).Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(Fields().Order(StringComparer.Ordinal), known);
    }

    private static IEnumerable<string> KnownInKinds() => new[] { "shadow", "switch", "experiment" }.SelectMany(kind => KnownIn(Samples.With("{ share: 1%,", $"{{ kind: {kind}, zzzzzz: 1,")));

    private static IEnumerable<string> KnownInRuntimes() => new[] { "zzzzzz: 1", "command: [a], ready: { zzzzzz: 1 }", "command: [a], warmUp: [{ zzzzzz: 1 }]" }
        .SelectMany(runtime => KnownIn(Samples.With("[\"http://127.0.0.1:9002\"] }", $"[\"http://127.0.0.1:9002\"], runtime: {{ {runtime} }} }}")));

    private static string[] KnownInGauges() => KnownIn(Samples.With("    confidence: {", "    gauges: [{ name: gpu, zzzzzz: 1 }]\n    confidence: {"));

    // The sample says nothing about traffic, and the mistakes count on its lines.
    private static IEnumerable<string> KnownInTraffic() => new[]
    {
        "traffic: { zzzzzz: 1 }", "traffic: { rate: 1/s, latency: { zzzzzz: 1 } }", "traffic: { rate: 1/s, labels: { zzzzzz: 1 } }",
        "traffic: { rate: 1/s, values: { revenue: { zzzzzz: 1 } } }",
    }.SelectMany(traffic => KnownIn(Samples.With("  showArm: false", $"  {traffic}")));

    private static IEnumerable<string> KnownInPolicies() => new[] { "zzzzzz: 1", "freezes: [{ zzzzzz: 1 }]" }
        .SelectMany(spec => KnownIn($"apiVersion: haldane.dev/v1\nkind: Policy\nmetadata: {{ name: house }}\nspec: {{ {spec} }}\n"));

    private static IEnumerable<string> KnownInWebhooks() => new[] { "zzzzzz: 1", "secret: { zzzzzz: 1 }" }
        .SelectMany(spec => KnownIn($"apiVersion: haldane.dev/v1\nkind: Webhook\nmetadata: {{ name: ops }}\nspec: {{ {spec} }}\n"));

    private static string[] KnownInPrice() => KnownIn(Samples.With("{ name: v1,", "{ price: { zzzzzz: 1 }, name: v1,"));

    private static IEnumerable<string> KnownInOverrides() => new[] { "{ zzzzzz: 1 }", "{ path: { zzzzzz: 1 } }", "{ headers: { X-A: { zzzzzz: 1 } } }" }
        .SelectMany(change => KnownIn(Samples.With("\"http://127.0.0.1:9002\"] }", $"\"http://127.0.0.1:9002\"], override: {change} }}")));

    private static string[] KnownAt(string place)
    {
        var indent = place[..(place.Length - place.TrimStart().Length)];
        var broken = place.Contains("{ ", StringComparison.Ordinal) ? place.Replace("{ ", "{ zzzzzz: 1, ", StringComparison.Ordinal) : $"{indent}zzzzzz: 1\n{place}";
        return KnownIn(Samples.With(place, broken));
    }

    private static string[] KnownIn(string text)
    {
        var error = Samples.Read(text).Errors.First(e => e.Message.StartsWith("found the unknown field", StringComparison.Ordinal));
        return error.Message[(error.Message.IndexOf("one of ", StringComparison.Ordinal) + 7)..].Split(", ");
    }

    private static HashSet<string> Fields()
    {
        using var schema = JsonDocument.Parse(SpecificationSchema.Generate());
        return [.. Properties(schema.RootElement).Select(p => p.Name)];
    }

    private static IEnumerable<JsonProperty> Properties(JsonElement schema)
    {
        if (schema.ValueKind == JsonValueKind.Array)
        {
            return schema.EnumerateArray().SelectMany(Properties);
        }

        if (schema.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        var own = schema.TryGetProperty("properties", out var properties) ? properties.EnumerateObject() : default(IEnumerable<JsonProperty>) ?? [];
        return own.Concat(schema.EnumerateObject().SelectMany(p => Properties(p.Value)));
    }

    internal static string Docs(string file, [CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", "..", "..", "docs", file));
}

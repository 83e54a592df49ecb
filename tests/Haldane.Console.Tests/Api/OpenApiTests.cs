using System.Net;
using System.Text.Json;
using Haldane.Console.Tests.Fakes;

namespace Haldane.Console.Tests.Api;

/// <summary>The API describes itself.</summary>
public sealed class OpenApiTests : IAsyncLifetime
{
    private Admin _admin = null!;
    private JsonElement _document;

    public async ValueTask InitializeAsync()
    {
        _admin = await Admin.StartAsync();
        var answer = await _admin.GetAsync("/api/v1/openapi.json");
        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.Status, answer.Headers["Content-Type"].Split(';')[0]));
        _document = answer.Json;
    }

    public ValueTask DisposeAsync() => _admin.DisposeAsync();

    [Fact]
    public void It_has_every_route_of_the_api()
    {
        var paths = _document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject().Select(_ => p.Name));

        Assert.Equal("3.1.0", _document.GetProperty("openapi").GetString());
        Assert.Equal(_admin.Routes.Where(r => r.StartsWith("/api/", StringComparison.Ordinal)).Order(StringComparer.Ordinal), paths.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_operation_has_a_name_of_its_own_and_a_sentence()
    {
        var operations = _document.GetProperty("paths").EnumerateObject().SelectMany(p => p.Value.EnumerateObject()).Select(o => o.Value).ToList();

        Assert.Equal(operations.Count, operations.Select(o => o.GetProperty("operationId").GetString()).Distinct().Count());
        Assert.All(operations, o => Assert.EndsWith(".", o.GetProperty("summary").GetString(), StringComparison.Ordinal));
    }

    [Fact]
    public void Everything_that_it_points_to_is_there()
    {
        var schemas = _document.GetProperty("components").GetProperty("schemas");
        var places = References(_document).Distinct().ToList();

        Assert.True(places.Count > 20, $"{places.Count} only");
        Assert.All(places, p =>
        {
            Assert.StartsWith("#/components/schemas/", p, StringComparison.Ordinal);
            Assert.True(schemas.TryGetProperty(p.Split('/')[^1], out _), p);
        });
    }

    [Fact]
    public void Types_say_what_stands_on_the_wire()
    {
        var schemas = _document.GetProperty("components").GetProperty("schemas");

        Assert.Equal("integer", schemas.GetProperty("StageSpec").GetProperty("properties").GetProperty("share").GetProperty("type").GetString());
        Assert.Equal("#/components/schemas/Verdict", schemas.GetProperty("Judgement").GetProperty("properties").GetProperty("verdicts").GetProperty("items").GetProperty("$ref").GetString());
        Assert.Equal("string", schemas.GetProperty("CommandRequest").GetProperty("properties").GetProperty("why").GetProperty("type")[0].GetString());
    }

    private static IEnumerable<string> References(JsonElement node) => node.ValueKind switch
    {
        JsonValueKind.Object => node.EnumerateObject().SelectMany(p => p.NameEquals("$ref") ? [p.Value.GetString()!] : References(p.Value)),
        JsonValueKind.Array => node.EnumerateArray().SelectMany(References),
        _ => [],
    };
}

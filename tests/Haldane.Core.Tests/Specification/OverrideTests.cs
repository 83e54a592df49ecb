using System.Text.Json;
using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>What of a request is changed for a version.</summary>
public sealed class OverrideTests
{
    private const string Place = "    - { name: v2, endpoints: [\"http://127.0.0.1:9002\"] }";

    [Fact]
    public void An_override_becomes_its_record()
    {
        var result = Read("openai", """
            model: gpt-5-mini
                    system: "You are \u00e4 brief."
                    parameters:
                      temperature: 0.20
                      stop: null
                      user: bob
                      stream: true
                      seed: "7"
                      response_format: { type: json_object, strict: [1, "2", null, false] }
                      /options/top_k: -1e3
                      a/b~c: 1
                    headers: { X-Variant: b, Authorization: { env: MODEL_KEY, prefix: "Bearer " }, X-Api-Key: { file: /run/key } }
                    path: { from: /v2/models/fraud, to: /v2/models/fraud-v2 }
            """);

        Assert.Equal("", Samples.Text(result));
        var expected = new OverrideSpec
        {
            Model = "gpt-5-mini",
            System = "You are \u00e4 brief.",
            Parameters =
            [
                new("/temperature", "0.20"), new("/stop", null), new("/user", "\"bob\""), new("/stream", "true"), new("/seed", "\"7\""),
                new("/response_format", """{"type":"json_object","strict":[1,"2",null,false]}"""), new("/options/top_k", "-1e3"), new("/a~1b~0c", "1"),
            ],
            Headers = [new("X-Variant", "b"), new("Authorization", null) { Secret = new() { Env = "MODEL_KEY", Prefix = "Bearer " } }, new("X-Api-Key", null) { Secret = new() { File = "/run/key" } }],
            Path = new("/v2/models/fraud", "/v2/models/fraud-v2"),
        };
        Assert.Equal(expected, result.Set!.Models[0].Versions[1].Override);
        Assert.Equal(["a/b~c"], expected.Parameters[7].Steps());
    }

    [Fact]
    public void An_override_is_stored_with_its_model()
    {
        var model = Read("openai", "{ model: b, parameters: { stop: null, n: 1 }, headers: { X-A: b }, path: { from: /, to: /x } }").Set!.Models[0];

        Assert.Equal(model, JsonSerializer.Deserialize(JsonSerializer.Serialize(model, CoreJson.Default.ModelSpec), CoreJson.Default.ModelSpec));
    }

    [Fact]
    public void A_model_without_an_override_is_stored_as_ever() =>
        Assert.DoesNotContain("override", JsonSerializer.Serialize(Samples.Read(Samples.Fraud).Set!.Models[0], CoreJson.Default.ModelSpec), StringComparison.OrdinalIgnoreCase);

    [Fact]
    public void Two_versions_may_share_an_endpoint()
    {
        var result = Samples.Read(Samples.With(Place, Place.Replace("9002", "9001", StringComparison.Ordinal)[..^2] + ", override: { parameters: { n: 1 } } }"));

        Assert.Equal("", Samples.Text(result));
    }

    [Fact]
    public void One_path_takes_the_place_of_one_path()
    {
        var result = Samples.Read(Override("http", "{ path: /v2/b }").Replace("/v2/models/fraud/**", "/v2/a", StringComparison.Ordinal));

        Assert.Equal("", Samples.Text(result));
        Assert.Equal(new PathSpec(null, "/v2/b"), result.Set!.Models[0].Versions[1].Override!.Path);
    }

    [Theory]
    [InlineData("{}", "found an empty mapping; wanted what is changed for the version")]
    [InlineData("{ modle: x }", "found the unknown field \"modle\"; wanted one of model, system, parameters, headers, path: did you mean \"model\"?")]
    [InlineData("{ model: 7 }", "quote it, so that it is a text")]
    [InlineData("{ model: \"\" }", "wanted a model name")]
    [InlineData("{ system: \"\" }", "wanted a system prompt")]
    [InlineData("{ parameters: { temperature: } }", "write null to remove the member")]
    [InlineData("{ parameters: { temperature: .5 } }", "quote it if it is a text: \".5\"")]
    [InlineData("{ parameters: { stream: True } }", "quote it if it is a text")]
    [InlineData("{ parameters: { stream: yes } }", "quote it if it is a text")]
    [InlineData("{ parameters: {} }", "found an empty mapping; wanted members of the body")]
    [InlineData("{ parameters: { /a//b: 1 } }", "wanted names of 1 to 128 characters")]
    [InlineData("{ parameters: { /a/b/c/d/e: 1 } }", "wanted at most 4 levels")]
    [InlineData("{ parameters: { /a~2: 1 } }", "write '~' as '~0'")]
    [InlineData("{ parameters: { options: 1, /options/a: 1 } }", "found \"/options/a\" beside \"options\", which changes the same place; wanted one of the two")]
    [InlineData("{ parameters: { a: 1, A: 1 } }", "found \"A\" beside \"a\"")]
    [InlineData("{ model: x, parameters: { model: y } }", "found \"model\" beside \"model\"")]
    [InlineData("{ system: x, parameters: { /messages/a: y } }", "found \"/messages/a\" beside \"system\"")]
    [InlineData("{ headers: { Host: x } }", "found \"Host\", which the gateway itself or a connection decides")]
    [InlineData("{ headers: { Content-Length: 5 } }", "found \"Content-Length\", which the gateway")]
    [InlineData("{ headers: { content_length: 5 } }", "found \"content_length\", which the gateway")]
    [InlineData("{ headers: { Transfer-Encoding: chunked } }", "found \"Transfer-Encoding\", which the gateway")]
    [InlineData("{ headers: { Connection: close } }", "found \"Connection\", which the gateway")]
    [InlineData("{ headers: { X-Haldane-Arm: canary } }", "wanted a field that is not the gateway's own")]
    [InlineData("{ headers: { \"X Y\": 1 } }", "wanted a header name")]
    [InlineData("{ headers: { \"X:\": 1 } }", "wanted a header name")]
    [InlineData("{ headers: { \":path\": 1 } }", "wanted a header name")]
    [InlineData("{ headers: { X-A: 1, x-a: 2 } }", "found \"x-a\" twice")]
    [InlineData("{ headers: { X-A: \"s3cr3t\\r\\nX: y\" } }", "headers.X-A: found a value with a line break, another control character or one beyond ASCII; wanted")]
    [InlineData("{ headers: { X-A: \"s3cr3t\\u00e4\" } }", "found a value with a line break")]
    [InlineData("{ headers: { X-A: \" s3cr3t\" } }", "found a value with blanks around it")]
    [InlineData("{ headers: { X-A: \"\" } }", "found a value of 0 characters")]
    [InlineData("{ headers: { Authorization: \"Bearer sk-1\" } }", "found the value of \"Authorization\" itself; wanted where the secret stands")]
    [InlineData("{ headers: { x-goog-api-key: sk-1 } }", "found the value of \"x-goog-api-key\" itself")]
    [InlineData("{ headers: { X_Auth_Token: sk-1 } }", "found the value of \"X_Auth_Token\" itself")]
    [InlineData("{ headers: { X-A: { env: A, file: /b } } }", "found not exactly one of env and file")]
    [InlineData("{ headers: { X-A: { prefix: b } } }", "found not exactly one of env and file")]
    [InlineData("{ headers: { X-A: { evn: A } } }", "found the unknown field \"evn\"; wanted one of env, file, prefix")]
    [InlineData("{ path: /x }", "found one path for every request below \"/v2/models/fraud\"; wanted a beginning that is replaced: write { from: …, to: … }")]
    [InlineData("{ path: { from: /v3, to: /x } }", "found \"/v3\", which no request of the route \"/v2/models/fraud/**\" begins with")]
    [InlineData("{ path: { from: /v2 } }", "found no field \"to\"")]
    [InlineData("{ path: { from: /v2, to: x } }", "begin it with '/'")]
    [InlineData("{ path: { from: /v2, to: \"/a b\" } }", "only letters and digits of ASCII")]
    [InlineData("{ path: { from: /v2, to: \"/a%20b\" } }", "no percent signs")]
    [InlineData("{ path: { from: /v2, to: \"/a\\r\\nX: y\" } }", "only letters and digits of ASCII")]
    [InlineData("{ path: { from: /v2, to: /a?b=c } }", "leave out the query")]
    [InlineData("{ path: { from: /v2, to: //a } }", "write one '/' between its parts")]
    [InlineData("{ path: { from: /v2, to: /a/../b } }", "without '.' and '..'")]
    [InlineData("{ path: [] }", "found an empty list; wanted a path such as")]
    public void A_mistake_in_an_override_is_named_with_its_cure(string change, string says)
    {
        var result = Read("openai", change);

        Assert.Null(result.Set);
        Assert.Contains(result.Errors, e => e.ToString().Contains(says, StringComparison.Ordinal));
        Assert.DoesNotContain("s3cr3t", Samples.Text(result), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http", "{ model: x }", "found \"model\" with a protocol that has no such thing; wanted it only with protocol: openai, anthropic or ollama: name it in the path or in parameters")]
    [InlineData("open-inference", "{ system: x }", "found \"system\" with a protocol that has no such thing")]
    public void A_prompt_needs_a_protocol_that_has_one(string protocol, string change, string says) =>
        Assert.Contains(says, Assert.Single(Read(protocol, change).Errors).ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_header_value_is_not_in_the_text_of_its_record() => Assert.Equal("X-Key: …", new HeaderSpec("X-Key", "secret").ToString());

    private static SpecificationResult Read(string protocol, string change) => Samples.Read(Override(protocol, change));

    private static string Override(string protocol, string change) => Samples.With(
        Place, $"    - name: v2\n      endpoints: [\"http://127.0.0.1:9002\"]\n      override: {(change.StartsWith('{') ? change : "\n        " + change)}")
        .Replace("protocol: open-inference", $"protocol: {protocol}", StringComparison.Ordinal);
}

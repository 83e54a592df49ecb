using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>Evaluators as they are written.</summary>
public sealed class EvaluatorSpecificationTests
{
    private const string Url = "url: \"http://127.0.0.1:8080/score\"";

    [Fact]
    public void An_evaluator_is_taken_whole()
    {
        var set = Samples.Read(File(
            $"[{{ name: grader, {Url}, values: [grounded, useful], rate: 30/m, timeout: 5s, headers: {{ Authorization: {{ env: GRADER, prefix: \"Bearer \" }} }}, redact: [/user] }}, {{ name: second, {Url}, values: [kind] }}]")).Set!;

        Assert.Equal(
            [
                new("grader", "http://127.0.0.1:8080/score", ["grounded", "useful"])
                {
                    Rate = 0.5, Timeout = TimeSpan.FromSeconds(5), Headers = [new("Authorization", null) { Secret = new() { Env = "GRADER", Prefix = "Bearer " } }], Redact = ["/user"],
                },
                new EvaluatorSpec("second", "http://127.0.0.1:8080/score", ["kind"]),
            ],
            set.Models[0].Signals.Evaluators);
        Assert.Equal("second", set.Models[0].Signals.Evaluators[1].ToString());
    }

    [Theory]
    [InlineData($"[{{ name: g, {Url} }}]", "found no field \"values\"")]
    [InlineData($"[{{ name: g, {Url}, values: [groundet] }}]", "found \"groundet\", which is no value of spec.signals.values that somebody else than the gateway brings; wanted one of grounded, useful, kind: did you mean \"grounded\"?")]
    [InlineData($"[{{ name: g, {Url}, values: [kind] }}, {{ name: h, {Url}, values: [kind] }}]", "found \"kind\", which the evaluator \"g\" gives too; wanted one evaluator for each value: two would be mixed")]
    [InlineData($"[{{ name: g, {Url}, values: [kind] }}, {{ name: g, {Url}, values: [useful] }}]", "found \"g\" twice")]
    [InlineData("[{ name: g, url: \"http://ann:geheim@127.0.0.1/\", values: [kind] }]", "wanted an address such as http://10.0.0.9:8080/score (http or https)")]
    [InlineData($"[{{ name: g, {Url}, values: [kind], rate: 200/s }}]", "wanted a rate above 0/d and at most 100/s, with its unit of time, e.g. 1/s")]
    [InlineData($"[{{ name: g, {Url}, values: [kind], timeout: 10m }}]", "wanted a duration from 100ms to 5m, e.g. 30s")]
    [InlineData($"[{{ name: g, {Url}, values: [kind], headers: {{ Authorization: geheim }} }}]", "found the value of \"Authorization\" itself; wanted where the secret stands")]
    [InlineData($"[{{ name: g, {Url}, values: [kind], headers: {{ Content-Type: a/b }} }}]", "wanted a field that is not the gateway's own")]
    public void A_mistake_is_named(string evaluators, string message)
    {
        var error = Assert.Single(Samples.Read(File(evaluators)).Errors);

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("geheim", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_gateway_reads_itself_is_nothing_to_score()
    {
        var error = Assert.Single(Samples.Read(File($"[{{ name: g, {Url}, values: [batch-size] }}]").Replace("{ name: kind, max: 1 }", "{ name: batch-size, max: 10 }", StringComparison.Ordinal)).Errors);

        Assert.StartsWith("found \"batch-size\", which is no value", error.Message, StringComparison.Ordinal);
    }

    private static string File(string evaluators) => Samples.With(
        "    confidence: {", $"    values: [{{ name: grounded, max: 1 }}, {{ name: useful, max: 5 }}, {{ name: kind, max: 1 }}]\n    evaluators: {evaluators}\n    confidence: {{");
}

namespace Haldane.Core.Tests.Specification;

/// <summary>Where predictions stand: what each protocol needs to be told, and what it knows.</summary>
public sealed class PredictionFieldsTests
{
    private const string NoPlace = "spec.signals.prediction.response: found no field \"response\"; wanted a JSON pointer (RFC 6901), e.g. /outputs/0/data/0, since this protocol says nothing of where a class stands";
    private const string NoTensors = ": found the name of an output tensor; wanted response, since only protocol open-inference has output tensors";
    private const string Classes = "classes: [legit, fraud]";

    [Theory]
    [InlineData("open-inference", $"prediction: {{ {Classes} }}")]
    [InlineData("open-inference", $"prediction: {{ output: label, {Classes} }}\n    confidence: {{ output: 7 }}")]
    [InlineData("open-inference", $"prediction: {{ response: /outputs/0/data/*, {Classes} }}\n    confidence: {{ from: scores }}")]
    [InlineData("open-inference", "confidence: { output: p }")]
    [InlineData("tensorflow-serving", $"prediction: {{ {Classes} }}\n    confidence: {{ from: scores }}")]
    [InlineData("torchserve", $"prediction: {{ {Classes} }}")]
    [InlineData("mlflow", $"prediction: {{ {Classes} }}\n    confidence: {{ response: /p/* }}")]
    [InlineData("seldon", $"prediction: {{ {Classes} }}")]
    [InlineData("http", $"prediction: {{ response: /label, {Classes} }}\n    confidence: {{ from: scores }}")]
    [InlineData("openai", $"prediction: {{ response: /label, {Classes} }}")]
    public void A_place_is_known_or_told(string protocol, string signals)
    {
        Assert.Empty(Errors(protocol, signals));
    }

    [Theory]
    [InlineData("http", $"prediction: {{ {Classes} }}", NoPlace)]
    [InlineData("openai", $"prediction: {{ {Classes} }}", NoPlace)]
    [InlineData("http", $"prediction: {{ output: label, {Classes} }}", "spec.signals.prediction.output" + NoTensors)]
    [InlineData("mlflow", $"prediction: {{ {Classes} }}\n    confidence: {{ output: label }}", "spec.signals.confidence.output" + NoTensors)]
    [InlineData(
        "open-inference", $"prediction: {{ response: /label, output: label, {Classes} }}",
        "spec.signals.prediction: found both \"response\" and \"output\"; wanted one of them: remove the other")]
    [InlineData(
        "open-inference", $"prediction: {{ {Classes} }}\n    confidence: {{ output: p, from: scores }}",
        "spec.signals.confidence: found both \"output\" and \"from\"; wanted one of them: remove the other")]
    [InlineData(
        "open-inference", "confidence: {}",
        "spec.signals.confidence: found an empty mapping; wanted where the confidence stands, such as { response: /outputs/1/data/0 }, { output: probability } or { from: scores }")]
    [InlineData(
        "open-inference", "confidence: { from: scores }",
        "spec.signals.confidence.from: found scores, but no prediction that they could belong to; wanted spec.signals.prediction, or response")]
    [InlineData(
        "open-inference", $"prediction: {{ {Classes} }}\n    confidence: {{ from: score }}",
        "spec.signals.confidence.from: found \"score\"; wanted scores: did you mean scores?")]
    [InlineData("htp", $"prediction: {{ {Classes} }}", null)]
    [InlineData("http", $"prediction: {{ respone: /label, {Classes} }}", null)]
    public void A_mistake_is_told_once(string protocol, string signals, string? says)
    {
        var error = Assert.Single(Errors(protocol, signals));

        if (says is not null)
        {
            Assert.Equal(says, error);
        }
    }

    private static string[] Errors(string protocol, string signals)
    {
        var result = Samples.Read($$"""
            apiVersion: haldane.dev/v1
            kind: Model
            metadata: { name: fraud }
            spec:
              protocol: {{protocol}}
              route: { path: /predict }
              signals:
                {{signals}}
              versions: [{ name: v1, endpoints: ["http://127.0.0.1:9001"] }]
            """);
        return [.. result.Errors.Select(e => $"{e.Path}: {e.Message}")];
    }
}

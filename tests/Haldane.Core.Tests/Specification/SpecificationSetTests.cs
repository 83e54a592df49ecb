namespace Haldane.Core.Tests.Specification;

public sealed class SpecificationSetTests
{
    private static readonly string[] Parts = Samples.Fraud.Split("---\n");

    [Fact]
    public void All_mistakes_are_reported_at_once_in_order()
    {
        var first = Samples.Fraud.Replace("timeout: 30s", "timeout: 30", StringComparison.Ordinal).Replace("share: 10%", "share: 10", StringComparison.Ordinal);

        var result = Samples.Read(first, "kind: Modell\n");

        Assert.Null(result.Set);
        Assert.Equal<string[]>(
            ["a.yaml:17:12 spec.timeout", "a.yaml:30:16 spec.stages[1].share", "b.yaml:1:1 apiVersion", "b.yaml:1:1 metadata", "b.yaml:1:1 spec", "b.yaml:1:7 kind"],
            [.. result.Errors.Select(e => $"{e.File}:{e.Line}:{e.Column} {e.Path}")]);
    }

    [Fact]
    public void A_model_can_be_written_into_a_message()
    {
        var model = Samples.Read(Samples.Fraud).Set!.Models[0];

        Assert.Equal("fraud fraud", $"{model} {model.AsRun}");
    }

    [Fact]
    public void A_model_of_two_files_names_both_places()
    {
        var error = Assert.Single(Samples.Read(Samples.Fraud, Parts[0]).Errors);

        Assert.Equal(
            "b.yaml:3:19: metadata.name: found a second model \"fraud\", the first is at a.yaml:3; wanted it once: rename or remove one of the two", error.ToString());
    }

    [Fact]
    public void A_rollout_of_two_files_names_both_places()
    {
        var error = Assert.Single(Samples.Read(Samples.Fraud, Parts[1]).Errors);

        Assert.Equal(
            "b.yaml:3:19: metadata.name: found a second rollout \"fraud-v2\", the first is at a.yaml:22; wanted it once: rename or remove one of the two", error.ToString());
    }

    [Fact]
    public void Two_models_may_not_share_a_path()
    {
        var error = Assert.Single(Samples.Read(Samples.Fraud, Parts[0].Replace("name: fraud }", "name: fraud-copy }", StringComparison.Ordinal)).Errors);

        Assert.Equal(
            "b.yaml:6:18: spec.route.path: found \"/v2/models/fraud/**\", which is the path of the model \"fraud\" too (a.yaml:3); wanted a path of its own", error.ToString());
    }

    [Fact]
    public void A_model_has_one_automatic_rollout()
    {
        var second = Parts[1].Replace("name: fraud-v2", "name: fraud-v2-again", StringComparison.Ordinal);

        var error = Assert.Single(Samples.Read(Samples.Fraud, second).Errors);
        var cured = Samples.Read(Samples.Fraud, second.Replace("start: auto", "start: manual", StringComparison.Ordinal));

        Assert.Equal(
            "b.yaml:8:10: spec.start: found a second rollout of the model \"fraud\" with start: auto, the first is \"fraud-v2\" at a.yaml:22; "
            + "wanted one, since a model runs one rollout at a time: write start: manual",
            error.ToString());
        Assert.Equal(2, cured.Set!.Rollouts.Count);
    }

    [Theory]
    [InlineData("prediction-drift", "spec.guards[0].signal")]
    [InlineData("accuracy", "spec.guards[1].signal")]
    public void A_signal_about_classes_needs_a_model_that_says_where_they_stand(string signal, string path)
    {
        var blind = Samples.With("    prediction: { response: /outputs/0/data/0, classes: [legit, fraud] }\n", "");
        var start = blind.IndexOf("    - { name: errors", StringComparison.Ordinal);
        blind = blind.Remove(start, blind.IndexOf("    - { name: mix", StringComparison.Ordinal) - start);

        var result = Samples.Read(blind);

        Assert.Equal(2, result.Errors.Count);
        Assert.Contains(result.Errors, e => e.Path == path && e.Message.StartsWith($"found the signal \"{signal}\", but the model \"fraud\" does not say", StringComparison.Ordinal));
    }

    [Fact]
    public void Segments_whose_values_combine_too_often_are_refused()
    {
        var values = string.Join(", ", Enumerable.Range(1, 64));
        var many = string.Join("\n    - ", "abc".Select(c => $"{{ name: {c}, header: X-{c}, values: [{values}] }}"));

        var error = Assert.Single(Samples.Read(Samples.With("{ name: country, header: X-Country, values: [MY, SG, ID] }", many)).Errors);

        Assert.StartsWith("a.yaml:9:5: spec.segments: found segments with 274,625 combinations of values", error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("wanted at most 65,536: list fewer values or segments", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_mistake_in_a_model_does_not_make_its_rollout_wrong()
    {
        // The model's name cannot be read, so nobody can know whether the rollout's model is there.
        var error = Assert.Single(Samples.Read(Samples.With("name: fraud }", "name: FRAUD! }")).Errors);

        Assert.Equal("metadata.name", error.Path);
    }

    [Theory]
    [InlineData("- { name: v1, endpoints: [\"http://127.0.0.1:9001\"] }", "- {{ name: x{0}, endpoints: [\"http://x:{0}\"] }}", 64, "found 66 versions; wanted 1 to 64")]
    [InlineData("- { name: country, header: X-Country, values: [MY, SG, ID] }", "- {{ name: x{0}, header: X, values: [a] }}", 8, "found 9 segments; wanted 0 to 8")]
    [InlineData("- { share: 1%, bake: 15m }", "- {{ share: 0.{0}%, bake: 1s }}", 18, "found 21 stages; wanted 1 to 20")]
    [InlineData("- { name: p99, signal: latency-p99, atMost: { ratio: 1.10 } }", "- {{ name: x{0}, signal: error-rate, atMost: {{ ratio: 2 }} }}", 28, "found 33 guards; wanted 1 to 32")]
    public void Too_many_are_counted(string item, string more, int times, string says)
    {
        var items = string.Concat(Enumerable.Range(11, times).Select(i => string.Format(more, i) + "\n    "));

        var result = Samples.Read(Samples.With(item, items + item));

        Assert.Contains(says, result.Errors.Select(e => e.Message));
    }

    [Fact]
    public void The_example_of_the_reference_is_right()
    {
        var page = File.ReadAllText(SpecificationSchemaTests.Docs("specification.md"));
        var example = page.Split("```yaml\n")[1].Split("```")[0];

        var result = Samples.Read(example);

        Assert.Equal("", Samples.Text(result));
        Assert.Single(result.Set!.Rollouts);
    }
}

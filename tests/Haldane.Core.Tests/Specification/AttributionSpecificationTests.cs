using System.Text.Json;
using Haldane.Core.Evidence;
using Haldane.Core.Reports;
using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>Where attributions stand, and the guards that hold them.</summary>
public sealed class AttributionSpecificationTests
{
    private const string Attribution = "{ response: /explanations/0, features: [income, 7, country] }";
    private const string Guard = "{ name: reasons, signal: attribution-drift, atMost: { jensenShannon: 0.05 } }";

    [Fact]
    public void Attributions_are_taken_whole()
    {
        var set = Samples.Read(File(Attribution, Guard)).Set!;

        var signals = set.Models[0].Signals;
        Assert.Equal(new AttributionSpec("/explanations/0", ["income", "7", "country"]), signals.Attribution);
        Assert.Equal(new MixSizes(3, 20, 4), MixSizes.Of(signals));
        Assert.Equal([0, 3, 23], MixSizes.All.ToArray().Select(MixSizes.Of(signals).Before));
        var guard = set.Rollouts[0].Guards[0];
        Assert.Equal(("attribution-drift", Scale.JensenShannon, 0.05, 0.025), (guard.Signal.ToString(), guard.Scale, guard.Bad, guard.FineLine));
        Assert.Equal((false, false), (guard.Signal.IsLate, guard.Signal.IsOfEveryone));
        Assert.Equal("mix of feature attributions at most 0.05 bits from the baseline's (Jensen-Shannon divergence)", GuardWords.PromiseOf(guard));
    }

    [Theory]
    [InlineData("{}", Guard, "found no field \"response\"", "found no field \"features\"; wanted a list of 2 to 100 features")]
    [InlineData("{ response: $.shap, features: [a, b] }", Guard, "found \"$.shap\"; wanted a JSON pointer (RFC 6901)")]
    [InlineData("{ response: /rows/*/shap, features: [a, b] }", Guard, "found \"/rows/*/shap\"; wanted a pointer to one place, without a step *: the attributions are read once of each answer")]
    [InlineData("{ response: /shap, features: [a] }", Guard, "found 1 features; wanted 2 to 100")]
    [InlineData("{ response: /shap, features: [a, b, a] }", Guard, "found \"a\" twice")]
    [InlineData("{ response: /shap, features: [a, \" b\"] }", Guard, "write it without spaces around it")]
    [InlineData("{ response: /shap, feature: [a, b], features: [a, b] }", Guard, "found the unknown field \"feature\"; wanted one of response, features: did you mean \"features\"?")]
    [InlineData(Attribution, "{ name: reasons, signal: atribution-drift, atMost: { jensenShannon: 0.05 } }", "did you mean attribution-drift?")]
    [InlineData(Attribution, "{ name: reasons, signal: attribution-drift, atMost: { ratio: 1.1 } }", "found attribution-drift atMost ratio; wanted atMost with jensenShannon (a divergence in bits above 0 and below 1, e.g. 0.05)")]
    [InlineData(Attribution, "{ name: reasons, signal: attribution-drift, atMost: { jensenShannon: 1 } }", "wanted a divergence in bits above 0 and below 1, e.g. 0.05")]
    [InlineData(null, Guard, "found the signal \"attribution-drift\", but the model \"fraud\" does not say where the attribution stands; wanted spec.signals.attribution in the model (a.yaml:3)")]
    public void A_mistake_is_named(string? attribution, string guard, params string[] messages)
    {
        var errors = Samples.Read(File(attribution, guard)).Errors.Select(e => e.Message).ToList();

        Assert.Equal(messages.Length, errors.Count);
        Assert.All(errors.Zip(messages), e => Assert.Contains(e.Second, e.First, StringComparison.Ordinal));
    }

    [Fact]
    public void A_model_without_attributions_is_stored_as_ever_and_one_with_them_reads_back()
    {
        ModelSpec without = Samples.Read(Samples.Fraud).Set!.Models[0], with = Samples.Read(File(Attribution, Guard)).Set!.Models[0];

        Assert.DoesNotContain("attribution", JsonSerializer.Serialize(without, CoreJson.Default.ModelSpec), StringComparison.OrdinalIgnoreCase);
        Assert.Equal(with, JsonSerializer.Deserialize(JsonSerializer.Serialize(with, CoreJson.Default.ModelSpec), CoreJson.Default.ModelSpec));
        Assert.Equal("the model's specification was changed while it ran", with.WhyAnother(without));
    }

    [Fact]
    public void Evidence_of_older_programs_has_no_attributions()
    {
        CellEvidence cell = new() { Exchanges = 3, Attribution = [2, 1, 0] };
        ArmEvidence arm = new() { Cells = [cell], ByGroup = new() { Attribution = new([5], [3]) } };
        EvidenceSlice slice = new() { Number = 1, Stage = 0, Share = new(500), From = default, Length = TimeSpan.FromSeconds(1), Baseline = arm, Canary = arm };
        var text = JsonSerializer.Serialize(slice, CoreJson.Default.EvidenceSlice);
        Assert.Equal(slice, Read(text));

        var old = Read(text.Replace(",\"attribution\":[2,1,0]", "", StringComparison.Ordinal).Replace(",\"attribution\":{\"buckets\":[5],\"counts\":[3]}", "", StringComparison.Ordinal));

        Assert.Equal(cell with { Attribution = [] }, old.Canary.Cells[0]);
        Assert.Equal(SparseCounts.Empty, old.Canary.ByGroup!.Attribution);
        Assert.Equal((3L, 0), (slice.Canary.Cells[0].Of(Mix.Attribution).Sum(), old.Canary.Cells[0].Of(Mix.Attribution).Count));
    }

    private static EvidenceSlice Read(string text) => JsonSerializer.Deserialize(text, CoreJson.Default.EvidenceSlice)!;

    private static string File(string? attribution, string guard) => Samples
        .With("    confidence: {", attribution is null ? "    confidence: {" : $"    attribution: {attribution}\n    confidence: {{")
        .Replace("{ name: errors, signal: error-rate, atMost: { ratio: 2.0 } }", guard, StringComparison.Ordinal);
}

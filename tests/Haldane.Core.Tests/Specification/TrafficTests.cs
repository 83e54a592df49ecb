using System.Text.Json;
using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>What the traffic is like.</summary>
public sealed class TrafficTests
{
    private const string Place = "  showArm: false";

    [Fact]
    public void Traffic_becomes_its_record()
    {
        var result = Samples.Read(Samples.With(Place, """
              traffic:
                rate: 30/m
                daily: 50%
                subjects: 5000
                errors: 0.5%
                latency: { p50: 20ms, p99: 80ms }
                classes: { legit: 97% }
                confidence: 90%
                labels: { coverage: 30%, after: 12s, accuracy: 92% }
                segments: { country: { MY: 40%, SG: 0.3 } }
                events: { refused: 1% }
            """));

        Assert.Equal("", Samples.Text(result));
        var expected = new TrafficSpec
        {
            RatePerSecond = 0.5,
            Daily = 0.5,
            Subjects = 5000,
            Errors = 0.005,
            Latency = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromMilliseconds(80)),
            Classes = [new("legit", 0.97)],
            Confidence = 0.9,
            Labels = new(0.3, TimeSpan.FromSeconds(12), 0.92),
            Segments = [new("country", [new("MY", 0.4), new("SG", 0.3)])],
            Events = [new("refused", 0.01)],
        };
        Assert.Equal(expected, result.Set!.Models[0].Traffic);
    }

    [Fact]
    public void Values_have_a_distribution()
    {
        var result = Samples.Read(Samples.With(
            "    confidence: { response: /outputs/1/data/0 }",
            "    values: [{ name: revenue, max: 500 }]").Replace(Place, "  traffic: { rate: 1/s, values: { revenue: { mean: 3.2, deviation: 10, nonZero: 5%, after: 1h } } }", StringComparison.Ordinal));

        Assert.Equal("", Samples.Text(result));
        Assert.Equal([new NumberSpec("revenue", 1, TimeSpan.FromHours(1), 3.2, 10, 0.05)], result.Set!.Models[0].Traffic!.Values);
    }

    [Theory]
    [InlineData("traffic: { errors: 1% }", "spec.traffic.rate: found no field \"rate\"; wanted a rate above 0/d")]
    [InlineData("traffic: { rate: 200 }", "spec.traffic.rate: found \"200\"; wanted a rate above 0/d and at most 1000000/s, with its unit of time, e.g. 200/s: the unit of time is missing, write e.g. 200/s")]
    [InlineData("traffic: { rate: 200/w }", "the units of time are s, m, h and d")]
    [InlineData("traffic: { rate: 0/s }", "wanted a rate above 0/d")]
    [InlineData("traffic: { rate: 1/s, latency: { p50: 80ms, p99: 20ms } }", "spec.traffic.latency.p99: found \"20ms\"; wanted at least 80ms, the p50")]
    [InlineData("traffic: { rate: 1/s, latency: { p50: 80ms } }", "found no field \"p99\"")]
    [InlineData("traffic: { rate: 1/s, subjects: 1.5 }", "wanted a whole number from 2 to 10,000,000")]
    [InlineData("traffic: { rate: 1/s, classes: { frod: 3% } }", "spec.traffic.classes.frod: found \"frod\", which is no class of spec.signals.prediction; wanted one of legit, fraud: did you mean \"fraud\"?")]
    [InlineData("traffic: { rate: 1/s, classes: { legit: 97%, fraud: 4% } }", "spec.traffic.classes: found parts that add up to 101%; wanted at most 100%")]
    [InlineData("traffic: { rate: 1/s, classes: {} }", "found an empty mapping; wanted classes with their parts such as { legit: 97% }")]
    [InlineData("traffic: { rate: 1/s, segments: { land: { MY: 1% } } }", "found \"land\", which is no segment of spec.segments; wanted one of country")]
    [InlineData("traffic: { rate: 1/s, segments: { country: { US: 1% } } }", "found \"US\", which is no value of the segment country; wanted one of MY, SG, ID")]
    [InlineData("traffic: { rate: 1/s, events: { conversion: 1% } }", "found \"conversion\", which is no event of the gateway or of spec.signals.events; wanted one of refused, empty")]
    [InlineData("traffic: { rate: 1/s, values: { revenue: { mean: 1, deviation: 1 } } }", "found \"revenue\", which is no value of spec.signals.values; wanted one, but there is none")]
    [InlineData("traffic: { rate: 1/s, labels: { coverage: 10% } }", "found no field \"accuracy\"")]
    [InlineData("traffic: { rate: 1/s, daily: 100% }", "wanted a part from 0% to below 100%")]
    public void A_mistake_in_traffic_is_named_with_its_cure(string traffic, string says)
    {
        var result = Samples.Read(Samples.With(Place, $"  {traffic}"));

        Assert.Null(result.Set);
        Assert.Contains(result.Errors, e => e.ToString().Contains(says, StringComparison.Ordinal));
    }

    [Fact]
    public void Traffic_is_not_stored_with_the_model()
    {
        var model = Samples.Read(Samples.With(Place, "  traffic: { rate: 200/s }")).Set!.Models[0];

        var stored = JsonSerializer.Deserialize(JsonSerializer.Serialize(model, CoreJson.Default.ModelSpec), CoreJson.Default.ModelSpec);

        Assert.Equal(model with { Traffic = null }, stored);
    }
}

using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

public sealed class SpecificationReaderTests
{
    [Fact]
    public void A_right_model_becomes_its_record()
    {
        var result = Samples.Read(Samples.Fraud);

        var expected = new ModelSpec
        {
            Name = "fraud",
            Protocol = Protocol.OpenInference,
            Route = new("/v2/models/fraud/**"),
            Subject = new() { Header = "X-User-Id" },
            Segments = [new("country", "X-Country", ["MY", "SG", "ID"])],
            Signals = new() { Prediction = new("/outputs/0/data/0", ["legit", "fraud"]), Confidence = new("/outputs/1/data/0") },
            Versions = [new("v1", ["http://127.0.0.1:9001"]), new("v2", ["http://127.0.0.1:9002"])],
            Failover = Failover.Auto,
            Timeout = TimeSpan.FromSeconds(30),
            ShowArm = false,
        };
        Assert.Equal("", Samples.Text(result));
        Assert.Equal(expected, Assert.Single(result.Set!.Models));
    }

    [Fact]
    public void A_right_rollout_becomes_its_record()
    {
        var result = Samples.Read(Samples.Fraud);

        var bake = TimeSpan.FromMinutes(15);
        var expected = new RolloutSpec
        {
            Name = "fraud-v2",
            Model = "fraud",
            Baseline = "v1",
            Canary = "v2",
            Stages = [new(new(100), bake), new(new(1_000), bake), new(new(5_000), bake)],
            Guards =
            [
                new() { Name = "errors", Signal = new(SignalKind.ErrorRate), Scale = Scale.Ratio, Bad = 2, Floor = 0.001 },
                new() { Name = "p99", Signal = new(SignalKind.Latency, 0.99), Scale = Scale.Ratio, Bad = 1.1 },
                new() { Name = "sla", Signal = new(SignalKind.Latency, 0.99), Scale = Scale.Value, Bad = 0.3 },
                new() { Name = "mix", Signal = new(SignalKind.PredictionDrift), Scale = Scale.JensenShannon, Bad = 0.05 },
                new() { Name = "accuracy", Signal = new(SignalKind.Accuracy), Scale = Scale.Difference, Bad = -0.01, AtLeast = true },
            ],
            Promise = new() { FalseRollback = 0.01, FalsePromotion = 0.05 },
            Start = StartMode.Auto,
        };
        Assert.Equal(expected, Assert.Single(result.Set!.Rollouts));
    }

    [Fact]
    public void What_is_left_out_has_its_default()
    {
        const string Shortest = """
            apiVersion: haldane.dev/v1
            kind: Model
            metadata: { name: m }
            spec: { route: { path: / }, versions: [{ name: only, endpoints: [http://model] }] }
            """;

        var model = Assert.Single(Samples.Read(Shortest).Set!.Models);

        Assert.Equal(new() { Name = "m", Route = new("/"), Versions = [new("only", ["http://model"])] }, model);
    }

    [Fact]
    public void A_guard_takes_all_of_its_fields()
    {
        const string Full = "{ ratio: 2.0x }, fine: { ratio: 1.0 }, floor: 0.5%, segments: [country], requiredFrom: 10%, weight: 2 }";

        var result = Samples.Read(Samples.With("{ ratio: 2.0 } }", Full));

        var expected = new GuardSpec
        {
            Name = "errors",
            Signal = new(SignalKind.ErrorRate),
            Scale = Scale.Ratio,
            Bad = 2,
            Fine = 1,
            Floor = 0.005,
            Segments = new(false, ["country"]),
            RequiredFrom = new(1_000),
            Weight = 2,
        };
        Assert.Equal("", Samples.Text(result));
        Assert.Equal(expected, result.Set!.Rollouts[0].Guards[0]);
    }

    [Theory]
    [InlineData("error-rate", "atMost: { value: 2% }", Scale.Value, 0.02)]
    [InlineData("error-rate", "atMost: { value: 0.02 }, fine: { value: 2% }", Scale.Value, 0.02)]
    [InlineData("error-rate", "atMost: { difference: 0.5pp }, fine: { difference: 0pp }", Scale.Difference, 0.005)]
    [InlineData("latency-p50", "atMost: { ratio: 1.2 }", Scale.Ratio, 1.2)]
    [InlineData("latency-p99.9", "atMost: { value: 1m30s }", Scale.Value, 90)]
    [InlineData("accuracy", "atLeast: { value: 92% }, fine: { value: 95% }", Scale.Value, 0.92)]
    [InlineData("accuracy", "atLeast: { difference: -1pp }, fine: { difference: 0pp }", Scale.Difference, -0.01)]
    public void Every_honoured_line_is_read_in_its_units(string signal, string line, Scale scale, double bad)
    {
        var result = Samples.Read(Samples.With("signal: error-rate, atMost: { ratio: 2.0 }", $"signal: {signal}, {line}"));

        Assert.Equal("", Samples.Text(result));
        var guard = result.Set!.Rollouts[0].Guards[0];
        Assert.Equal((signal, scale, bad), (guard.Signal.ToString(), guard.Scale, guard.Bad));
    }

    [Fact]
    public void A_rollout_may_name_a_model_of_another_file()
    {
        var parts = Samples.Fraud.Split("---\n");

        var result = Samples.Read(parts[1], parts[0]);

        Assert.Equal("", Samples.Text(result));
        Assert.Equal(("fraud", "fraud-v2"), (result.Set!.Models[0].Name, result.Set.Rollouts[0].Name));
    }

    [Fact]
    public void An_empty_document_beside_others_is_nothing()
    {
        var result = Samples.Read("---\n# soon\n---\n" + Samples.Fraud + "---\n");

        Assert.Equal("", Samples.Text(result));
    }

    [Theory]
    [InlineData("\uFEFF")]
    [InlineData("# yaml-language-server: $schema=haldane.schema.json\n")]
    [InlineData("%YAML 1.2\n---\n")]
    public void What_may_stand_before_a_document_is_skipped(string before) => Assert.Equal("", Samples.Text(Samples.Read(before + Samples.Fraud)));

    [Fact]
    public void Windows_line_ends_change_nothing()
    {
        var result = Samples.Read(Samples.Fraud.ReplaceLineEndings("\r\n"));

        Assert.Equal(Samples.Read(Samples.Fraud).Set, result.Set);
    }

    [Fact]
    public void Words_that_other_readers_take_for_truth_stay_words()
    {
        var result = Samples.Read(Samples.With("[MY, SG, ID]", "[NO, on, y, 1.0, true]"));

        Assert.Equal<string[]>(["NO", "on", "y", "1.0", "true"], [.. result.Set!.Models[0].Segments[0].Values]);
    }

    [Fact]
    public void No_file_is_an_empty_set() => Assert.Equal(new([], []), Samples.Read().Set);
}

using System.Text.Json;
using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>Shadow stages of a plan that is right.</summary>
public sealed class ShadowStageTests
{
    [Fact]
    public void A_shadow_stage_serves_nobody_and_copies_with_usual_limits()
    {
        var stage = Read("{ kind: shadow, bake: 10m }").Stages[0];

        Assert.Equal((StageKind.Shadow, Share.None, TimeSpan.FromMinutes(10), 0.5), (stage.Kind, stage.Share, stage.Bake, stage.CanaryPart));
        Assert.Equal(new ShadowSpec(), stage.Shadow);
        Assert.Equal((Share.Full, 100.0, Share.None, 0), (stage.Shadow!.Sample, stage.Shadow.Rate, stage.Shadow.Control, stage.Shadow.KeepPairs));
    }

    [Fact]
    public void Everything_of_a_shadow_stage_can_be_said()
    {
        var stage = Read(
            "{ kind: shadow, sample: 25%, bake: 1h, rate: 20/s, control: 5%, ignore: [/id, /choices/*/logprobs], tolerance: 0.001, similarity: 90%, cosine: 0.99, keepPairs: 200, redact: [/messages/*/content] }").Stages[0];

        Assert.Equal(
            new()
            {
                Sample = new(2_500), Rate = 20, Control = new(500), Ignore = ["/id", "/choices/*/logprobs"], Tolerance = 0.001, Similarity = 0.9, Cosine = 0.99, KeepPairs = 200,
                Redact = ["/messages/*/content"],
            },
            stage.Shadow);
    }

    [Fact]
    public void A_stage_without_a_kind_is_a_split()
    {
        var stage = Read("{ kind: split, share: 1%, bake: 10m }").Stages[0];

        Assert.Equal(new(new(100), TimeSpan.FromMinutes(10)), stage);
        Assert.Equal((StageKind.Split, 0.01), (stage.Kind, stage.CanaryPart));
    }

    [Fact]
    public void Agreement_may_be_guarded_where_there_is_a_shadow_stage()
    {
        var read = Samples.Read(Samples.With("- { share: 1%, bake: 15m }", "- { kind: shadow, bake: 10m }")
            .Replace("signal: error-rate, atMost: { ratio: 2.0 }", "signal: agreement, atLeast: { value: 98% }", StringComparison.Ordinal));

        Assert.True(read.Set is not null, Samples.Text(read));
        Assert.Equal(SignalKind.Agreement, read.Set!.Rollouts[0].Guards[0].Signal.Kind);
    }

    [Fact]
    public void A_shadow_stage_cannot_be_the_last_one()
    {
        var read = Samples.Read(Samples.With("- { share: 1%, bake: 15m }\n    - { share: 10%, bake: 15m }\n    - { share: 50%, bake: 15m }", "- { kind: shadow, bake: 10m }"));

        Assert.Equal(
            "a.yaml:29:15: spec.stages[0].kind: found a shadow stage at the end; wanted a stage with a share behind it: a canary that has served nobody is not promoted to everything",
            Assert.Single(read.Errors).ToString());
    }

    [Fact]
    public void A_plan_with_a_shadow_stage_comes_back_from_the_store_as_it_was()
    {
        var plan = Read("{ kind: shadow, sample: 25%, bake: 1h, redact: [/messages/*/content] }");

        var json = JsonSerializer.Serialize(plan, CoreJson.Default.RolloutSpec);

        Assert.Equal(plan, JsonSerializer.Deserialize(json, CoreJson.Default.RolloutSpec));
        Assert.Contains("\"kind\":\"Shadow\"", json, StringComparison.Ordinal);
    }

    private static RolloutSpec Read(string stage)
    {
        var read = Samples.Read(Samples.With("- { share: 1%, bake: 15m }", $"- {stage}"));
        Assert.True(read.Set is not null, Samples.Text(read));
        return read.Set!.Rollouts[0];
    }
}

using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>What stages of each kind, and presets, are read as.</summary>
public sealed class StageSpecificationTests
{
    private const string Stages = "  stages:\n    - { share: 1%, bake: 15m }\n    - { share: 10%, bake: 15m }\n    - { share: 50%, bake: 15m }\n";

    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    [Fact]
    public void A_stage_says_when_it_is_left()
    {
        var stage = Read("  stages:\n    - { name: early, share: 1%, bake: 15m, exchanges: 5000, subjects: 200, guards: [errors], stay: 2h, whenUndecided: ask }\n").Stages[0];

        Assert.Equal(
            new StageSpec(new(100), Quarter) { Name = "early", Exchanges = 5_000, Subjects = 200, Guards = ["errors"], Stay = TimeSpan.FromHours(2), WhenUndecided = WhenUndecided.Ask },
            stage);
    }

    [Fact]
    public void A_switch_holds_a_twentieth_back_unless_it_says_otherwise()
    {
        Assert.Equal(new StageSpec(new(9_500), Quarter) { Kind = StageKind.Switch }, Read("  stages:\n    - { kind: switch, bake: 15m }\n").Stages[0]);
        Assert.Equal(new Share(9_999), Read("  stages:\n    - { kind: switch, holdback: 0.01%, bake: 15m }\n").Stages[0].Share);
    }

    [Fact]
    public void An_experiment_splits_in_halves_unless_it_says_otherwise()
    {
        Assert.Equal(new StageSpec(new(5_000), TimeSpan.FromDays(14)) { Kind = StageKind.Experiment }, Read("  stages:\n    - { kind: experiment, lasts: 14d }\n").Stages[0]);
        Assert.Equal(new Share(2_000), Read("  stages:\n    - { kind: experiment, share: 20%, lasts: 14d }\n").Stages[0].Share);
    }

    [Theory]
    [InlineData("quick", "early 1% 15m, wide 10% 15m, half 50% 15m")]
    [InlineData("three-stage", "early 2% 2h, wide 25% 12h")]
    [InlineData("bake", "bake 5% 24h, half 50% 60m")]
    [InlineData("shadow-first", "shadow shadow 60m, early 1% 15m, wide 10% 15m, half 50% 15m")]
    [InlineData("blue-green", "switch switch to 95% 60m")]
    [InlineData("ab", "experiment experiment at 50% 14d")]
    public void A_preset_stands_for_stages(string preset, string stages) =>
        Assert.Equal(stages, string.Join(", ", Read($"  preset: {preset}\n").Stages.Select(s => $"{s.Name} {s} {Quantity.Show(s.Bake)}")));

    [Fact]
    public void What_of_a_preset_is_not_said_otherwise_stays()
    {
        var stages = Read("  preset: quick\n  stages:\n    - { name: wide, share: 20%, stay: 1h }\n").Stages;

        Assert.Equal(
            [new(new(100), Quarter) { Name = "early" }, new(new(2_000), Quarter) { Name = "wide", Stay = TimeSpan.FromHours(1) }, new(new(5_000), Quarter) { Name = "half" }],
            stages);
    }

    [Fact]
    public void The_way_back_and_the_warm_time_are_read()
    {
        var usual = Read(Stages);
        var other = Read(Stages + "  return: { through: [25%, 5%], every: 30s }\n  warm: 2d\n");

        Assert.Equal((ReturnSpec.AtOnce, TimeSpan.FromHours(1)), (usual.Return, usual.Warm));
        Assert.Equal((new ReturnSpec([new(2_500), new(500)], TimeSpan.FromSeconds(30)), TimeSpan.FromDays(2)), (other.Return, other.Warm));
    }

    private static RolloutSpec Read(string stages)
    {
        var result = Samples.Read(Samples.With(Stages, stages));
        Assert.True(result.Set is not null, Samples.Text(result));
        return result.Set.Rollouts[0];
    }
}

using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>Policies, approvals and what a model's risk asks for, as they are written.</summary>
public sealed class PolicySpecificationTests
{
    [Fact]
    public void A_policy_is_read_whole()
    {
        var set = Samples.Read(Samples.Fraud, Policy("""
            { models: [fraud], atMost: 1, freezes: [
                { name: year-end, from: 2026-12-18, until: "2027-01-04T06:00", why: closing },
                { name: weekends, cron: "0 16 * * 5", for: 64h, zone: Europe/Berlin } ] }
            """)).Set!;

        var policy = Assert.Single(set.Policies);
        Assert.Equal(("house", 1, 2), (policy.Name, policy.AtMost, policy.Freezes.Count));
        Assert.Equal("2026-12-18 00:00 to 2027-01-04 06:00 (UTC)", policy.Freezes[0].When);
        Assert.Equal("0 16 * * 5 for 64h (Europe/Berlin)", policy.Freezes[1].When);
    }

    [Theory]
    [InlineData("{ }", "found neither \"atMost\" nor \"freezes\"")]
    [InlineData("{ models: [fraud] }", "found neither \"atMost\" nor \"freezes\"")]
    [InlineData("{ atMost: 0 }", "wanted a whole number from 1 to 10,000")]
    [InlineData("{ atMost: 1, models: [frud] }", "did you mean \"fraud\"?")]
    [InlineData("{ freezes: [{ name: a, from: 2026-12-18 }] }", "found one of from and until; wanted both")]
    [InlineData("{ freezes: [{ name: a, cron: \"0 0 * * *\" }] }", "found one of cron and for; wanted both")]
    [InlineData("{ freezes: [{ name: a }] }", "found neither from and until, nor cron and for")]
    [InlineData("{ freezes: [{ name: a, from: 2026-12-18, until: 2027-01-04, cron: \"0 0 * * *\", for: 1h }] }", "found both from or until, and cron or for")]
    [InlineData("{ freezes: [{ name: a, from: 2026-12-18, until: 2026-12-18 }] }", "wanted a moment after 2026-12-18")]
    [InlineData("{ freezes: [{ name: a, from: 2026-13-18, until: 2027-01-01 }] }", "wanted a date or a time of the freeze's zone")]
    [InlineData("{ freezes: [{ name: a, cron: \"0 25 * * *\", for: 1h }] }", "wanted five fields as in a crontab")]
    [InlineData("{ freezes: [{ name: a, cron: \"0 5 * * *\", for: 40d }] }", "wanted a duration from 1m to 31d")]
    [InlineData("{ freezes: [{ name: a, cron: \"0 5 * * *\", for: 1h, zone: Middle/Earth }] }", "wanted the name of a time zone")]
    [InlineData("{ freezes: [{ name: a, from: 2026-12-18, until: 2027-01-04 }, { name: a, from: 2026-12-18, until: 2027-01-04 }] }", "\"a\"")]
    public void A_mistake_in_a_policy_is_named(string spec, string message) => AssertOne(Samples.Read(Samples.Fraud, Policy(spec)), message);

    [Fact]
    public void A_freeze_has_a_name_of_its_own_over_all_policies() => AssertOne(
        Samples.Read(Samples.Fraud, Policy("{ freezes: [{ name: a, from: 2026-12-18, until: 2027-01-04 }] }"), Policy("{ freezes: [{ name: a, from: 2026-12-18, until: 2027-01-04 }] }", "other")),
        "found a second freeze \"a\", the first is in the policy \"house\"");

    [Fact]
    public void Two_policies_of_one_name_are_one_too_many() =>
        AssertOne(Samples.Read(Samples.Fraud, Policy("{ atMost: 1 }"), Policy("{ atMost: 1 }")), "found a second policy \"house\"");

    [Fact]
    public void A_schedule_is_read_whole_and_stored()
    {
        var rollout = Samples.Read(Samples.With("{ share: 50%, bake: 15m }", "{ share: 50%, bake: 15m, schedule: [{ cron: \"0 9 * * 1-5\", for: 8h, zone: Europe/Berlin }, { cron: \"0 10 * * sat\", for: 1h }] }")).Set!.Rollouts[0];

        Assert.Equal([new("0 9 * * 1-5", TimeSpan.FromHours(8), "Europe/Berlin"), new WindowSpec("0 10 * * sat", TimeSpan.FromHours(1), "UTC")], rollout.Stages[2].Schedule);
        var json = System.Text.Json.JsonSerializer.Serialize(rollout, CoreJson.Default.RolloutSpec);
        Assert.Equal(rollout, System.Text.Json.JsonSerializer.Deserialize(json, CoreJson.Default.RolloutSpec));
        Assert.Empty(System.Text.Json.JsonSerializer.Deserialize(json.Replace("\"schedule\":", "\"then\":", StringComparison.Ordinal), CoreJson.Default.RolloutSpec)!.Stages[2].Schedule);
    }

    [Theory]
    [InlineData("[]", "wanted 1 to 20")]
    [InlineData("[{ cron: \"0 9 * *\", for: 8h }]", "wanted five fields as in a crontab")]
    [InlineData("[{ cron: \"0 9 * * *\" }]", "found no field \"for\"")]
    [InlineData("[{ cron: \"0 9 * * *\", for: 8h, zone: Berlin }]", "wanted the name of a time zone, e.g. Europe/Berlin")]
    public void A_mistake_in_a_schedule_is_named(string schedule, string message) =>
        AssertOne(Samples.Read(Samples.With("{ share: 50%, bake: 15m }", $"{{ share: 50%, bake: 15m, schedule: {schedule} }}")), message);

    [Fact]
    public void An_approval_is_read_whole()
    {
        var set = Samples.Read(Samples.With("{ share: 50%, bake: 15m }", "{ share: 50%, bake: 15m, approval: { count: 2, people: [anna, ben], groups: [risk], expires: 3d } }")).Set!;

        var approval = set.Rollouts[0].Stages[2].Approval!;
        Assert.Equal((2, "anna+ben", "risk", TimeSpan.FromDays(3)), (approval.Count, string.Join('+', approval.People), string.Join('+', approval.Groups), approval.Expires));
        Assert.Equal(new(), Samples.Read(Samples.With("{ share: 50%, bake: 15m }", "{ share: 50%, bake: 15m, approval: {} }")).Set!.Rollouts[0].Stages[2].Approval);
    }

    [Theory]
    [InlineData("{ count: 0 }", "wanted a whole number from 1 to 10")]
    [InlineData("{ count: 3, people: [anna, ben] }", "wanted at most 2: more people are to agree than are named")]
    [InlineData("{ expires: 0s }", "wanted a duration from 1m to 90d")]
    [InlineData("{ people: [] }", "people")]
    [InlineData("yes", "wanted who must agree, such as")]
    public void A_mistake_in_an_approval_is_named(string approval, string message) =>
        AssertOne(Samples.Read(Samples.With("{ share: 50%, bake: 15m }", $"{{ share: 50%, bake: 15m, approval: {approval} }}")), message);

    [Fact]
    public void A_model_of_high_risk_needs_somebody_who_starts_and_somebody_who_agrees()
    {
        var risky = Samples.With("  showArm: false", "  about: { owner: payments, purpose: \"stops fraud\", risk: high, data: \"transactions of 2025\" }");
        var result = Samples.Read(risky);
        var mended = Samples.Read(risky.Replace("start: auto", "start: manual", StringComparison.Ordinal).Replace("{ share: 50%, bake: 15m }", "{ share: 50%, bake: 15m, approval: {} }", StringComparison.Ordinal));

        Assert.Equal(2, result.Errors.Count);
        Assert.Contains("wanted start: manual", result.Errors[0].Message, StringComparison.Ordinal);
        Assert.Contains("wanted approval in one of them", result.Errors[1].Message, StringComparison.Ordinal);
        Assert.Equal(new() { Owner = "payments", Purpose = "stops fraud", Risk = RiskClass.High, Data = "transactions of 2025" }, mended.Set!.Models[0].About);
    }

    [Fact]
    public void What_an_inventory_says_changes_nothing_that_runs()
    {
        var before = Samples.Read(Samples.Fraud).Set!.Models[0];
        var after = Samples.Read(Samples.With("  showArm: false", "  about: { owner: payments }")).Set!.Models[0];

        Assert.NotEqual(before, after);
        Assert.Equal(before.AsRun, after.AsRun);
    }

    private static string Policy(string spec, string name = "house") =>
        $"apiVersion: haldane.dev/v1\nkind: Policy\nmetadata: {{ name: {name} }}\nspec: {spec.ReplaceLineEndings("\n      ")}\n";

    private static void AssertOne(SpecificationResult result, string message) => Assert.Contains(message, Assert.Single(result.Errors).Message, StringComparison.Ordinal);
}

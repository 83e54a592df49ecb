using Haldane.Simulation.Forecasts;
using Haldane.Simulation.Tests.Support;

namespace Haldane.Simulation.Tests.Forecasts;

/// <summary>What the linter says, word for word.</summary>
public sealed class PlanLinterTests
{
    private const string Usual = "latency: { p50: 20ms, p99: 80ms }, classes: { legit: 97% }, labels: { coverage: 30%, after: 12s, accuracy: 92% }";

    [Fact]
    public void A_plan_that_does_what_it_asks_for_has_no_remark() => Says(
        [], $"rate: 2000/s, errors: 1%, {Usual}", "{ share: 1%, bake: 15m }, { share: 50%, bake: 15m }",
        $"{Plans.Errors}, {{ name: p99, signal: latency-p99, atMost: {{ ratio: 1.10 }} }}, {{ name: accuracy, signal: accuracy, atLeast: {{ difference: -1pp }} }}");

    [Fact]
    public void A_guard_that_keeps_a_stage_waiting_is_named_with_its_time_and_cures()
    {
        var remark = Assert.Single(Remarks(
            $"rate: 200/s, {Usual}", "{ share: 1%, bake: 15m }, { share: 50%, bake: 15m }", "{ name: accuracy, signal: accuracy, atLeast: { difference: -1pp }, requiredFrom: 1% }"));

        Assert.Matches(
            @"^warning: rollout fraud-v2: guard accuracy: at 1% of 200 requests/s it needs about [0-9.]+ h to pass, even if the canary is as the baseline; the stage bakes 15 min and cannot be left before: "
            + @"widen the margin, ask for it at a larger share \(requiredFrom\), or bake as long as that$",
            remark.ToString());
    }

    [Fact]
    public void A_ratio_of_a_tiny_rate_is_told_of_absolute_margins()
    {
        var remark = Assert.Single(Remarks("rate: 2/s, errors: 0.01%", "{ share: 10%, bake: 1h }", Plans.Errors), r => r.Kind == RemarkKind.Warning);

        Assert.Matches("at 10% of 2 requests/s it needs about [0-9.]+ d to pass", remark.Text);
        Assert.Contains("at a rate of 0.01 % a ratio takes many requests, an absolute margin fewer (e.g. { difference: 0.02pp })", remark.Text, StringComparison.Ordinal);
        Assert.Contains("let the last stage have a larger share", remark.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_ratio_that_stays_below_its_floor_is_a_note()
    {
        var remark = Assert.Single(Remarks("rate: 2000/s, errors: 0.1%", "{ share: 50%, bake: 1h }", "{ name: errors, signal: error-rate, atMost: { ratio: 2.0 }, floor: 1% }"), r => r.Kind == RemarkKind.Note);

        Assert.Equal("guard errors: 2 times the baseline's 0.1 % is still below the floor of 1 %, where errors are never bad: it takes a canary back from 10 times on", remark.Text);
    }

    [Fact]
    public void A_guard_that_has_too_few_subjects_is_told_so()
    {
        var remark = Assert.Single(Remarks(
            $"rate: 200/s, subjects: 5000, {Usual}", "{ share: 1%, bake: 15m }", "{ name: accuracy, signal: accuracy, atLeast: { difference: -1pp } }"));

        Assert.Contains(
            "it does not pass within 30 days, even if the canary is as the baseline; the stage bakes 15 min and cannot be left before: each subject counts once a stage, and of 5,000 subjects about 50 are the canary's, widen the margin",
            remark.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Latency_of_a_handful_of_subjects_is_told_of()
    {
        var remark = Assert.Single(Remarks($"rate: 200/s, subjects: 300, {Usual}", "{ share: 1%, bake: 15m }", "{ name: p99, signal: latency-p99, atMost: { ratio: 1.10 } }"));

        Assert.Contains(
            "it does not pass within 30 days, even if the canary is as the baseline; the stage bakes 15 min and cannot be left before: of 300 subjects about 3 are the canary's, hardly enough to tell their ways from the version's, widen the margin",
            remark.Text,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_limit_that_the_baseline_breaks_itself_is_named() => Says(
        ["warning: rollout fraud-v2: guard sla: the baseline itself, 80 ms, is not better than the line of 70 ms: a canary that is no better is never promoted"],
        $"rate: 2000/s, {Usual}", "{ share: 50%, bake: 1h }", "{ name: sla, signal: latency-p99, atMost: { value: 70ms } }");

    [Fact]
    public void Lines_that_lie_near_each_other_are_named() => Says(
        [
            "warning: rollout fraud-v2: guard mix: fine (0.045 bits) lies so near to the line (0.05 bits) that a canary at fine takes about 100 times the traffic that one takes which is as the baseline; "
            + "move fine away, or leave it out for half-way",
            "warning: rollout fraud-v2: guard p50: the lines 1.095 and 1.1 cannot be told apart: latencies are counted in steps of 1.2 %",
        ],
        $"rate: 2000/s, {Usual}", "{ share: 50%, bake: 1h }",
        "{ name: mix, signal: prediction-drift, atMost: { jensenShannon: 0.05 }, fine: { jensenShannon: 0.045 } }, { name: p50, signal: latency-p50, atMost: { ratio: 1.1 }, fine: { ratio: 1.095 } }");

    [Fact]
    public void A_stage_that_brings_nothing_is_named()
    {
        var remarks = Remarks("rate: 1/s, errors: 1%", "{ share: 1%, bake: 5m }, { share: 50%, bake: 30d }", Plans.Errors);

        Assert.Equal(
            ["warning: rollout fraud-v2: the stage of 1% bakes 5 min, in which the canary gets about 3 of 1 requests/s; 10 are the least that is judged: it holds until they have come"],
            remarks.Select(r => r.ToString()));
    }

    [Fact]
    public void What_the_traffic_says_nothing_of_is_a_note() => Says(
        [
            "note: rollout fraud-v2: guard accuracy: spec.traffic of the model fraud says nothing of labels, so it is not forecast",
            "note: rollout fraud-v2: guard revenue: spec.traffic of the model fraud says nothing of values: { revenue: … }, so it is not forecast",
        ],
        "rate: 2000/s, errors: 1%", "{ share: 50%, bake: 1h }",
        "{ name: accuracy, signal: accuracy, atLeast: { difference: -1pp } }, { name: revenue, signal: \"mean:revenue\", atLeast: { ratio: 0.9 } }");

    [Fact]
    public void A_model_without_traffic_is_a_note()
    {
        var set = Plans.Set("", "{ share: 50%, bake: 1h }", Plans.Errors);

        Assert.Equal(
            "note: rollout fraud-v2: the model fraud says nothing of its traffic, so nothing is forecast; spec.traffic of the model is the place, at least { rate: 200/s }",
            PlanLinter.NoTraffic(set.Rollouts[0]).ToString());
    }

    private static void Says(string[] expected, string traffic, string stages, string guards) =>
        Assert.Equal(expected, Remarks(traffic, stages, guards).Select(r => r.ToString()));

    private static IReadOnlyList<Remark> Remarks(string traffic, string stages, string guards)
    {
        var (model, rollout) = Plans.Read(traffic, stages, guards);
        return PlanLinter.Check(model, rollout, PlanForecast.Of(model, rollout, runs: 12));
    }
}

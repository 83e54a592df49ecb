using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>What is said of a latency quantile of the canary against the baseline's.</summary>
public sealed class LatencySentenceTests
{
    private static readonly GuardSpec Ratio = Slices.Guard(SignalKind.Latency, Scale.Ratio, 1.1, 0.9);
    private static readonly GuardSpec Difference = Slices.Guard(SignalKind.Latency, Scale.Difference, 0.002, 0.9);

    private static readonly Reading Seen = new() { Estimate = 1.25, Low = 1.05, High = 1.5, BaselineValue = 0.08, CanaryValue = 0.1, BaselineCount = 4_000, CanaryCount = 1_000 };

    [Fact]
    public void Both_quantiles_are_told_and_what_they_differ_by()
    {
        Assert.Equal("p90 is 100 ms against 80 ms of the baseline: 25 % higher (at least 5 % higher); 10 % is the margin", Say(Ratio, VerdictKind.Fail, Seen));
        Assert.Equal("p90 is 100 ms against 80 ms of the baseline: 25 % higher; may be between 5 % higher and 50 % higher; 10 % is the margin", Say(Ratio, VerdictKind.Undecided, Seen));
        Assert.Equal(
            "p90 is 100 ms against 80 ms of the baseline: 20 ms higher (at most 30 ms higher); 2 ms is the margin",
            Say(Difference, VerdictKind.Pass, Seen with { Estimate = 0.02, Low = -0.001, High = 0.03 }));
        Assert.Equal(
            "p90 is 100 ms against 80 ms of the baseline: 20 ms higher; may be between 1 ms lower and 30 ms higher; 2 ms is the margin",
            Say(Difference, VerdictKind.Undecided, Seen with { Estimate = 0.02, Low = -0.001, High = 0.03 }));
    }

    // No difference is 1 of ratios and 0 of differences: a bound on its harmless side proves no harm.
    [Fact]
    public void A_bound_on_the_harmless_side_is_not_told()
    {
        Assert.Equal("p90 is 100 ms against 80 ms of the baseline: 25 % higher; 10 % is the margin", Say(Ratio, VerdictKind.Fail, Seen with { Low = 0.99 }));
        Assert.Equal("p90 is 100 ms against 80 ms of the baseline: 1.25 s higher; 2 ms is the margin", Say(Difference, VerdictKind.Fail, Seen with { Low = -0.001 }));
        Assert.Equal("p90 is 100 ms against 80 ms of the baseline: 1.25 s higher (at least 1 ms higher); 2 ms is the margin", Say(Difference, VerdictKind.Fail, Seen with { Low = 0.001 }));
    }

    // Where less is worse the amounts still say which way they go: they are not turned round.
    [Fact]
    public void A_promise_to_be_faster_is_told_with_its_direction()
    {
        Assert.EndsWith("; 10 % lower is the margin", Say(Ratio with { Bad = 0.9, Fine = 0.8 }, VerdictKind.Pass, Seen), StringComparison.Ordinal);
        Assert.EndsWith("; 0.1 % lower is the margin", Say(Ratio with { Bad = 0.999, Fine = 0.8 }, VerdictKind.Pass, Seen), StringComparison.Ordinal);
        Assert.EndsWith("; 0 % is the margin", Say(Ratio with { Bad = 1 }, VerdictKind.Pass, Seen), StringComparison.Ordinal);
        Assert.EndsWith("; 12 % is the margin", Say(Ratio with { Bad = 1.123 }, VerdictKind.Pass, Seen), StringComparison.Ordinal);
        Assert.EndsWith(" (at least 10 % lower); 5 % lower is the margin", Say(Ratio with { Bad = 0.95, Fine = 0.99, AtLeast = true }, VerdictKind.Fail, Seen with { High = 0.9 }), StringComparison.Ordinal);
    }

    // Thirty answers beyond the quantile: 300 of each arm for p90.
    [Theory]
    [InlineData(299, 400, "299 canary answers")]
    [InlineData(400, 299, "299 baseline answers")]
    [InlineData(250, 250, "250 canary answers")]
    [InlineData(300, 300, null)]
    public void Until_bounds_can_be_had_it_is_told_of_which_arm_how_many_answers_they_take(long canary, long baseline, string? lacking)
    {
        var early = Seen with { Low = null, High = null, CanaryCount = canary, BaselineCount = baseline };
        const string Headline = "p90 is 100 ms against 80 ms of the baseline: 25 % higher";

        Assert.Equal(
            lacking is null ? $"{Headline}; too early to bound it; 10 % is the margin" : $"{Headline}; {lacking} in this stage, bounds come with 300; 10 % is the margin",
            Say(Ratio, VerdictKind.Undecided, early));
        Assert.Equal($"{Headline}; 10 % is the margin", Say(Ratio, VerdictKind.Pass, early));
        Assert.Equal($"{Headline}; may be between 5 % higher and 50 % higher; 10 % is the margin", Say(Ratio, VerdictKind.Undecided, Seen with { CanaryCount = canary, BaselineCount = baseline }));
    }

    [Fact]
    public void Answers_of_one_arm_are_compared_with_nothing()
    {
        Asked one = Asked.OfEveryone(Ratio).After(Timed.Slice(0, 20, [(800, 500), (810, 450), (820, 50)], [])), other = Asked.OfSegment(Ratio).After(Timed.Slice(0, 20, [], [(800, 500), (810, 450), (820, 50)]));

        Assert.Equal("p90 has answers of one arm only in this stage; 0 canary answers in this stage, bounds come with 300; 10 % is the margin", one.Says(VerdictKind.Undecided));
        Assert.Equal(
            "p90 in country=ID has answers of one arm only in this stage; 0 baseline answers in this stage, bounds come with 300; 10 % is the margin", other.Says(VerdictKind.Undecided));

        // Bursts of an arm that is alone are no reason to wait.
        foreach (var asked in new[] { one, other })
        {
            Assert.EndsWith("; too early to bound it; 10 % is the margin", asked.Measurement.Explain(VerdictKind.Undecided, new() { CanaryCount = 300, BaselineCount = 300 }, worse: false), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Answers_that_came_in_bursts_count_as_fewer_and_it_is_said()
    {
        // Every fifth slice has all the slow answers of the canary; Kish's design effect, less what chance may show.
        var slices = Enumerable.Range(1, 10).Select(n => Timed.Slice(0, 20, [(800, 90), (810, 10)], n % 5 == 0 ? [(800, 50), (820, 50)] : [(800, 100)])).ToArray();
        var many = (8 * 100.0 + 2 * 1_600) * 10 / 9 / 90 - 1.5 * Math.Sqrt((2 + 10 / 90.0) / 9);

        Assert.Contains($", since answers of the same users and moments are alike: {Judge.Say.Number(many, 2)} count as one; ", Asked.OfEveryone(Ratio).After(slices).Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.Contains(
            "; too few users or moments so far to tell their ways from the version's; ",
            Asked.OfEveryone(Ratio).After(Timed.Alike(4, 0, 20, [(800, 90), (810, 10)], [(800, 80), (820, 20)])).Says(VerdictKind.Undecided),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_than_ten_answers_are_missing_and_each_stage_starts_anew()
    {
        var asked = Asked.OfEveryone(Ratio, 20, 50).After(Timed.Slice(0, 20, [(800, 90)], [(800, 90)]), Timed.Slice(1, 50, [(800, 90)], [(800, 9)]));

        Assert.Equal("9 canary answers in this stage, 10 are the least", asked.Measurement.Missing());
        Assert.Null(asked.After(Timed.Slice(1, 50, [], [(800, 1)])).Measurement.Missing());
        Assert.True(asked.Measurement.StartsAnew);
        Assert.Equal("0 canary answers in country=ID in this stage, 10 are the least", Asked.OfSegment(Ratio).Measurement.Missing());
    }

    private static string Say(GuardSpec guard, VerdictKind kind, Reading reading) => Asked.OfEveryone(guard).Measurement.Explain(kind, reading, worse: false);
}

using Haldane.Core.Rollouts;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Characteristics;

/// <summary>How long the README's rollout takes to promote a good canary and to take back bad ones.</summary>
public sealed class PlanTests(ITestOutputHelper output)
{
    [Fact]
    public void A_canary_that_is_as_the_baseline_is_promoted_soon_after_the_last_stage_begins()
    {
        var endings = Enumerable.Range(1, 50).Select(seed => Plan.Run(new(), seed)).ToList();

        var inLast = endings.Select(e => e.Second - e.LastStage!.Value).Order().ToList();
        output.WriteLine($"seeds 1..50: all five passed after a median of {inLast[25]} s in the 50 % stage, {inLast[^1]} s at most");
        foreach (var verdict in endings[0].Judgement.Verdicts)
        {
            output.WriteLine($"  {verdict.Guard}: {verdict.Kind}: {verdict.Reason}");
        }

        Assert.All(endings, e => Assert.Equal(Phase.Promoted, e.Phase));
        Assert.True(inLast[25] <= 25);
    }

    // At most: the median second, with room for other seeds; measured values are in the output and in docs/how-it-decides.md.
    public static TheoryData<string, string, string?, int> Harms => new()
    {
        { "p99 + 40 %", "p99", null, 30 },
        { "3 % errors", "errors", null, 15 },
        { "class mix 30 % -> 90 %", "drift", null, 9 },
        { "accuracy - 8 points", "accuracy", null, 30 },
        { "one segment wrong", "accuracy", "country=ID", 18 },
    };

    [Theory]
    [MemberData(nameof(Harms))]
    public void A_bad_canary_is_taken_back_and_the_right_guard_is_named(string harm, string guard, string? segment, int atMost)
    {
        var endings = Enumerable.Range(100, 21).Select(seed => Plan.Run(Bad(harm), seed)).ToList();

        var seconds = endings.Select(e => e.Second).Order().ToList();
        output.WriteLine($"{harm}, seeds 100..120: median second {seconds[10]}, {seconds[0]} to {seconds[^1]}; named: "
            + string.Join(", ", endings.GroupBy(e => $"{e.Guard} {e.Segment} in stage {e.Stage + 1}").Select(g => $"{g.Count()} x {g.Key}")));
        output.WriteLine($"  {endings[0].Reason}");
        Assert.All(endings, e => Assert.Equal(Phase.RolledBack, e.Phase));
        Assert.True(endings.Count(e => e.Guard == guard && (segment is null || e.Segment == segment)) >= 19);
        Assert.True(seconds[10] <= atMost);
    }

    private static Behaviour Bad(string harm) => harm switch
    {
        // exp(2.326 * 0.25) * 1.4 = exp(2.326 * sigma)
        "p99 + 40 %" => new() { Sigma = 0.25 + Math.Log(1.4) / 2.3263 },
        "3 % errors" => new() { Errors = 0.03 },
        "class mix 30 % -> 90 %" => new() { Mix = 0.9 },
        "accuracy - 8 points" => new() { Wrong = 0.18 },
        "one segment wrong" => new() { WrongInId = 0.95 },
        _ => throw new ArgumentOutOfRangeException(nameof(harm), harm, "no such harm"),
    };
}

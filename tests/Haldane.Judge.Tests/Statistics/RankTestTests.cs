using Haldane.Characteristics.Peers;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>The peer's rank test that <c>bench/characteristics</c> compares with is a fair copy.</summary>
public sealed class RankTestTests(ITestOutputHelper output)
{
    // Its roots are searched to 1e-4.
    private const double Within = 2e-4;

    [Fact]
    public void Intervals_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("rank_interval"))
        {
            var (low, high, estimate) = RankTest.Interval([.. c.Numbers("x").Order()], [.. c.Numbers("y").Order()]);

            // The peer keeps the continuity correction for the estimate too, which the reference leaves out: that moves it by a part of a step.
            var width = c.Number("upper") - c.Number("lower");
            Assert.True(
                Math.Abs(low - c.Number("lower")) <= Within && Math.Abs(high - c.Number("upper")) <= Within && Math.Abs(estimate - c.Number("estimate")) <= Within + 0.05 * width,
                $"{c.GetProperty("name")}: {low} to {high}, {estimate}");
            seen++;
        }

        output.WriteLine($"rank_interval: {seen} cases");
        Assert.True(seen > 10);
    }

    [Fact]
    public void A_clear_shift_is_named_by_its_side()
    {
        double[] low = [.. Enumerable.Range(0, 50).Select(i => 1 + i * 0.01)], high = [.. low.Select(v => v * 2)];

        Assert.Equal(Shift.High, RankTest.Classify(high, low));
        Assert.Equal(Shift.Low, RankTest.Classify(low, high));
        Assert.Equal(Shift.Pass, RankTest.Classify(low, low));
    }
}

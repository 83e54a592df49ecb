using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>How far one arm's latencies lie above the other's: the distance, its exact band, and its normal approximation edge by edge.</summary>
public sealed class StochasticOrderTests
{
    private const double Line = 0.1, Effect = 0.2;

    [Fact]
    public void The_distance_is_the_largest_part_by_which_more_of_the_slower_arm_lies_above_an_edge()
    {
        // Above 640, 650, 660: 0.75, 0.5, 0 against 0.5, 0.1, 0.
        LatencyHistogram slow = Even(1, (640, 25), (650, 25), (660, 50)), fast = Even(1, (640, 50), (650, 40), (660, 10));

        Assert.Equal((0.4, 650), (Math.Round(StochasticOrder.Distance(slow, fast).Distance, 12), StochasticOrder.Distance(slow, fast).Bucket));
        Assert.Equal((0.0, 640), StochasticOrder.Distance(fast, slow)); // nowhere slower
        Assert.Equal((0.0, 640), StochasticOrder.Distance(slow, slow));
    }

    [Fact]
    public void Of_edges_that_are_as_far_the_lowest_is_named()
    {
        LatencyHistogram slow = Even(1, (700, 10)), fast = Even(1, (640, 10));

        Assert.Equal((1.0, 640), StochasticOrder.Distance(slow, fast));
        Assert.Equal((0.0, 640), StochasticOrder.Distance(fast, slow));
    }

    [Fact]
    public void The_distance_may_lie_at_either_end_of_what_was_seen()
    {
        // At the fast arm's first edge, below anything slow; and at the slow arm's last but one, above anything fast.
        Assert.Equal((0.5, 640), StochasticOrder.Distance(Even(1, (650, 50), (700, 50)), Even(1, (640, 50), (690, 50))));
        Assert.Equal((0.9, 640), StochasticOrder.Distance(Even(1, (640, 10), (700, 90)), Even(1, (640, 100))));
    }

    [Theory]
    [InlineData(0.3, 5_000, 7_000)]
    [InlineData(0.12, 40_000, 3_000)]
    public void The_bands_of_both_arms_together_reach_the_line_at_half_the_level_each(double gap, double first, double second)
    {
        var at = StochasticOrder.LogEvidence(gap, first, second);

        Assert.True(at > 1);
        Assert.Equal(gap, StochasticOrder.Radius(first, at + Math.Log(2)) + StochasticOrder.Radius(second, at + Math.Log(2)), 6);
    }

    [Theory]
    [InlineData(0.01, 5_000, 7_000)]
    [InlineData(-0.3, 5_000, 7_000)]
    [InlineData(10, 0.99, 7_000)]
    [InlineData(10, 7_000, 0.99)]
    [InlineData(10, 0.99, 0.99)]
    public void Bands_wider_than_the_gap_and_less_than_one_answer_show_nothing(double gap, double first, double second) =>
        Assert.Equal(0, StochasticOrder.LogEvidence(gap, first, second));

    [Fact]
    public void One_answer_has_a_band()
    {
        Assert.True(StochasticOrder.LogEvidence(10, 1, 7_000) > 0);
        Assert.True(StochasticOrder.LogEvidence(10, 7_000, 1) > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void An_edge_has_the_errors_of_both_arms(double factor)
    {
        // Above 640: 40 of 100 against 60 of 300; above 660 nothing. All the fast arm's quantiles up to 13 / 17 are at 640, those from 14 / 17 on at 660.
        LatencyHistogram slow = Even(10, (640, 6), (660, 4)), fast = Even(10, (640, 24), (660, 6));

        Assert.Equal(Joined(slow, fast, 1, factor, Line), StochasticOrder.LogEAbove(slow, fast, Line, Effect, factor), 9);
    }

    [Fact]
    public void All_quantiles_of_the_faster_arm_share_the_proof()
    {
        LatencyHistogram slow = Even(10, [.. Enumerable.Range(606, 101).Select(bucket => (bucket, 1L))]), fast = Even(10, [.. Enumerable.Range(600, 101).Select(bucket => (bucket, 3L))]);

        Assert.Equal(Joined(slow, fast, 1, 1, -0.05), StochasticOrder.LogEAbove(slow, fast, -0.05, Effect), 9);
    }

    [Fact]
    public void An_arm_of_nothing_above_an_edge_has_at_least_the_spread_of_one_answer_in_both()
    {
        // 41 of 402 with one answer more and one less; thirty of all where that is even less.
        LatencyHistogram slow = Even(10, (640, 6), (660, 4)), fast = Even(10, (640, 30));
        var pooled = 41 / 402.0;
        var error = Math.Sqrt(0.24 / 100 + pooled * (1 - pooled) / 300);
        Assert.Equal(NormalMixture.LogE(0.4 - Line, error, Effect), StochasticOrder.LogEAbove(slow, fast, Line, Effect), 9);

        LatencyHistogram hardly = Even(10, (640, 9), (660, 1));
        Assert.Equal(NormalMixture.LogE(0.1 - Line, Math.Sqrt(0.09 / 100 + 0.075 / 300), Effect), StochasticOrder.LogEAbove(hardly, fast, Line, Effect), 9);
    }

    [Theory]
    [InlineData(59, 600)]
    [InlineData(600, 59)]
    public void Fewer_than_sixty_answers_of_either_arm_prove_nothing(int slow, int fast)
    {
        Assert.Equal(0, StochasticOrder.LogEAbove(Evenly(slow, 700), Evenly(fast, 640), Line, Effect));
        Assert.Equal(0, StochasticOrder.LogEBelow(Evenly(slow, 640), Evenly(fast, 640), Line, Effect));
        Assert.True(StochasticOrder.LogEAbove(Evenly(Math.Max(60, slow), 700), Evenly(Math.Max(60, fast), 640), Line, Effect) > 1);
        Assert.NotEqual(0, StochasticOrder.LogEBelow(Evenly(Math.Max(60, slow), 640), Evenly(Math.Max(60, fast), 640), Line, Effect));
    }

    [Fact]
    public void What_may_be_one_burst_proves_nothing_at_that_edge()
    {
        LatencyHistogram slow = Even(4, (640, 60), (660, 40)), fast = Even(4, (640, 100));

        Assert.Equal(0, StochasticOrder.LogEAbove(slow, fast, Line, Effect));
        Assert.Equal(NormalMixture.LogE(0.5, Math.Sqrt(30 / 800.0 / 400 * 2), Effect), StochasticOrder.LogEBelow(slow, fast, 0.5, Effect), 9); // the last edge: all of either arm lies below
    }

    [Fact]
    public void Bursts_of_either_arm_count_for_both()
    {
        LatencyHistogram even = Even(20, (640, 30), (660, 20)), often = Even(10, (640, 100));
        for (var slice = 0; slice < 10; slice++)
        {
            often.Add(Counts((640, 50), (660, 50)));
        }

        var effect = often.Effect(640).Bursts;
        Assert.True(effect > 10);
        Assert.Equal(Joined(even, often, effect, 1, Line), StochasticOrder.LogEAbove(even, often, Line, Effect), 9);
        Assert.Equal(Joined(often, even, effect, 1, Line), StochasticOrder.LogEAbove(often, even, Line, Effect), 9);
        Assert.Equal(Joined(even, often, effect, 5, Line), StochasticOrder.LogEAbove(even, often, Line, Effect, 5), 9);
    }

    [Fact]
    public void No_harm_is_proven_at_the_edge_where_it_is_proven_least()
    {
        LatencyHistogram slow = Even(10, (640, 40), (650, 40), (660, 20)), fast = Even(10, (640, 60), (650, 30), (660, 10));

        double first = Edge(600, 1_000, 400, 1_000, 1, 0.3, below: true), second = Edge(200, 1_000, 100, 1_000, 1, 0.3, below: true);
        Assert.Equal(Math.Min(first, second), StochasticOrder.LogEBelow(slow, fast, 0.3, Effect), 9);
        Assert.Equal(Edge(600, 1_000, 400, 1_000, 0.25, 0.3, below: true), StochasticOrder.LogEBelow(slow, fast, 0.3, Effect, 4), 9);
    }

    [Fact]
    public void The_least_proof_may_lie_below_all_of_the_slower_arm()
    {
        // Above 640: all against a half; above 700: none against a half.
        LatencyHistogram slow = Even(10, (700, 10)), fast = Even(10, (640, 5), (720, 5));

        Assert.Equal(Edge(100, 100, 50, 100, 1, 0.6, below: true), StochasticOrder.LogEBelow(slow, fast, 0.6, Effect), 9);
    }

    [Fact]
    public void The_least_proof_may_lie_above_all_of_the_faster_arm()
    {
        // Above 640 a fifth of each slice, evenly; above 660 the same fifth, but of one slice of ten.
        var slow = Even(9, (640, 1_600), (660, 400));
        slow.Add(Counts((640, 1_600), (700, 400)));
        var fast = Even(10, (640, 2_000));

        double low = Edge(4_000, 20_000, 0, 20_000, 1, 0.3, below: true), high = Edge(400, 20_000, 0, 20_000, slow.Effect(660).Bursts, 0.3, below: true);
        Assert.True(high < low);
        Assert.Equal(high, StochasticOrder.LogEBelow(slow, fast, 0.3, Effect), 9);
    }

    [Fact]
    public void The_least_proof_may_lie_above_all_of_the_slower_arm()
    {
        // Above 640: none against a half; above 700: none of either.
        LatencyHistogram slow = Even(10, (640, 10)), fast = Even(10, (640, 5), (700, 5));

        Assert.Equal(Edge(0, 100, 0, 100, 1, Line, below: true), StochasticOrder.LogEBelow(slow, fast, Line, Effect), 9);
    }

    [Fact]
    public void No_edge_that_can_be_told_is_no_proof()
    {
        Assert.Equal(0, StochasticOrder.LogEBelow(new(), new(), Line, Effect));
        Assert.Equal(0, StochasticOrder.LogEAbove(Even(10, (640, 5)), Even(10, (640, 5)), Line, Effect));
    }

    // An edge by plain counts of what lies above it.
    private static double Edge(double slowAbove, double slowTotal, double fastAbove, double fastTotal, double clustering, double line, bool below = false)
    {
        double all = slowTotal + fastTotal, pooled = (slowAbove + fastAbove + 1) / (all + 2), floor = Math.Max(pooled * (1 - pooled), 30 / all);
        double a = slowAbove / slowTotal, b = fastAbove / fastTotal;
        var error = Math.Sqrt(clustering * (Math.Max(a * (1 - a), floor) / slowTotal + Math.Max(b * (1 - b), floor) / fastTotal));
        return NormalMixture.LogE(below ? line - (a - b) : a - b - line, error, Effect);
    }

    // The mean of the e-values at the sixteen even quantiles of the fast arm and three in its tail.
    private static double Joined(LatencyHistogram slow, LatencyHistogram fast, double bursts, double factor, double line)
    {
        double[] quantiles = [.. Enumerable.Range(1, 16).Select(k => k / 17.0), 0.97, 0.99, 0.995];
        return Math.Log(quantiles.Average(p =>
        {
            var edge = Enumerable.Range(0, LatencyBuckets.Count).First(bucket => fast.UpTo(bucket) >= p * fast.Total);
            double slowAbove = slow.Total - slow.UpTo(edge), fastAbove = fast.Total - fast.UpTo(edge);
            return Math.Exp(Edge(slowAbove, slow.Total, fastAbove, fast.Total, (slowAbove + fastAbove == 0 ? 1 : bursts) / factor, line));
        }));
    }

    private static SparseCounts Counts(params (int Bucket, long Count)[] counts) => new(counts.Select(c => c.Bucket).ToValueList(), counts.Select(c => c.Count).ToValueList());

    // The same in each slice, so that nothing comes in bursts.
    private static LatencyHistogram Even(int slices, params (int Bucket, long Count)[] counts)
    {
        var histogram = new LatencyHistogram();
        for (var slice = 0; slice < slices; slice++)
        {
            histogram.Add(Counts(counts));
        }

        return histogram;
    }

    // So many answers, one in each slice.
    private static LatencyHistogram Evenly(int answers, int bucket) => Even(answers, (bucket, 1));
}

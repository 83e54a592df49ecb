using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>Quantiles of two arms: the estimate, the exact lanes at one point, and lines as maps of edges. Longer than most: the three are held against each other.</summary>
public sealed class QuantileTests
{
    [Theory]
    [InlineData(0.99, 3_000)]
    [InlineData(0.95, 600)]
    [InlineData(0.5, 60)]
    [InlineData(0.05, 600)]
    [InlineData(0.7, 100)]
    public void Thirty_answers_must_lie_on_either_side_of_a_quantile(double quantile, long needed) => Assert.Equal(needed, QuantileEstimate.Needed(quantile));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(1, 4)]
    [InlineData(3, 1)]
    [InlineData(2, 5)]
    public void The_error_is_a_quarter_of_the_span_of_two_standard_errors_of_rank_on_either_side(double clustering, double factor)
    {
        LatencyHistogram canary = Skewed(640, 700), baseline = Skewed(630, 900);

        var many = new DesignEffect(clustering, 1).After(factor);
        QuantileEstimate ratio = QuantileEstimate.Of(canary, baseline, 0.9, true, many, factor)!.Value, seconds = QuantileEstimate.Of(canary, baseline, 0.9, false, many, factor)!.Value;

        double Error(LatencyHistogram arm)
        {
            var h = Math.Sqrt(clustering / factor * 0.9 * (1 - 0.9) / arm.Total);
            return (arm.LogQuantile(0.9 + 2 * h)!.Value - arm.LogQuantile(0.9 - 2 * h)!.Value) / 4;
        }

        double c = Math.Exp(canary.LogQuantile(0.9)!.Value), b = Math.Exp(baseline.LogQuantile(0.9)!.Value);
        Assert.Equal(Math.Log(c / b), ratio.Value, 9);
        Assert.Equal(c - b, seconds.Value, 12);
        Assert.Equal(Math.Sqrt(Math.Pow(Error(canary), 2) + Math.Pow(Error(baseline), 2)), ratio.Error, 9);
        Assert.Equal(Math.Sqrt(Math.Pow(c * Error(canary), 2) + Math.Pow(b * Error(baseline), 2)), seconds.Error, 12);
        Assert.True(ratio.Error > LatencyBuckets.LogRatio, "wide enough that the width of a bucket does not matter");
    }

    [Theory]
    [InlineData(0.1, 0.001, 1)]
    [InlineData(-0.3, -0.0005, 3)]
    [InlineData(0.2, 0.0008, 2)]
    public void A_line_is_tested_by_counting_the_arm_with_fewer_answers(double ratio, double seconds, double clustering)
    {
        // The canary is counted up to the line above the baseline's quantile; where the baseline is smaller, it is counted up to the line below the canary's.
        const double P = 0.9;
        LatencyHistogram few = Skewed(644, 500), many = Skewed(630, 2_000);
        foreach (var isRatio in new[] { true, false })
        {
            var by = isRatio ? ratio : seconds;
            double Z(LatencyHistogram canary, LatencyHistogram baseline) => QuantileEstimate.Of(canary, baseline, P, isRatio, clustering) is { } estimate ? estimate.Above(by) / estimate.Error : double.NaN;
            double Moved(double log, double shift) => isRatio ? log + shift : Math.Log(Math.Exp(log) + shift);
            double Spread(LatencyHistogram arm)
            {
                var h = Math.Sqrt(clustering * P * (1 - P) / arm.Total);
                var perLog = isRatio ? 1 : Math.Exp(arm.LogQuantile(P)!.Value);
                return perLog * (arm.LogQuantile(P + 2 * h)!.Value - arm.LogQuantile(P - 2 * h)!.Value) / 4;
            }

            double Root(double point)
            {
                var a = few.PartUpTo(point);
                return Math.Sign(P - a) * Math.Sqrt(2 * few.Total / clustering * (a * Math.Log(a / P) + (1 - a) * Math.Log((1 - a) / (1 - P))));
            }

            var known = Spread(few) / Math.Sqrt(Math.Pow(Spread(few), 2) + Math.Pow(Spread(many), 2));
            Assert.Equal(Root(Moved(many.LogQuantile(P)!.Value, by)) * known, Z(few, many), 9);
            Assert.Equal(-Root(Moved(many.LogQuantile(P)!.Value, -by)) * known, Z(many, few), 9);
        }
    }

    [Theory]
    [InlineData(500, 2_000)]
    [InlineData(2_000, 500)]
    [InlineData(500, 500)]
    public void A_bound_is_the_line_that_is_just_so_far_away(int ofCanary, int ofBaseline)
    {
        foreach (var isRatio in new[] { true, false })
        {
            var estimate = QuantileEstimate.Of(Skewed(644, ofCanary), Skewed(630, ofBaseline), 0.9, isRatio)!.Value;
            foreach (var margin in new[] { 0.5 * estimate.Error, 3 * estimate.Error })
            {
                Assert.Equal(margin, estimate.Above(estimate.Low(margin)!.Value), 9);
                Assert.Equal(-margin, estimate.Above(estimate.High(margin)!.Value), 9);
                Assert.InRange(estimate.Value, estimate.Low(margin)!.Value, estimate.High(margin)!.Value);
            }

            Assert.Equal(0, estimate.Above(estimate.Value), 9);
            Assert.Null(estimate.Low(60 * estimate.Error));
            Assert.Null(estimate.High(60 * estimate.Error));
        }
    }

    [Fact]
    public void A_line_that_no_answer_can_cross_is_as_far_away_as_all_answers_together_show()
    {
        var estimate = QuantileEstimate.Of(Of((640, 60)), Of((640, 600)), 0.5, false)!.Value;

        // Below zero seconds lies no answer: all sixty are above where half of them are expected.
        Assert.Equal(estimate.Above(-5), estimate.Above(-50), 12);
        Assert.True(estimate.Above(-5) > 0);
    }

    [Fact]
    public void No_error_is_finer_than_an_even_spread_over_one_bucket()
    {
        LatencyHistogram canary = Of((640, 100_000)), baseline = Of((660, 100_000));

        QuantileEstimate ratio = QuantileEstimate.Of(canary, baseline, 0.9, true)!.Value, seconds = QuantileEstimate.Of(canary, baseline, 0.9, false)!.Value;

        Assert.Equal(-20 * LatencyBuckets.LogRatio, ratio.Value, 9);
        Assert.Equal(LatencyBuckets.LogRatio / Math.Sqrt(12), ratio.Error, 12);
        Assert.Equal(LatencyBuckets.LogRatio / Math.Sqrt(12) * Math.Exp(baseline.LogQuantile(0.9)!.Value), seconds.Error, 12);
    }

    [Fact]
    public void Too_few_answers_of_either_arm_have_no_estimate()
    {
        LatencyHistogram enough = Of((640, 200), (650, 100)), few = Of((640, 199), (650, 100));

        Assert.NotNull(QuantileEstimate.Of(enough, enough, 0.9, true));
        Assert.Null(QuantileEstimate.Of(few, enough, 0.9, true));
        Assert.Null(QuantileEstimate.Of(enough, few, 0.9, true));
        Assert.Null(QuantileEstimate.Of(enough, enough, 0.9, true, factor: 0.99));
        Assert.NotNull(QuantileEstimate.Of(few, few, 0.9, true, factor: 1.1));
        Assert.Null(QuantileEstimate.Of(enough, enough, 0.9, true, double.PositiveInfinity));
        Assert.Null(QuantileEstimate.Of(new(), new(), 0.9, true));
    }

    [Theory]
    [InlineData(0.2)]
    [InlineData(0.8)]
    public void Order_statistics_that_lie_outside_what_was_seen_have_no_error(double quantile)
    {
        // Two standard errors of rank are 2 sqrt(0.16 D / 400): 0.2 at D = 25.
        var arm = Skewed(640, 400);

        Assert.NotNull(QuantileEstimate.Of(arm, arm, quantile, true, 24.9));
        Assert.Null(QuantileEstimate.Of(arm, arm, quantile, true, 25));
        Assert.Null(QuantileEstimate.Of(arm, arm, quantile, true, 26));
        Assert.Null(QuantileEstimate.Of(arm, Skewed(640, 4_000), quantile, true, 26));
        Assert.Null(QuantileEstimate.Of(Skewed(640, 4_000), arm, quantile, true, 26));
    }

    [Theory]
    [InlineData(0.1, 0.1)]
    [InlineData(0.5, 0)]
    [InlineData(0.9, 1)]
    public void The_exact_lane_is_seven_tenths_of_pairs_of_tilts_and_three_tenths_of_each_arm_alone(double share, double extreme)
    {
        const double P = 0.9;
        LatencyHistogram slow = Of((640, 30), (660, 8)), fast = Of((640, 90), (655, 6));
        foreach (var given in new[] { share, extreme })
        {
            var lane = new QuantileRatio(P, given);
            var held = Math.Clamp(given, 1e-4, 1 - 1e-4);
            foreach (var (point, c, b) in new[] { (640.0, 30.0, 90.0), (659, 30, 96), (643, 30, 90), (639.25, 7.5, 0), (700, 38, 96) })
            {
                var pairs = Enumerable.Range(0, 12).Average(j =>
                {
                    var d = 0.12 * Math.Pow(4 / 0.12, j / 11.0);
                    var k = SlowTilt(P, held / (1 - held), d);
                    return Math.Exp((d - k) * b - k * c - 38 * Math.Log(1 - P + P * Math.Exp(-k)) - 96 * Math.Log(1 - P + P * Math.Exp(d - k)));
                });
                double[] alone = [.. Enumerable.Range(0, 5).Select(j => 0.1 * Math.Pow(40, j / 4.0))];
                var ofSlow = alone.Average(t => Math.Exp(-t * c) / Math.Pow(1 - P + P * Math.Exp(-t), 38));
                var ofFast = alone.Average(t => Math.Exp(t * b) / Math.Pow(1 - P + P * Math.Exp(t), 96));

                Assert.Equal(Math.Log(0.7 * pairs + 0.3 * ofSlow * ofFast), lane.LogEAt(slow, fast, point == 639.25 ? 2.25 : 0, point), 7);
            }
        }
    }

    [Fact]
    public void Answers_of_which_several_count_as_one_prove_as_much_as_that_many_fewer()
    {
        var lane = new QuantileRatio(0.9, 0.3);
        LatencyHistogram slow = Of((640, 30), (660, 70)), fast = Of((640, 297), (655, 3));
        LatencyHistogram slowOften = Of((640, 120), (660, 280)), fastOften = Of((640, 1_188), (655, 12));

        Assert.InRange(lane.LogE(slow, fast, 4.3), 0.1, 60);
        Assert.Equal(lane.LogE(slow, fast, 4.3), lane.LogE(slowOften, fastOften, 4.3, 4), 9);
        Assert.Equal(lane.LogE(slow, fast, 4), lane.LogE(slowOften, fastOften, 4, 4), 9);
        Assert.Equal(0, lane.LogE(slow, fast, 4, double.PositiveInfinity));
        Assert.Equal(0, lane.AtMost(slow, fast, 4, double.PositiveInfinity, 660, 640));
        Assert.Equal(lane.AtMost(slow, fast, 4, 1, 660, 640), lane.AtMost(slowOften, fastOften, 4, 4, 660, 640), 9);
    }

    [Fact]
    public void Evidence_without_hope_is_none_and_more_than_enough_is_sixty()
    {
        var lane = new QuantileRatio(0.9, 0.5);
        LatencyHistogram slow = Of((700, 4_000)), fast = Of((640, 4_000));

        Assert.Equal(60, lane.LogE(slow, fast, 0));
        Assert.Equal(double.NegativeInfinity, lane.LogE(fast, slow, 0));
        Assert.Equal(double.NegativeInfinity, lane.LogE(slow, fast, 100));
    }

    [Theory]
    [InlineData(-20)]
    [InlineData(-20.4)]
    [InlineData(3)]
    public void The_lowest_buckets_are_searched_as_all_others_are(double shift)
    {
        // Much faster than the baseline: the points to look at lie below the first bucket.
        static LatencyHistogram At(int first, long upper) => Of((first, 200), (first + 3, 60), (first + 5, upper));
        var (ratio, shifted, buckets) = (new QuantileRatio(0.9, 0.5), new QuantileShift(0.9), new EdgeShift((int)shift, 0));

        Assert.Equal(ratio.LogE(At(1_000, 90), At(1_016, 5), shift), ratio.LogE(At(0, 90), At(16, 5), shift), 9);
        Assert.Equal(ratio.LogE(At(1_000, 90), At(1_000, 5), shift), ratio.LogE(At(0, 90), At(0, 5), shift), 9);
        Assert.Equal(shifted.LogE(At(1_000, 90), At(1_000, 5), buckets), shifted.LogE(At(0, 90), At(0, 5), buckets), 9);
        Assert.Equal(shifted.LogE(At(1_000, 90), At(1_016, 5), buckets), shifted.LogE(At(0, 90), At(16, 5), buckets), 9);
    }

    [Fact]
    public void The_least_value_is_found_also_inside_a_bucket_and_where_several_answers_count_as_one()
    {
        // Few buckets with much in them, so that the value bends inside; a scan of a two-hundredth of a bucket.
        var random = new Random(5);
        var inside = 0;
        for (var trial = 0; trial < 24; trial++)
        {
            (int, long)[] slow = [.. Enumerable.Range(0, 4).Select(i => (600 + 2 * i, 5L + random.Next(12)))], fast = [.. Enumerable.Range(0, 4).Select(i => (598 + 2 * i, 5L + random.Next(12)))];
            var (lane, shift, clustering) = (new QuantileRatio(0.6, 0.4), trial % 3 == 0 ? 1 : 4 * random.NextDouble() - 3, trial % 2 == 0 ? 1 : 3);
            LatencyHistogram slowOnce = Of(slow), fastOnce = Of(fast), slowOften = Of(Times(slow, clustering)), fastOften = Of(Times(fast, clustering));

            var scan = Enumerable.Range(0, 200 * 16).Min(i => lane.LogEAt(slowOnce, fastOnce, shift, 594 + i / 200.0));
            var found = lane.LogE(slowOften, fastOften, shift, clustering);

            Assert.InRange(found, scan < -11.9 ? double.NegativeInfinity : scan - 0.0055, scan + 1e-9);
            inside += scan > -11.9 ? 1 : 0;
        }

        Assert.True(inside > 12, $"only {inside} values lay where the search must be exact");

        static (int, long)[] Times((int Bucket, long Count)[] counts, int times) => [.. counts.Select(c => (c.Bucket, times * c.Count))];
    }

    [Fact]
    public void The_value_at_both_arms_quantiles_bounds_the_least_one()
    {
        LatencyHistogram slow = Of((640, 60), (660, 40)), fast = Of((640, 280), (655, 20));
        var lane = new QuantileRatio(0.9, 0.3);

        Assert.Equal(Math.Min(lane.LogEAt(slow, fast, 4.3, 660), lane.LogEAt(slow, fast, 4.3, 644.3)), lane.AtMost(slow, fast, 4.3, 1, 660, 640), 12);
        Assert.Equal(lane.LogEAt(slow, fast, 4.3, 644.3), lane.AtMost(slow, fast, 4.3, 1, 659, 640), 12);
        Assert.NotEqual(lane.LogEAt(slow, fast, 4.3, 635.7), lane.LogEAt(slow, fast, 4.3, 644.3), 3);
        Assert.True(lane.LogE(slow, fast, 4.3) <= lane.AtMost(slow, fast, 4.3, 1, 660, 640));

        var shift = EdgeShift.Ratio(4 * LatencyBuckets.LogRatio, roundUp: true);
        var (below, above) = (TiltMixture.ForQuantile(0.9, Null.AtLeast), TiltMixture.ForQuantile(0.9, Null.AtMost));
        double At(int edge) => below.LogE(slow.UpTo(edge + 1) / 2.0, 50) + above.LogE(fast.UpTo(edge - 4) / 2.0, 150);
        Assert.Equal(Math.Min(At(659), At(643)), new QuantileShift(0.9).AtMost(slow, fast, shift, 2, 659, 640), 9);
        Assert.Equal(Math.Min(At(650), At(670)), new QuantileShift(0.9).AtMost(slow, fast, shift, 2, 650, 667), 9);
    }

    [Theory]
    [InlineData(2.3, true, 3)]
    [InlineData(2.3, false, 2)]
    [InlineData(-2.3, true, -2)]
    [InlineData(-2.3, false, -3)]
    [InlineData(5, true, 5)]
    [InlineData(5, false, 5)]
    public void A_ratio_is_so_many_whole_buckets(double buckets, bool roundUp, int whole)
    {
        var shift = EdgeShift.Ratio(buckets * LatencyBuckets.LogRatio, roundUp);

        Assert.Equal(new EdgeShift(whole, 0), shift);
        Assert.Equal(700 - whole, shift.PartnerOf(700));
        Assert.Equal(700 + whole - 1, shift.LastBelow(700));
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.0003)]
    [InlineData(-0.01)]
    [InlineData(-3)]
    public void A_difference_pairs_an_edge_with_the_highest_one_that_lies_at_least_so_far_below(double seconds)
    {
        var shift = EdgeShift.Difference(seconds);
        for (var edge = 400; edge < 1_300; edge += 7)
        {
            var below = LatencyBuckets.Edge(edge) - seconds;
            var partner = Enumerable.Range(0, LatencyBuckets.Count).LastOrDefault(i => LatencyBuckets.Edge(i) <= below * (1 + 1e-12), -1);
            Assert.Equal(partner, shift.PartnerOf(edge));

            var last = Enumerable.Range(0, LatencyBuckets.Count).LastOrDefault(i => shift.PartnerOf(i) < edge, -1);
            Assert.Equal(last, shift.LastBelow(edge));
        }
    }

    [Fact]
    public void A_difference_that_ends_on_an_edge_ends_there()
    {
        for (var edge = 500; edge < 700; edge++)
        {
            Assert.Equal(edge, EdgeShift.Difference(LatencyBuckets.Edge(700) - LatencyBuckets.Edge(edge)).PartnerOf(700));
        }
    }

    [Fact]
    public void A_difference_that_nothing_lies_below_has_no_partner()
    {
        Assert.Equal(-1, EdgeShift.Difference(0.02).PartnerOf(LatencyBuckets.IndexOf(0.015)));
        Assert.Equal(-1, EdgeShift.Difference(LatencyBuckets.Edge(700) - 0.5e-6).PartnerOf(700));
        Assert.Equal(-1, EdgeShift.Difference(0.995 * LatencyBuckets.Edge(0) - LatencyBuckets.Edge(700)).LastBelow(700));
        Assert.Equal(-1, EdgeShift.Difference(-0.02).LastBelow(LatencyBuckets.IndexOf(0.015)));
    }

    // More and more slowly falling off over 120 buckets, so that the spread on either side differs.
    private static LatencyHistogram Skewed(int first, int total)
    {
        var counts = Enumerable.Range(0, 120).Select(i => (long)Math.Max(1, total / 40.0 * Math.Exp(-i / 30.0))).ToArray();
        counts[0] += total - counts.Sum();
        return Of([.. counts.Select((n, i) => (first + i, n))]);
    }

    private static LatencyHistogram Of(params (int Bucket, long Count)[] counts)
    {
        var histogram = new LatencyHistogram();
        histogram.Add(new(counts.Select(c => c.Bucket).ToValueList(), counts.Select(c => c.Count).ToValueList()));
        return histogram;
    }

    // The root of w k F_C (1 - F_C) = m F_B (1 - F_B), logit F_C = logit p - k, logit F_B = logit p + m, k + m = d.
    private static double SlowTilt(double p, double odds, double d)
    {
        static double Logistic(double x) => 1 / (1 + Math.Exp(-x));
        double logit = Math.Log(p / (1 - p)), low = 0, high = d;
        for (var step = 0; step < 100; step++)
        {
            var k = (low + high) / 2;
            double c = Logistic(logit - k), b = Logistic(logit + d - k);
            (low, high) = odds * k * c * (1 - c) < (d - k) * b * (1 - b) ? (k, high) : (low, k);
        }

        return low;
    }
}

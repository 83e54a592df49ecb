using Haldane.Judge.Statistics;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>Methods whose values can be worked out by hand: stages, pairs, mixtures over few counts, rejections, tables.</summary>
public sealed class SmallMethodTests
{
    [Fact]
    public void A_rate_is_events_by_observations_and_its_variance_is_shrunk_by_half_an_event()
    {
        var rate = new Rate(3, 9);

        Assert.Equal(1 / 3.0, rate.Value, 12);
        Assert.Equal(1 / 3.0, rate.ValueOrNull!.Value, 12);
        Assert.Equal(0.35 * 0.65 / 9, rate.Variance, 12);
        Assert.Equal((0.0, (double?)null), (default(Rate).Value, default(Rate).ValueOrNull));
        Assert.Equal(new Rate(4, 14), rate + new Rate(1, 5));
    }

    [Fact]
    public void Stages_are_compared_each_by_itself_and_weighed_as_by_Mantel_and_Haenszel()
    {
        var stages = new StratifiedDifference(3);
        stages.Add(0, new(10, 100), new(4, 20));
        stages.Add(1, new(20, 50), new(20, 50));
        stages.Add(2, new(90, 100), default);

        // Weights 100 20 / 120 and 50 50 / 100; the third stage has seen one arm only.
        double first = 100.0 * 20 / 120, second = 25;
        static double Variance(double events, double count) => (events + 0.5) / (count + 1) * (1 - (events + 0.5) / (count + 1)) / count;
        var (difference, error) = stages.Estimate()!.Value;
        Assert.Equal(first * (0.2 - 0.1) / (first + second), difference, 12);
        Assert.Equal(
            Math.Sqrt(first * first * (Variance(10, 100) + Variance(4, 20)) + second * second * (Variance(20, 50) + Variance(20, 50))) / (first + second), error, 12);
        Assert.Equal((new Rate(120, 250), new Rate(24, 70)), (stages.Baseline, stages.Canary));
        Assert.Equal((new Rate(20, 50), new Rate(4, 20)), (stages.BaselineIn(1), stages.CanaryIn(0)));
    }

    [Fact]
    public void No_stage_with_both_arms_has_no_difference()
    {
        var stages = new StratifiedDifference(2);
        stages.Add(0, new(1, 10), default);
        stages.Add(1, default, new(1, 10));

        Assert.Null(stages.Estimate());
    }

    [Fact]
    public void A_split_is_weighed_as_if_drawn_from_an_urn_of_a_hundred()
    {
        // Polya's urn: 20 of 100, then 21 of 101, then 80 of 102, against 0.2, 0.2 and 0.8.
        Assert.Equal(Math.Log(0.2 * (21 / 101.0) * (80 / 102.0) / (0.2 * 0.2 * 0.8)), MultinomialMixture.LogE([2, 1], [0.2, 0.8]), 9);
        Assert.Equal(0, MultinomialMixture.LogE([1, 0], [0.5, 0.5]), 9);
        Assert.Equal(0, MultinomialMixture.LogE([0, 0], [0.5, 0.5]), 9);
    }

    [Fact]
    public void The_band_of_a_mix_grows_by_what_a_mixture_of_half_a_count_per_class_gives_away()
    {
        Assert.Equal(0, DriftBand.Excess([0, 0]), 9);
        Assert.Equal(0, DriftBand.Excess([7]), 9);
        Assert.Equal(Math.Log(2), DriftBand.Excess([1, 0]), 9); // certain, against 1/2
        Assert.Equal(Math.Log(2), DriftBand.Excess([1, 1]), 9); // 1/4, against 1/2 (1/2) / 2
        Assert.Equal(2.5, DriftBand.Radius(3, 2, 2), 12);
        Assert.Equal(Math.Sqrt((1 + Math.Log(2) + 3) / 10 / 2) + Math.Sqrt((1 + Math.Log(2) + 4) / 20 / 2), DriftBand.HalfWidth(3, 10, 4, 20, 1), 12);
    }

    [Fact]
    public void Classes_on_either_arm_are_weighed_against_the_canary_s_part_of_all()
    {
        // Each class by itself is a coin of 1/2, mixed over Beta(1/2, 1/2): 1/2 (3/2) / 2 against 1/4.
        Assert.Equal(2 * Math.Log(1.5), DriftBand.AnyChangeLogE([2, 0], [0, 2]), 9);
        Assert.Equal(0, DriftBand.AnyChangeLogE([1, 0], [0, 1]), 9);
    }

    [Fact]
    public void Divergence_has_the_error_of_the_delta_method_and_the_bias_of_the_classes_that_occurred()
    {
        var js = JensenShannon.Of([30, 70, 0, 0], [40, 100, 60, 0]);

        double[] p = [0.3, 0.7, 0], q = [0.2, 0.5, 0.3];
        double[] g = [.. p.Zip(q, (x, y) => x > 0 ? 0.5 * Math.Log2(x / ((x + y) / 2)) : 0)], h = [.. p.Zip(q, (x, y) => 0.5 * Math.Log2(y / ((x + y) / 2)))];
        double Mean(double[] weights, Func<int, double> of) => Enumerable.Range(0, 3).Sum(i => weights[i] * of(i));
        double meanG = Mean(p, i => g[i]), meanH = Mean(q, i => h[i]);
        var error = Math.Sqrt(Mean(p, i => Math.Pow(g[i] - meanG, 2)) / 100 + Mean(q, i => Math.Pow(h[i] - meanH, 2)) / 200);
        Assert.Equal(meanG + meanH, js.Bits, 12);
        Assert.Equal(2 * (1 / 100.0 + 1 / 200.0) / 8 / Math.Log(2), js.Bias, 12);
        Assert.Equal(error, js.Error, 12);
        Assert.Equal(Math.Max(error / (2 * Math.Sqrt(js.Bits)), Math.Sqrt((1 / 100.0 + 1 / 200.0) / 8 / Math.Log(2))), js.DistanceError, 12);
    }

    [Fact]
    public void The_distance_is_never_surer_than_when_nothing_drifts()
    {
        JensenShannon same = JensenShannon.Of([30, 70], [60, 140]), other = JensenShannon.Of([50, 0], [0, 80]);

        Assert.Equal(0, same.Bits, 12);
        Assert.Equal(Math.Sqrt((1 / 100.0 + 1 / 200.0) / 8 / Math.Log(2)), same.DistanceError, 12);
        Assert.Equal((1.0, 0.0), (other.Bits, other.Error));
        Assert.Equal(Math.Sqrt((1 / 50.0 + 1 / 80.0) / 8 / Math.Log(2)), other.DistanceError, 12);
    }

    [Fact]
    public void False_discoveries_are_bounded_at_the_line_itself()
    {
        static double[] Logs(params double[] e) => [.. e.Select(x => Math.Log(x))];

        // Of four at one half: the k-th largest must reach 8 / k.
        Assert.Equal(Math.Log(2), Rejections.FalseDiscoveryLine(Logs(2, 9, 3, 2), 0.5), 12);
        Assert.Equal(Math.Log(3), Rejections.FalseDiscoveryLine(Logs(1.9, 9, 3, 3), 0.5), 12);
        Assert.Equal(Math.Log(9), Rejections.FalseDiscoveryLine(Logs(1, 9, 2, 2.5), 0.5), 12);
        Assert.Equal(double.PositiveInfinity, Rejections.FalseDiscoveryLine(Logs(1, 7, 2, 2.5), 0.5));
        Assert.Equal(double.PositiveInfinity, Rejections.FalseDiscoveryLine([], 0.5));
        Assert.Equal(Math.Log(1_000), Rejections.FalseDiscoveryLine(Logs([1_000, .. Enumerable.Repeat(1.0, 299)]), 0.5), 12);
    }

    [Fact]
    public void A_step_down_goes_on_as_long_as_each_reaches_its_own_line()
    {
        static double[] Logs(params double[] e) => [.. e.Select(x => Math.Log(x) + 1e-12)];
        var half = Math.Log(2);

        // Of three at one half: 6, 4 and 2, the largest first.
        Assert.Equal(Math.Log(2), Rejections.StepDownLine(Logs(4, 2, 6), half), 9);
        Assert.Equal(Math.Log(4), Rejections.StepDownLine(Logs(4, 1.9, 6), half), 9);
        Assert.Equal(Math.Log(6), Rejections.StepDownLine(Logs(3.9, 3.9, 6), half), 9);
        Assert.Equal(double.PositiveInfinity, Rejections.StepDownLine(Logs(5.9, 5.9, 5.9), half));
        Assert.Equal(double.PositiveInfinity, Rejections.StepDownLine([], half));
        Assert.Equal(Math.Log(1_000), Rejections.StepDownLine(Logs([1_000, .. Enumerable.Repeat(1.0, 299)]), half), 9);
    }

    [Fact]
    public void A_detector_that_starts_anew_knows_nothing()
    {
        var detector = new EDetector();
        detector.Add(2);
        detector.Add(1);

        Assert.Equal(Math.Log((Math.Exp(2) + 1) * Math.E), detector.ShiryaevRoberts, 9);
        Assert.Equal(3, detector.Cusum, 9);

        detector.Reset();
        Assert.Equal((double.NegativeInfinity, double.NegativeInfinity), (detector.ShiryaevRoberts, detector.Cusum));
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0.3, 0.3)]
    [InlineData(1, 1)]
    [InlineData(7.25, 7.25)]
    [InlineData(1234.5, 1234.5)]
    public void Evidence_is_the_last_certainty_at_which_a_claim_still_holds(double until, double expected) =>
        Assert.Equal(expected, Inversion.LogEvidence(new HoldsUntil(until)), 6);

    [Fact]
    public void A_claim_that_never_holds_has_no_evidence_at_all() => Assert.Equal(0.0, Inversion.LogEvidence(new HoldsUntil(-1e-9)));

    [Fact]
    public void A_claim_that_always_holds_has_evidence_without_end_but_finite() =>
        Assert.InRange(Inversion.LogEvidence(new HoldsUntil(double.PositiveInfinity)), 1e6, 4e6);

    [Fact]
    public void What_is_worked_out_for_a_share_is_worked_out_once()
    {
        var tables = new ShareTables();

        Assert.Same(tables.PerEvent(0.1), tables.PerEvent(0.1));
        Assert.NotSame(tables.PerEvent(0.1), tables.PerEvent(0.2));
        Assert.Equal(RateRatioProfile.PerEvent(0.2), tables.PerEvent(0.2));
        Assert.Same(tables.Quantile(0.9, 0.1), tables.Quantile(0.9, 0.1));
        Assert.NotSame(tables.Quantile(0.9, 0.1), tables.Quantile(0.9, 0.2));
        Assert.NotSame(tables.Quantile(0.9, 0.1), tables.Quantile(0.95, 0.1));
    }

    private readonly record struct HoldsUntil(double End) : IBound
    {
        public bool HoldsAt(double at) => at <= End;
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Statistics;

public sealed class OracleTests(ITestOutputHelper output)
{
    [Fact]
    public void Tilt_mixtures_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("tilt_mixture"))
        {
            var (p0, side) = (c.Number("p0"), c.Number("side") > 0 ? Null.AtMost : Null.AtLeast);
            var mixture = c.Number("lo") == 0.05 ? TiltMixture.ForRate(p0, side) : TiltMixture.ForQuantile(p0, side);

            Oracle.Agrees(c.Number("log_e"), mixture.LogE(c.Number("k"), c.Number("n")));
            seen++;
        }

        output.WriteLine($"tilt_mixture: {seen} values");
    }

    [Fact]
    public void Ratio_profiles_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("ratio_profile"))
        {
            var profile = RateRatioProfile.WithEqualWeights();
            foreach (var slice in c.GetProperty("slices_nc_nb_xc_xb").EnumerateArray())
            {
                var s = slice.EnumerateArray().Select(x => x.GetDouble()).ToArray();
                profile.Add(RateRatioProfile.PerEvent(s[0] / (s[0] + s[1])), s[2], s[3]);
            }

            foreach (var at in c.GetProperty("profile_at_u").EnumerateObject())
            {
                Oracle.Agrees(at.Value.GetDouble(), profile[(int)Math.Round(double.Parse(at.Name) / 0.05) + 100]);
                seen++;
            }

            foreach (var (line, index) in new[] { ("0.00", 100), ("0.25", 105), ("0.70", 114) })
            {
                Oracle.Agrees(c.Number($"log_e_worse_than_exp_{line}"), profile.LogE(index, Null.AtMost));
                Oracle.Agrees(c.Number($"log_e_not_worse_than_exp_{line}"), profile.LogE(index, Null.AtLeast));
                seen += 2;
            }

            var expected = c.Numbers("bounds_.05");
            var bounds = profile.BoundsAt(Math.Log(20), Math.Log(20));
            Oracle.Agrees(expected[0], bounds.Low ?? 0);
            Oracle.Agrees(double.IsInfinity(expected[1]) ? 0 : expected[1], bounds.High ?? 0);
            seen += 2;
        }

        output.WriteLine($"ratio_profile: {seen} values");
    }

    [Fact]
    public void The_exact_quantile_lane_is_that_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("histogram_quantile_test"))
        {
            var first = (int)c.Number("first_edge_index") + 700; // the reference counts edges from 1, ours from a microsecond
            var (baseline, canary) = (Histogram(first, c.Counts("hist_baseline")), Histogram(first, c.Counts("hist_canary")));
            foreach (var at in c.GetProperty("expected").EnumerateObject())
            {
                var lane = new QuantileShift(double.Parse(at.Name));

                Oracle.Agrees(at.Value.Number("fail_log_e"), lane.LogE(canary, baseline, Buckets(8)));
                Oracle.Agrees(at.Value.Number("promote_log_e"), lane.LogE(baseline, canary, Buckets(-8)));
                Oracle.Agrees(at.Value.Number("fail_log_e_tol0"), lane.LogE(canary, baseline, Buckets(0)));
                seen += 3;
            }
        }

        output.WriteLine($"histogram_quantile_test: {seen} values");
    }

    [Fact]
    public void Projections_on_differences_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("ripr_difference"))
        {
            double na = c.Number("na"), ta = c.Number("ta"), nb = c.Number("nb"), tb = c.Number("tb");

            var (a, b) = Projection.Of(na, ta, nb, tb, RateLine.Difference(c.Number("d")));

            Oracle.Agrees(c.Number("a0"), a);
            Oracle.Agrees(c.Number("b0"), b);
            Oracle.Agrees(c.Number("kl"), na * Kl(ta, a) + nb * Kl(tb, b));
            seen += 3;
        }

        output.WriteLine($"ripr: {seen} values");
    }

    [Fact]
    public void Differences_over_blocks_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("rate_difference"))
        {
            var process = new TwoRates(
                RateLine.Difference(c.Number("line")), c.Number("side") > 0 ? Null.AtMost : Null.AtLeast, [.. c.Numbers("alternatives").Select(RateLine.Difference)]);
            foreach (var (block, expected) in c.GetProperty("blocks").EnumerateArray().Zip(c.Numbers("log_e")))
            {
                var n = block.EnumerateArray().Select(x => x.GetDouble()).ToArray();
                process.Add(n[0], n[1], n[2], n[3]);

                Oracle.Agrees(expected, process.LogE);
                seen++;
            }
        }

        output.WriteLine($"rate_difference: {seen} values");
    }

    [Fact]
    public void One_sided_asymptotic_widths_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("asymptotic_cs"))
        {
            double n = c.Number("n"), alpha = c.Number("alpha"), error = c.Number("sigma") / Math.Sqrt(n);
            var rho2 = (-2 * Math.Log(2 * alpha) + Math.Log(1 - 2 * Math.Log(2 * alpha))) / c.Number("tstar");

            Oracle.Agrees(c.Number("one_sided_width"), NormalMixture.Margin(-Math.Log(alpha), error, c.Number("sigma") * Math.Sqrt(rho2)));
            seen++;
        }

        output.WriteLine($"asymptotic_cs: {seen} values");
    }

    [Fact]
    public void Normal_mixtures_are_those_of_confseq()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("normal_mixture"))
        {
            // A sum s with variance v is an estimate s/v with error 1/sqrt(v); confseq's rho is one over our squared effect.
            var alpha = c.TryGetProperty("alpha", out var given) ? given.GetDouble() : 0.05;
            var rho = c.Number("v_opt") / (-2 * Math.Log(0.1) + Math.Log(1 - 2 * Math.Log(0.1))); // always tuned for a level of 5 %
            var v = c.Number("v");
            var bound = c.TryGetProperty("s", out var sum) ? sum.GetDouble() : c.Number("one");
            var expected = c.TryGetProperty("s", out _) ? c.Number("one") : -Math.Log(alpha);

            Oracle.Agrees(expected, NormalMixture.LogE(bound / v, 1 / Math.Sqrt(v), 1 / Math.Sqrt(rho)), 1e-6);
            seen++;
        }

        output.WriteLine($"confseq normal mixtures: {seen} values");
    }

    [Fact]
    public void Sample_ratio_e_values_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("multinomial"))
        {
            var logE = MultinomialMixture.LogE(c.Counts("counts"), c.Numbers("theta0"));

            Oracle.Agrees(c.TryGetProperty("log_e", out var expected) ? expected.GetDouble() : -Math.Log(c.Number("p")), logE);
            seen++;
        }

        output.WriteLine($"multinomial: {seen} values");
    }

    [Fact]
    public void Jensen_Shannon_divergences_are_those_of_scipy()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("divergence"))
        {
            // The divergence does not depend on the totals, so fractions may be blown up to counts.
            long[] p = [.. c.Numbers("p").Select(x => (long)Math.Round(x * 100))], q = [.. c.Numbers("q").Select(x => (long)Math.Round(x * 100))];

            var js = JensenShannon.Of(p, q);

            Oracle.Agrees(c.Number("js_divergence_bits"), js.Bits, 1e-12);
            Oracle.Agrees(c.Number("js_divergence_nats"), js.Bits * Math.Log(2), 1e-12);
            seen += 2;
        }

        foreach (var c in Oracle.Cases("drift"))
        {
            var js = JensenShannon.Of(c.Counts("canary"), c.Counts("baseline"));

            Oracle.Agrees(c.Number("js_nats"), js.Bits * Math.Log(2), 1e-12);
            Oracle.Agrees(c.Number("js_delta_se_nats"), js.Error * Math.Log(2), 1e-12);
            seen += 2;
        }

        output.WriteLine($"divergence and drift: {seen} values");
    }

    private static EdgeShift Buckets(int count) => EdgeShift.Ratio(count * LatencyBuckets.LogRatio, roundUp: true);

    private static double Kl(double p, double q) => (p > 0 ? p * Math.Log(p / q) : 0) + (p < 1 ? (1 - p) * Math.Log((1 - p) / (1 - q)) : 0);

    private static LatencyHistogram Histogram(int first, long[] counts)
    {
        var histogram = new LatencyHistogram();
        var held = counts.Select((count, i) => (Bucket: first + i, Count: count)).Where(b => b.Count > 0).ToList();
        histogram.Add(new SparseCounts(held.Select(b => b.Bucket).ToValueList(), held.Select(b => b.Count).ToValueList()));
        return histogram;
    }
}

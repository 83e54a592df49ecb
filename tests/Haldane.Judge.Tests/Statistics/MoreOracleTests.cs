using Haldane.Core;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;
using MathNet.Numerics;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>Bands, pairs, detectors, calibration, multiple tests and special functions; the other methods are in <see cref="OracleTests"/>.</summary>
public sealed class MoreOracleTests(ITestOutputHelper output)
{
    [Fact]
    public void Projections_on_ratios_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("ripr_ratio"))
        {
            double na = c.Number("na"), ta = c.Number("ta"), nb = c.Number("nb"), tb = c.Number("tb");

            var (a, b) = Projection.Of(na, ta, nb, tb, RateLine.Ratio(c.Number("r")));

            Oracle.Agrees(c.Number("a0"), a);
            Oracle.Agrees(c.Number("b0"), b);
            seen += 2;
        }

        output.WriteLine($"ripr, ratios: {seen} values");
    }

    [Fact]
    public void Radii_of_the_band_of_a_whole_distribution_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("band_radius"))
        {
            Oracle.Agrees(c.Number("uniform"), StochasticOrder.Radius(c.Number("t"), -Math.Log(c.Number("alpha"))));
            seen++;
        }

        output.WriteLine($"quantile_radius, uniform: {seen} values");
    }

    [Fact]
    public void One_sided_distances_of_distributions_are_those_of_scipy()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("ks"))
        {
            // Only the order of the numbers matters: each distinct one is a bucket.
            double[] x = c.Numbers("x"), y = c.Numbers("y");
            var distinct = x.Concat(y).Distinct().Order().ToList();

            LatencyHistogram first = Histogram(x, distinct), second = Histogram(y, distinct);

            Oracle.Agrees(c.Number("D"), Math.Max(StochasticOrder.Distance(first, second).Distance, StochasticOrder.Distance(second, first).Distance));
            seen++;
        }

        output.WriteLine($"ks_wasserstein, D: {seen} values");
    }

    [Fact]
    public void E_detectors_are_those_of_the_reference()
    {
        var c = Oracle.Cases("e_detectors")[0];
        var detector = new EDetector();
        foreach (var (factor, (sr, cusum)) in c.Numbers("log_factors").Zip(c.Numbers("shiryaev_roberts").Zip(c.Numbers("cusum"))))
        {
            detector.Add(factor);

            Oracle.Agrees(sr, Math.Exp(detector.ShiryaevRoberts));
            Oracle.Agrees(cusum, Math.Exp(detector.Cusum));
        }

        output.WriteLine($"e_detectors: {2 * c.Numbers("log_factors").Length} values");
    }

    [Fact]
    public void Intervals_of_bounded_means_are_those_of_the_reference()
    {
        var c = Oracle.Cases("bounded_mean")[0];
        var alpha = c.Number("alpha");
        var process = new EmpiricalBernstein(alpha);
        var seen = 0;
        foreach (var (x, row) in c.Numbers("x").Zip(c.GetProperty("path").EnumerateArray().Select(r => r.EnumerateArray().Select(v => v.GetDouble()).ToArray())))
        {
            process.Add(1, x, x * x);
            var (centre, half) = process.Interval(Math.Log(2 / alpha))!.Value;

            Oracle.Agrees(row[0], centre);
            Oracle.Agrees(row[1], Math.Max(0, centre - half));
            Oracle.Agrees(row[2], Math.Min(1, centre + half));
            seen += 3;
        }

        output.WriteLine($"bounded_mean_prpl_eb: {seen} values");
    }

    [Fact]
    public void Sequential_McNemar_values_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("mcnemar_sequential"))
        {
            var (canary, baseline) = (c.Number("b_canary_wrong_only"), c.Number("c_baseline_wrong_only"));

            Oracle.Agrees(c.Number("log_e_canary_worse"), PairedDifference.McNemar(Null.AtMost).LogE(canary, canary + baseline));
            Oracle.Agrees(c.Number("log_e_canary_better"), PairedDifference.McNemar(Null.AtLeast).LogE(canary, canary + baseline));
            seen += 2;
        }

        output.WriteLine($"mcnemar_sequential: {seen} values");
    }

    [Fact]
    public void Bands_of_drift_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("drift_exact"))
        {
            long[] canary = c.Counts("canary"), baseline = c.Counts("baseline");
            var (ofCanary, ofBaseline) = (DriftBand.Excess(canary), DriftBand.Excess(baseline));
            var (n, m) = (canary.Sum(), baseline.Sum());
            var distance = Math.Sqrt(c.Number("js_nats"));
            var half = DriftBand.HalfWidth(ofCanary, n, ofBaseline, m, Math.Log(20));
            var expected = c.Numbers("js_cs95_nats");

            Oracle.Agrees(c.Number("kl_radius_canary_.025"), DriftBand.Radius(ofCanary, n, -Math.Log(0.025)));
            Oracle.Agrees(c.Number("kl_radius_baseline_.025"), DriftBand.Radius(ofBaseline, m, -Math.Log(0.025)));
            Oracle.Agrees(expected[0], Math.Pow(Math.Max(0, distance - half), 2));
            Oracle.Agrees(expected[1], Math.Pow(distance + half, 2));
            Oracle.Agrees(c.Number("arm_label_log_e(rho=nc/n)"), DriftBand.AnyChangeLogE(canary, baseline));
            seen += 5;
        }

        output.WriteLine($"drift, bands and arm labels: {seen} values");
    }

    [Fact]
    public void One_sided_widths_are_those_of_GrowthBook_and_confseq()
    {
        // GrowthBook tunes to n* observations: rho^2 = (-2 ln 2a + ln(1 - 2 ln 2a)) / n*, and states sigma = se sqrt(n).
        const double Tuned = 5000, Alpha = 0.05, N = 3000 + 3461;
        var rho2 = (-2 * Math.Log(2 * Alpha) + Math.Log(1 - 2 * Math.Log(2 * Alpha))) / Tuned;
        foreach (var (estimate, error, lower, upper) in new[]
        {
            (0.5033610858562358, 0.3334122146400735, -0.42356454602790883, 1.4302867177403806), (0.23437666666666668, 0.12983081254184736, -0.12656844172804982, 0.5953217750613832),
        })
        {
            var margin = NormalMixture.Margin(-Math.Log(Alpha), error, error * Math.Sqrt(N) * Math.Sqrt(rho2));

            Oracle.Agrees(lower, estimate - margin);
            Oracle.Agrees(upper, estimate + margin);
        }

        var rho = 100 / (-2 * Math.Log(0.1) + Math.Log(1 - 2 * Math.Log(0.1)));
        Oracle.Agrees(-0.06502391, NormalMixture.LogE(0.1, 0.1, 1 / Math.Sqrt(rho)), 1e-5);
        Oracle.Agrees(Math.Log(20), NormalMixture.LogE(27.66071 / 100, 0.1, 1 / Math.Sqrt(rho)), 1e-5);
        output.WriteLine("growthbook, one-sided: 4 values; confseq unit tests, one-sided normal mixture: 2 values");
    }

    [Fact]
    public void Calibration_errors_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("calibration"))
        {
            foreach (var bins in new[] { 5, 10, 15 })
            {
                double[] labelled = new double[bins], right = new double[bins], confidence = new double[bins];
                foreach (var (p, y) in c.Numbers("p").Zip(c.Numbers("y")))
                {
                    var k = Math.Min((int)Math.Floor(p * bins), bins - 1);
                    labelled[k]++;
                    right[k] += y;
                    confidence[k] += p;
                }

                Oracle.Agrees(c.Number($"ece_{bins}"), CalibrationError.Of(labelled, right, confidence, labelled).Value, 1e-12);
                seen++;
            }
        }

        output.WriteLine($"calibration, ECE: {seen} values");
    }

    [Fact]
    public void Rejections_are_those_of_the_reference()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("e_values"))
        {
            double[] e = c.Numbers("e"), logs = [.. e.Select(x => Math.Log(x))];
            var line = Rejections.FalseDiscoveryLine(logs, c.Number("alpha"));

            Assert.Equal(c.Counts("e_bh_rejected_idx").Order(), Enumerable.Range(0, e.Length).Where(i => logs[i] >= line).Select(i => (long)i));
            seen++;
        }

        var adjusted = 0;
        foreach (var c in Oracle.Cases("p_adjust"))
        {
            double[] p = c.Numbers("p"), holm = c.Numbers("holm"), logs = [.. p.Select(x => -Math.Log(x))];
            foreach (var alpha in new[] { 0.001, 0.01, 0.05, 0.2, 0.5 })
            {
                var line = Rejections.StepDownLine(logs, -Math.Log(alpha));

                Assert.Equal(Enumerable.Range(0, p.Length).Where(i => holm[i] <= alpha), Enumerable.Range(0, p.Length).Where(i => logs[i] >= line));
            }

            adjusted += p.Length;
        }

        output.WriteLine($"e-BH: {seen} sets; Holm: {adjusted} values, at five levels each");
    }

    [Fact]
    public void Special_functions_are_those_of_mpmath()
    {
        var seen = 0;
        foreach (var c in Oracle.Cases("normal_cdf"))
        {
            Oracle.Agrees(c.Number("log_cdf"), NormalMixture.LogNormalCdf(c.Number("x")));
            seen++;
        }

        foreach (var c in Oracle.Cases("lgamma").Where(c => c.Number("x") > 0))
        {
            Oracle.Agrees(c.Number("lgamma"), SpecialFunctions.GammaLn(c.Number("x")), 1e-12);
            seen++;
        }

        foreach (var c in Oracle.Cases("erf"))
        {
            Oracle.Agrees(c.Number("erfc"), SpecialFunctions.Erfc(c.Number("x")), 1e-12);
            seen++;
        }

        output.WriteLine($"quantiles, normal log cdf, lgamma and erfc: {seen} values");
    }

    private static LatencyHistogram Histogram(double[] numbers, List<double> distinct)
    {
        var counts = numbers.GroupBy(x => distinct.IndexOf(x)).OrderBy(g => g.Key).ToList();
        var histogram = new LatencyHistogram();
        histogram.Add(new(counts.Select(g => g.Key + 100).ToValueList(), counts.Select(g => (long)g.Count()).ToValueList()));
        return histogram;
    }
}

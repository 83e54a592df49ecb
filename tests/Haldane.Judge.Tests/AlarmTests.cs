using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Tests.Worlds;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests;

/// <summary>Alarms come in the very slices in which the formula says so.</summary>
public sealed class AlarmTests
{
    // More errors from slice 60 on, fewer again from 120 on; some seconds without any.
    // How many answers above an edge count as one (Kish 1965, section 8.2, with slices as clusters), less what may be chance.
    private static double Together(List<int[]> slices, int edge)
    {
        double all = slices.Sum(s => s.Length), above = slices.Sum(s => s.Count(b => b > edge)), rate = above / all, count = slices.Count;
        if (above == 0 || above == all)
        {
            return 1;
        }

        var between = slices.Sum(s => Math.Pow(s.Count(b => b > edge) - rate * s.Length, 2)) * count / (count - 1);
        var independent = above * (1 - rate);
        return Math.Max(1, between / independent - 1.5 * Math.Sqrt((2 + count / independent) / (count - 1)));
    }

    private static readonly (long Canary, long Baseline)[] Rare =
        [.. Enumerable.Range(1, 400).Select(n => ((n is > 60 and < 120 or > 200 ? 8L + n % 7 : n % 4 == 0 ? 0 : n % 3), n % 4 == 0 ? 0L : 6L + n % 5))];

    [Theory]
    [InlineData(10)]
    [InlineData(30)]
    public void Errors_alarm_as_three_detectors_over_the_arm_labels_of_subjects_say(int share)
    {
        var (anomalies, totals) = New();
        var naive = new Naive();
        List<long> expected = [], alarms = [];
        for (var n = 1; n <= Rare.Length; n++)
        {
            var (canary, baseline) = (Rare[n - 1].Canary * share / 10, Rare[n - 1].Baseline);
            var slice = Slices.Slice(n, 0, share, Slices.Counts(900, 2 * baseline) with { ErrorSubjects = baseline }, Slices.Counts(100, 2 * canary) with { ErrorSubjects = canary });
            Feed(anomalies, totals, slice, "errors", alarms);
            if (naive.Alarms(share / 100.0, canary, baseline))
            {
                expected.Add(n);
            }
        }

        Assert.True(expected.Count > 1);
        Assert.Equal(expected, alarms);
    }

    [Fact]
    public void Slow_answers_alarm_by_the_p99_that_the_baseline_had_before()
    {
        var (anomalies, totals) = New();
        var naive = new Naive();
        List<long> expected = [], alarms = [];
        List<int> seen = [];
        List<int[]> baseline = [], canary = [];
        for (var n = 1; n <= 200; n++)
        {
            // A baseline whose tail wanders, and a canary that becomes slow.
            int[] ofBaseline = [.. Enumerable.Range(0, 90).Select(i => 600 + (i * 7 + n) % 30 + (i == 0 ? 40 : 0))];
            int[] ofCanary = [.. Enumerable.Range(0, 8 + n % 5).Select(i => 600 + (i * 11 + n) % 30 + (n is > 100 && i < 5 ? 60 : 0))];
            Feed(anomalies, totals, Slices.Slice(n, 0, 10, Answers(ofBaseline), Answers(ofCanary)), "latency", alarms);
            if (seen.Count >= 1_000)
            {
                var edge = seen.Order().ElementAt((int)Math.Ceiling(0.99 * seen.Count - 1e-9) - 1);
                var together = Math.Max(Together(baseline, edge), Together(canary, edge));
                if (naive.Alarms(ofCanary.Length / (double)(ofCanary.Length + ofBaseline.Length), ofCanary.Count(b => b > edge) / together, ofBaseline.Count(b => b > edge) / together))
                {
                    expected.Add(n);
                }
            }

            seen.AddRange(ofBaseline);
            baseline.Add(ofBaseline);
            canary.Add(ofCanary);
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected, alarms);
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(999, false)]
    public void A_thousand_answers_of_the_baseline_show_what_is_slow(int baseline, bool shown)
    {
        var (anomalies, totals) = New();
        List<long> alarms = [];
        for (var n = 1; n <= 5; n++)
        {
            Feed(anomalies, totals, Slices.Slice(n, 0, 10, Answers(Enumerable.Repeat(600, n == 5 ? baseline - 800 : 200)), Answers(Enumerable.Repeat(600, 20))), "latency", alarms);
        }

        Feed(anomalies, totals, Slices.Slice(6, 0, 10, CellEvidence.Empty, Answers(Enumerable.Repeat(600, 1_000))), "latency", alarms);
        Feed(anomalies, totals, Slices.Slice(7, 0, 10, Answers(Enumerable.Repeat(600, 900)), Answers([.. Enumerable.Repeat(600, 40), .. Enumerable.Repeat(700, 60)])), "latency", alarms);

        Assert.Equal(shown ? [7L] : [], alarms);
        if (shown)
        {
            Assert.Equal(
                $"answers above {Say.Seconds(LatencyBuckets.Edge(600))} suddenly became more than twice as frequent: 60 of the last 100 canary answers", Assert.Single(anomalies.Standings).Reason);
        }
    }

    [Fact]
    public void Each_class_alarms_by_itself_and_is_named()
    {
        var (anomalies, totals) = New();
        Naive[] naive = [new(), new()];
        List<long> expected = [], alarms = [];
        for (var n = 1; n <= 300; n++)
        {
            // Now and then one arm has no prediction at all.
            ValueList<long> baseline = n % 9 == 0 ? [] : [80, 10 + n % 3], canary = n % 10 == 0 ? [] : n is > 100 and < 110 ? [40, 60] : n > 250 ? [90, 90] : [90, 10];
            Feed(anomalies, totals, Slices.Slice(n, 0, 50, new() { Exchanges = 100, Classes = baseline }, new() { Exchanges = 100, Classes = canary }), "predictions", alarms);
            if (baseline.Count + canary.Count == 0)
            {
                continue;
            }

            // By the predictions that came, not by the share that was asked.
            var share = canary.Sum() / (double)(canary.Sum() + baseline.Sum());
            bool[] alarmed = [.. naive.Select((watch, k) => watch.Alarms(share, canary.Count > 0 ? canary[k] : 0, baseline.Count > 0 ? baseline[k] : 0))];
            if (alarmed.Contains(true))
            {
                expected.Add(n);
            }
        }

        Assert.True(expected.Count > 1);
        Assert.Equal(expected, alarms);
        Assert.StartsWith("other suddenly became more than twice as frequent: ", anomalies.Standings[0].Reason, StringComparison.Ordinal);
        Assert.EndsWith(" of the last 180 canary predictions", anomalies.Standings[0].Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void An_alarm_stands_for_five_minutes_and_the_next_one_takes_its_place()
    {
        var (anomalies, totals) = New();
        List<long> alarms = [];
        for (var n = 1; alarms.Count == 0; n++)
        {
            Feed(anomalies, totals, Slices.Slice(n, 0, 10, Slices.Counts(900, 9), Slices.Counts(100, n > 20 ? 30 : 1)), "errors", alarms);
        }

        EvidenceSlice Quiet(int seconds) => Slices.Slice(1_000 + seconds, 0, 10, Slices.Counts(900, 9), Slices.Counts(100, 1)) with { Length = TimeSpan.FromSeconds(seconds) };
        Feed(anomalies, totals, Quiet(299), "errors", alarms);
        Assert.Single(anomalies.Standings);
        Feed(anomalies, totals, Quiet(1), "errors", alarms);
        Assert.Single(anomalies.Standings);
        Feed(anomalies, totals, Quiet(1), "errors", alarms);
        Assert.Empty(anomalies.Standings);

        while (alarms.Count < 4)
        {
            Feed(anomalies, totals, Slices.Slice(2_000 + totals.Of(Arm.Baseline, 0).Exchanges, 0, 10, Slices.Counts(900, 9), Slices.Counts(100, 95)), "errors", alarms);
        }

        Assert.Equal(alarms[^1], Assert.Single(anomalies.Standings).UpToSlice);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void With_everyone_on_one_arm_nothing_is_expected_of_the_other(int share)
    {
        var (anomalies, totals) = New();
        List<long> alarms = [];
        for (var n = 1; n <= 50; n++)
        {
            Feed(anomalies, totals, Slices.Slice(n, 0, share, Slices.Counts(share == 0 ? 900 : 0, share == 0 ? 9 : 0), Slices.Counts(share == 0 ? 0 : 900, share == 0 ? 0 : 9)), "errors", alarms);
        }

        // Those fifty seconds told nothing of what is usual: the alarm comes as if they had not been.
        Naive naive = new();
        List<long> expected = [];
        for (var n = 1; n <= 50; n++)
        {
            naive.Alarms(share / 100.0, share == 0 ? 0 : 9, share == 0 ? 9 : 0);
        }

        for (var n = 51; n <= 120; n++)
        {
            var canary = n > 100 ? 40 : 5;
            Feed(anomalies, totals, Slices.Slice(n, 0, 50, Slices.Counts(450, 5), Slices.Counts(450, canary)), "errors", alarms);
            if (naive.Alarms(0.5, canary, 5))
            {
                expected.Add(n);
            }
        }

        Assert.NotEmpty(expected);
        Assert.Equal(expected, alarms);
    }

    private static (Anomalies Anomalies, StageTotals Totals) New()
    {
        var totals = new StageTotals(1, new(2, ConfidenceBins.Count, 0));
        return (new(["class-1", "other"], totals), totals);
    }

    private static void Feed(Anomalies anomalies, StageTotals totals, EvidenceSlice slice, string signal, List<long> alarms)
    {
        totals.Add(slice);
        anomalies.Add(slice, slice.Share.Fraction);
        alarms.AddRange(anomalies.Standings.Where(a => a.Signal == signal && a.UpToSlice == slice.Number).Select(a => a.UpToSlice));
    }

    private static CellEvidence Answers(IEnumerable<int> buckets)
    {
        var counts = buckets.GroupBy(b => b).OrderBy(g => g.Key).ToList();
        return new() { Exchanges = counts.Sum(g => g.Count()), Latency = new(counts.Select(g => g.Key).ToValueList(), counts.Select(g => (long)g.Count()).ToValueList()) };
    }

    /// <summary>M = (M + 1) e^l for three sizes of change, l = l(u + d) - l(u) of the arm labels, e^u twice the larger of 1 and the ratio so far; an alarm at 604,800 on average.</summary>
    private sealed class Naive
    {
        private readonly double[] _m = new double[3];
        private double _seen, _expected;

        public bool Alarms(double share, double canary, double baseline)
        {
            var usual = 2 * Math.Max(1, (_seen + 1) / (_expected + 1));
            foreach (var (i, size) in new[] { (0, 1.5), (1, 3.0), (2, 9.0) })
            {
                double Likelihood(double ratio) => Math.Pow(ratio, canary) / Math.Pow(1 - share + share * ratio, canary + baseline);
                _m[i] = (_m[i] + 1) * Likelihood(usual * size) / Likelihood(usual);
            }

            if (share is > 0 and < 1)
            {
                (_seen, _expected) = (_seen + canary, _expected + baseline * share / (1 - share));
            }

            if (_m.Average() < 604_800)
            {
                return false;
            }

            Array.Clear(_m);
            return true;
        }
    }
}

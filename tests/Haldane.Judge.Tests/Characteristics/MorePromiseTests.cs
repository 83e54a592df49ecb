using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Characteristics;

/// <summary>The same for events, calibration, throughput, whole distributions and pairs.</summary>
public sealed class MorePromiseTests(ITestOutputHelper output) : PromiseFixture(output)
{
    [Fact]
    public void Conversions_at_a_line_are_rarely_called_beyond_it()
    {
        var guard = Slices.Guard(SignalKind.EventRate, Scale.Ratio, 0.8, name: "conversion") with { AtLeast = true };
        Func<Random, int, int, EvidenceSlice> At(double ratio) => (r, n, s) => Late(r, n, s, [10, 50], "conversion", 2000, 0.02, 0.02 * ratio);

        Hold("conversion, 10 and 50 %", guard, [10, 50], 120, At(Math.Sqrt(0.8)), At(0.8));
        Decide("half the conversions", VerdictKind.Fail, guard, 50, 25, (r, n, s) => Late(r, n, s, [50], "conversion", 2000, 0.02, 0.01));
        Decide("as many conversions", VerdictKind.Pass, guard, 50, 60, (r, n, s) => Late(r, n, s, [50], "conversion", 2000, 0.02, 0.02));
    }

    [Fact]
    public void Refusals_at_a_line_are_rarely_called_beyond_it()
    {
        var ratio = Slices.Guard(SignalKind.EventRate, Scale.Ratio, 2, name: GatewayEvents.Refused);
        var difference = Slices.Guard(SignalKind.EventRate, Scale.Difference, 0.02, name: GatewayEvents.Refused);
        Func<Random, int, int, EvidenceSlice> At(double rate) => (r, n, s) => Late(r, n, s, [20], GatewayEvents.Refused, 1000, 0.02, rate);

        Hold("refused, ratio", ratio, [20], 80, At(0.02 * Math.Sqrt(2)), At(0.04));
        Hold("refused, difference", difference, [20], 80, At(0.03), At(0.04));
        Decide("four times the refusals", VerdictKind.Fail, difference, 20, 30, At(0.08));
    }

    [Fact]
    public void Accuracy_as_a_ratio_at_a_line_is_rarely_called_beyond_it()
    {
        var guard = Slices.Guard(SignalKind.Accuracy, Scale.Ratio, 0.95);
        Func<Random, int, int, EvidenceSlice> At(double ratio) => (r, n, s) => Labelled(r, n, s, 30, 600, 0.3, 1 - 0.7 * ratio);

        Hold("accuracy ratio", guard, [30], 60, At(Math.Sqrt(0.95)), At(0.95));
        Decide("accuracy a fifth lower", VerdictKind.Fail, guard, 30, 20, At(0.8));
        Decide("accuracy alike", VerdictKind.Pass, guard, 30, 60, At(1));
    }

    [Theory]
    [InlineData(Scale.Difference, 0.04)]
    [InlineData(Scale.Value, 0.06)]
    public void Calibration_at_a_line_is_rarely_called_beyond_it(Scale scale, double bad)
    {
        var guard = Slices.Guard(SignalKind.Calibration, scale, bad);
        var fine = scale == Scale.Difference ? bad / 2 : bad;
        Func<Random, int, int, EvidenceSlice> At(double error) => (r, n, s) => Confident(r, n, s, 30, 300, scale == Scale.Difference ? 0.01 : 0, error);

        Hold($"calibration, {scale}", guard, [30], 60, At(scale == Scale.Difference ? 0.01 + fine : fine), At(scale == Scale.Difference ? 0.01 + bad : bad));
        Decide("15 points off", VerdictKind.Fail, guard, 30, 40, At(0.15));
    }

    [Theory]
    [InlineData(10, 0.5)]
    [InlineData(50, 0.5)]
    [InlineData(30, 1.2)]
    public void Throughput_at_a_line_is_rarely_called_beyond_it(int share, double spread)
    {
        // 3,000 subjects with log-normally different activity; the canary loses a part of what is sent to it.
        var guard = Slices.Guard(SignalKind.Throughput, Scale.Ratio, 0.8);
        Func<Random, int, int, EvidenceSlice> At(double kept)
        {
            var crowd = new Crowd(3000, spread);
            return (r, n, s) => crowd.Next(r, n, s, share, 2000, kept);
        }

        Hold($"throughput, {share} %, spread {spread}", guard, [share], 60, At(Math.Sqrt(0.8)), At(0.8));
        if (spread < 1)
        {
            Decide("half is lost", VerdictKind.Fail, guard, share, 30, At(0.5));
        }
    }

    [Theory]
    [InlineData(0.10, 20)]
    [InlineData(0.05, 50)]
    public void A_latency_distribution_at_a_line_is_rarely_called_beyond_it(double bad, int share)
    {
        var guard = Slices.Guard(SignalKind.LatencyDistribution, Scale.Difference, bad);
        var fast = Latencies.LogNormal(0.05, 0.5);
        Func<Random, int, int, EvidenceSlice> At(double distance)
        {
            // Shifted normal distributions are 2 Phi(d / 2) - 1 apart at most.
            var slow = Latencies.LogNormal(0.05 * Math.Exp(0.5 * 2 * MathNet.Numerics.Distributions.Normal.InvCDF(0, 1, (1 + distance) / 2)), 0.5);
            return (r, n, s) => Slices.Slice(n, s, share, Streams.Latency(r, 5 * (100 - share), fast), Streams.Latency(r, 5 * share, slow));
        }

        Hold($"latency distribution, {100 * bad} points, {share} %", guard, [share], 60, At(bad / 2), At(bad));
        Decide("40 points slower", VerdictKind.Fail, guard, share, 12, At(0.4));
        Decide("as fast", VerdictKind.Pass, guard, share, 60, At(0));
    }

    [Fact]
    public void A_latency_difference_at_a_line_is_rarely_called_beyond_it()
    {
        var guard = Slices.Guard(SignalKind.Latency, Scale.Difference, 0.010, 0.95);
        var table = Latencies.LogNormal(0.05, 0.4);
        var p95 = 0.05 * Math.Exp(0.4 * 1.6448536269514722);
        Func<Random, int, int, EvidenceSlice> At(double more)
        {
            var slow = Latencies.LogNormal(0.05 * (p95 + more) / p95, 0.4);
            return (r, n, s) => Slices.Slice(n, s, 30, Streams.Latency(r, 700, table), Streams.Latency(r, 300, slow));
        }

        Hold("p95 difference of 10 ms", guard, [30], 60, At(0.005), At(0.010));
        Decide("40 ms slower", VerdictKind.Fail, guard, 30, 12, At(0.040));
        Decide("as fast", VerdictKind.Pass, guard, 30, 40, At(0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.03)]
    public void Agreement_at_its_limit_is_rarely_called_beyond_it(double noise)
    {
        var guard = Slices.Guard(SignalKind.Agreement, Scale.Value, 0.95);
        Func<Random, int, int, EvidenceSlice> At(double different) => (r, n, s) => Slices.Slice(n, s, 50, Slices.Counts(100), Slices.Counts(100)) with
        {
            Pairs = [new(0, 100, r.Binomial(100, different + noise), noise > 0 ? 50 : 0, r.Binomial(50, noise), 0, 0, 0)],
        };

        Hold($"agreement, noise {100 * noise} %", guard, [50], 80, At(0.05), At(0.05));
        Decide("25 % differ", VerdictKind.Fail, guard, 50, 20, At(0.25));
        Decide("0.5 % differ", VerdictKind.Pass, guard, 50, 60, At(0.005));
    }

    [Fact]
    public void Pairs_of_labelled_answers_at_a_line_are_rarely_called_beyond_it()
    {
        var guard = Slices.Guard(SignalKind.Accuracy, Scale.Difference, -0.02);
        static Func<Random, int, int, EvidenceSlice> At(double worse) => (r, n, s) =>
        {
            var canary = r.Binomial(200, 0.05 + worse);
            return Slices.Slice(n, s, 50, Slices.Counts(100), Slices.Counts(100)) with { Pairs = [new(0, 200, 0, 0, 0, 200, canary, r.Binomial(200 - canary, 0.05 / (0.95 - worse)))] };
        };

        Hold("paired accuracy", guard, [50], 60, At(0.01), At(0.02));
        Decide("8 points worse", VerdictKind.Fail, guard, 50, 15, At(0.08));
    }

    [Fact]
    public void Drift_of_confidence_at_a_line_is_rarely_called_beyond_it()
    {
        // Two bins far apart; the divergence is that of two coins.
        var guard = Slices.Guard(SignalKind.ConfidenceDrift, Scale.JensenShannon, 0.05);
        Func<Random, int, int, EvidenceSlice> At(double canary) => (r, n, s) => Slices.Slice(n, s, 30, Sure(r, 210, 0.5), Sure(r, 90, canary));

        // JS of coins of 0.5 and 0.6855 is 0.0257 bits, of 0.5 and 0.7560 is 0.0500 bits.
        Hold("confidence drift", guard, [30], 60, At(0.6827), At(0.7560));
        Decide("twice the drift", VerdictKind.Fail, guard, 30, 30, At(0.9));
    }

    [Fact]
    public void Drift_of_attributions_at_a_line_is_rarely_called_beyond_it()
    {
        // The lines are those of the coins above; the part of a feature differs from answer to answer.
        var guard = Slices.Guard(SignalKind.AttributionDrift, Scale.JensenShannon, 0.05);
        Func<Random, int, int, EvidenceSlice> At(double canary) => (r, n, s) => Slices.Slice(n, s, 30, Drawn(r, 210, 0.5), Drawn(r, 90, canary));

        Hold("attribution drift", guard, [30], 60, At(0.6827), At(0.7560));
        Decide("twice the drift", VerdictKind.Fail, guard, 30, 30, At(0.9));
        Decide("no drift", VerdictKind.Pass, guard, 30, 60, At(0.5));
    }

    // The size of the first feature is a part of all, evenly around its mean; one feature of each answer is drawn.
    private static CellEvidence Drawn(Random random, int count, double mean)
    {
        var first = 0L;
        for (var i = 0; i < count; i++)
        {
            var part = mean + Math.Min(mean, 1 - mean) * (2 * random.NextDouble() - 1);
            first += random.NextDouble() < part ? 1 : 0;
        }

        return new() { Exchanges = count, Attribution = [first, count - first, 0] };
    }

    private static CellEvidence Sure(Random random, long count, double high)
    {
        var bins = new long[ConfidenceBins.Count];
        bins[18] = random.Binomial(count, high);
        bins[10] = count - bins[18];
        return new() { Exchanges = count, Confidence = ValueList.Create<long>(bins) };
    }

    private static EvidenceSlice Late(Random random, int number, int stage, int[] shares, string name, int requests, double baselineRate, double canaryRate)
    {
        var canary = random.Binomial(requests, shares[stage] / 100.0);
        long ofBaseline = random.Binomial(requests - canary, baselineRate), ofCanary = random.Binomial(canary, canaryRate);
        return Slices.Slice(number, stage, shares[stage], Slices.Counts(requests - canary), Slices.Counts(canary)) with
        {
            Events = [new(name, stage, Arm.Baseline, 0, ofBaseline, ofBaseline), new(name, stage, Arm.Canary, 0, ofCanary, ofCanary)],
        };
    }

    private static EvidenceSlice Labelled(Random random, int number, int stage, int share, int labels, double baselineWrong, double canaryWrong)
    {
        var canary = random.Binomial(labels, share / 100.0);
        return Slices.Slice(number, stage, share, Slices.Counts(labels - canary), Slices.Counts(canary)) with
        {
            Labels =
            [
                new(stage, Arm.Baseline, 0, labels - canary, random.Binomial(labels - canary, baselineWrong)),
                new(stage, Arm.Canary, 0, canary, random.Binomial(canary, canaryWrong)),
            ],
        };
    }

    // Confidences of 0.525 to 0.925 in five bins; an arm is right so much less often than it says.
    private static EvidenceSlice Confident(Random random, int number, int stage, int share, int labels, double baselineError, double canaryError)
    {
        var counts = new List<CalibrationCounts>();
        foreach (var (arm, part, error) in new[] { (Arm.Baseline, 100 - share, baselineError), (Arm.Canary, share, canaryError) })
        {
            foreach (var bin in new[] { 10, 12, 14, 16, 18 })
            {
                var confidence = (bin + 0.5) / ConfidenceBins.Count;
                var n = labels * part / 500;
                counts.Add(new(stage, arm, 0, bin, n, random.Binomial(n, confidence - error), n * confidence));
            }
        }

        return Slices.Slice(number, stage, share, Slices.Counts(labels), Slices.Counts(labels)) with { Calibration = counts.ToValueList() };
    }

    /// <summary>Subjects of different activity, each on one arm for good.</summary>
    private sealed class Crowd(int subjects, double spread)
    {
        private readonly bool[] _onCanary = new bool[subjects];
        private AliasTable _who = new([1]);

        public EvidenceSlice Next(Random random, int number, int stage, int share, int requests, double kept)
        {
            if (number == 1)
            {
                _who = new([.. Enumerable.Range(0, subjects).Select(_ => Math.Exp(spread * random.Normal()))]);
                for (var i = 0; i < subjects; i++)
                {
                    _onCanary[i] = random.Next(100) < share;
                }
            }

            long[] baseline = new long[SubjectGroups.Count], canary = new long[SubjectGroups.Count];
            for (var i = 0; i < requests; i++)
            {
                var subject = _who.Draw(random);
                if (!_onCanary[subject])
                {
                    baseline[subject % SubjectGroups.Count]++;
                }
                else if (random.NextDouble() < kept)
                {
                    canary[subject % SubjectGroups.Count]++;
                }
            }

            var slice = Slices.Slice(number, stage, share, Slices.Counts(baseline.Sum()), Slices.Counts(canary.Sum()));
            return slice with
            {
                Baseline = slice.Baseline with { AnswersByGroup = ValueList.Create<long>(baseline) },
                Canary = slice.Canary with { AnswersByGroup = ValueList.Create<long>(canary) },
            };
        }
    }
}

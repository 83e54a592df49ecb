using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Characteristics;

/// <summary>Holds each signal to its promise: at the fine line at most 5 % false Fail, at the bad line at most 5 % false Pass, looked at every slice.</summary>
public sealed class PromiseTests(ITestOutputHelper output) : PromiseFixture(output)
{
    [Theory]
    [InlineData(10)]
    [InlineData(50)]
    public void An_error_ratio_at_a_line_is_rarely_called_beyond_it(int share)
    {
        var guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2);
        EvidenceSlice World(Random r, int number, int stage, double ratio) => Pair(r, number, stage, share, 2000, 0.01, 0.01 * ratio);

        Hold($"error ratio, {share} %", guard, [share], 100, (r, n, s) => World(r, n, s, Math.Sqrt(2)), (r, n, s) => World(r, n, s, 2));
        Decide($"error ratio 4 x, {share} %", VerdictKind.Fail, guard, share, share == 50 ? 8 : 25, (r, n, s) => World(r, n, s, 4));
        Decide($"error ratio 1 x, {share} %", VerdictKind.Pass, guard, share, 30, (r, n, s) => World(r, n, s, 1));
    }

    [Fact]
    public void A_floor_keeps_the_promise_where_both_the_ratio_and_the_floor_are_at_their_lines()
    {
        var guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2) with { Floor = 0.005 };
        static EvidenceSlice World(Random r, int n, int s) => Pair(r, n, s, 20, 2000, 0.0025, 0.005);

        Hold("error ratio with floor, 20 %", guard, [20], 100, World, World);
    }

    [Fact]
    public void A_ramp_while_the_base_rate_drifts_keeps_the_promise()
    {
        int[] shares = [1, 10, 50];
        var guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2);
        EvidenceSlice World(Random r, int number, int stage, double ratio)
        {
            var rate = 0.005 * Math.Pow(4, number / 120.0); // 0.5 % to 2 %
            return Pair(r, number, stage, shares[stage], 2000, rate, rate * ratio);
        }

        Hold("ramp 1 -> 10 -> 50 %, base rate 0.5 -> 2 %", guard, shares, 120, (r, n, s) => World(r, n, s, Math.Sqrt(2)), (r, n, s) => World(r, n, s, 2));
    }

    [Fact]
    public void Users_who_fail_again_and_again_keep_the_promise_because_each_counts_once()
    {
        // 5,000 users, 2 % of them fail at every fifth request; a user stays on one arm. Both versions are alike, the fine line is "as the baseline".
        const int users = 5000, slices = 100;
        var guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 1.5) with { Fine = 1 };
        var arms = new bool[users];
        var failed = new bool[users];
        var outcome = Streams.Run(guard, [50], Count, slices, (random, number, stage) =>
        {
            if (number == 1)
            {
                Array.Clear(failed);
                for (var u = 0; u < users; u++)
                {
                    arms[u] = random.NextDouble() < 0.5;
                }
            }

            long[] exchanges = [0, 0], errors = [0, 0], subjects = [0, 0];
            for (var i = 0; i < 1000; i++)
            {
                var user = random.Next(users);
                var arm = arms[user] ? 1 : 0;
                exchanges[arm]++;
                if (user < users / 50 && random.NextDouble() < 0.2)
                {
                    errors[arm]++;
                    subjects[arm] += failed[user] ? 0 : 1;
                    failed[user] = true;
                }
            }

            CellEvidence Of(int arm) => new() { Exchanges = exchanges[arm], Errors = errors[arm], ErrorSubjects = subjects[arm] };
            return Slices.Slice(number, stage, 50, Of(0), Of(1));
        });

        Output.WriteLine($"heavy users, r = fine = 1: {outcome}");
        Assert.True(outcome.Fails <= Streams.Allowed(Count) * Count);
    }

    [Fact]
    public void An_error_difference_at_a_line_is_rarely_called_beyond_it()
    {
        var guard = Slices.Guard(SignalKind.ErrorRate, Scale.Difference, 0.02);
        static Func<Random, int, int, EvidenceSlice> At(double difference) => (r, n, s) => Pair(r, n, s, 10, 1000, 0.3, 0.3 + difference);

        Hold("error difference, 10 %", guard, [10], 80, At(0.01), At(0.02));
        Decide("error difference + 8 points, 10 %", VerdictKind.Fail, guard, 10, 25, At(0.08));
    }

    [Theory]
    [InlineData(0.95, 50, 200)]
    [InlineData(0.99, 50, 600)]
    [InlineData(0.95, 10, 1000)]
    public void A_latency_ratio_at_a_line_is_rarely_called_beyond_it(double quantile, int share, int perSlice)
    {
        var table = Latencies.LogNormal(0.05, 0.5);
        var guard = Slices.Guard(SignalKind.Latency, Scale.Ratio, 1.1, quantile);
        Func<Random, int, int, EvidenceSlice> At(int shift) => (r, n, s) => Slices.Slice(
            n, s, share, Streams.Latency(r, perSlice * (100 - share) / 100, table), Streams.Latency(r, perSlice * share / 100, table, shift));

        Hold($"p{100 * quantile} ratio, {share} %, {perSlice} a slice", guard, [share], 60, At(4), At(8));
        Decide($"p{100 * quantile} ratio + 40 %, {share} %, {perSlice} a slice", VerdictKind.Fail, guard, share, 20, At(28));
    }

    [Fact]
    public void Latency_over_three_stages_keeps_the_promise()
    {
        int[] shares = [5, 20, 50];
        var table = Latencies.LogNormal(0.05, 0.5);
        var guard = Slices.Guard(SignalKind.Latency, Scale.Ratio, 1.1, 0.95);
        Func<Random, int, int, EvidenceSlice> At(int shift) => (r, n, s) => Slices.Slice(
            n, s, shares[s], Streams.Latency(r, 10 * (100 - shares[s]), table), Streams.Latency(r, 10 * shares[s], table, shift));

        Hold("p95 ratio over stages of 5, 20 and 50 %", guard, shares, 60, At(4), At(8));
    }

    [Theory]
    [InlineData(2, 50, 100)]
    [InlineData(2, 10, 200)]
    [InlineData(12, 50, 200)]
    public void Drift_at_a_line_is_rarely_called_beyond_it(int classes, int share, int perSlice)
    {
        var guard = Slices.Guard(SignalKind.PredictionDrift, Scale.JensenShannon, 0.05);
        Func<Random, int, int, EvidenceSlice> At(double bits)
        {
            var (baseline, canary) = Mixes(classes, bits);
            return (r, n, s) => Slices.Slice(
                n, s, share, Streams.Classes(r, perSlice * (100 - share) / 100, baseline, classes), Streams.Classes(r, perSlice * share / 100, canary, classes));
        }

        Hold($"drift, {classes} classes, {share} %", guard, [share], 80, At(0.025), At(0.05));
        Decide($"drift of 0.2 bits, {classes} classes, {share} %, {perSlice} a slice", VerdictKind.Fail, guard, share, 30, At(0.2));
        Decide($"no drift, {classes} classes, {share} %, {perSlice} a slice", VerdictKind.Pass, guard, share, 30, At(0));
    }

    [Fact]
    public void Drift_over_three_stages_keeps_the_promise()
    {
        int[] shares = [5, 20, 50];
        var guard = Slices.Guard(SignalKind.PredictionDrift, Scale.JensenShannon, 0.05);
        Func<Random, int, int, EvidenceSlice> At(double bits)
        {
            var (baseline, canary) = Mixes(2, bits);
            return (r, n, s) => Slices.Slice(
                n, s, shares[s], Streams.Classes(r, 2 * (100 - shares[s]), baseline, 2), Streams.Classes(r, 2 * shares[s], canary, 2));
        }

        Hold("drift over stages of 5, 20 and 50 %", guard, shares, 90, At(0.025), At(0.05));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(50)]
    public void An_accuracy_difference_at_a_line_is_rarely_called_beyond_it(int share)
    {
        var guard = Slices.Guard(SignalKind.Accuracy, Scale.Difference, -0.02);
        Func<Random, int, int, EvidenceSlice> At(double worse) => (r, n, s) =>
        {
            var canary = r.Binomial(1000, share / 100.0);
            return Slices.Slice(n, s, share, Slices.Counts(1000 - canary), Slices.Counts(canary)) with
            {
                Labels =
                [
                    new(s, Arm.Baseline, 0, 1000 - canary, r.Binomial(1000 - canary, 0.1)),
                    new(s, Arm.Canary, 0, canary, r.Binomial(canary, 0.1 + worse)),
                ],
            };
        };

        Hold($"accuracy difference, {share} %", guard, [share], 60, At(0.01), At(0.02));
        Decide($"accuracy 8 points lower, {share} %", VerdictKind.Fail, guard, share, share == 50 ? 10 : 25, At(0.08));
        Decide($"accuracy as the baseline's, {share} %", VerdictKind.Pass, guard, share, 40, At(0));
    }

    [Fact]
    public void A_value_at_its_limit_is_rarely_called_beyond_it()
    {
        var errors = Slices.Guard(SignalKind.ErrorRate, Scale.Value, 0.02);
        var atLimit = Streams.Run(errors, [10], 2 * Count, 80, (r, n, s) => Pair(r, n, s, 10, 1000, 0.02, 0.02));
        Output.WriteLine($"error rate at its limit: {atLimit}");
        Assert.True(Math.Max(atLimit.Fails, atLimit.Passes) <= Streams.Allowed(2 * Count) * 2 * Count);

        // A limit that is an edge, and a quantile that is that edge.
        var edge = LatencyBuckets.IndexOf(0.1);
        var table = new AliasTable([.. Enumerable.Range(0, LatencyBuckets.Count).Select(i => i == edge ? 0.95 : i == edge + 1 ? 0.05 : 0)]);
        var latency = Slices.Guard(SignalKind.Latency, Scale.Value, LatencyBuckets.Edge(edge), 0.95);
        var atEdge = Streams.Run(latency, [50], 2 * Count, 80, (r, n, s) =>
            Slices.Slice(n, s, 50, Streams.Latency(r, 100, table), Streams.Latency(r, 100, table)));
        Output.WriteLine($"p95 at its limit: {atEdge}");
        Assert.True(Math.Max(atEdge.Fails, atEdge.Passes) <= Streams.Allowed(2 * Count) * 2 * Count);
    }

    [Fact]
    public void Scanning_segments_keeps_the_promise_for_all_of_them_together()
    {
        var guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2) with { Segments = SegmentScan.All };
        var outcome = Streams.Run(guard, [20], Count, 80, (random, number, stage) =>
        {
            var cells = Enumerable.Range(0, 4).Select(_ => Pair(random, number, stage, 20, 500, 0.01, 0.01 * Math.Sqrt(2))).ToList();
            CellEvidence[] Of(Arm arm)
            {
                var own = cells.Select(c => c.Of(arm).Cells[0]).ToArray();
                return [Slices.Counts(own.Sum(c => c.Exchanges), own.Sum(c => c.Errors)), .. own];
            }

            return cells[0] with { Baseline = new() { Cells = [.. Of(Arm.Baseline)] }, Canary = new() { Cells = [.. Of(Arm.Canary)] } };
        }, Slices.Country);

        Output.WriteLine($"everyone and four segments at the fine line: {outcome}");
        Assert.True(outcome.Fails <= Streams.Allowed(Count) * Count);
    }

    private static EvidenceSlice Pair(Random random, int number, int stage, int share, int requests, double baselineRate, double canaryRate)
    {
        var canary = random.Binomial(requests, share / 100.0);
        return Slices.Slice(
            number,
            stage,
            share,
            Slices.Counts(requests - canary, random.Binomial(requests - canary, baselineRate)),
            Slices.Counts(canary, random.Binomial(canary, canaryRate)));
    }

    // A baseline with shrinking classes, and a canary that moves weight from the first to the second until the divergence is as asked.
    private static (AliasTable Baseline, AliasTable Canary) Mixes(int classes, double bits)
    {
        var baseline = Enumerable.Range(0, classes).Select(i => classes == 2 ? 0.7 - 0.4 * i : 1.0 / (i + 1)).ToArray();
        var total = baseline.Sum();
        baseline = [.. baseline.Select(w => w / total)];
        double low = 0, high = baseline[0];
        double[] Moved(double by) => [.. baseline.Select((w, i) => i == 0 ? w - by : i == 1 ? w + by : w)];
        long[] AsCounts(double[] weights) => [.. weights.Select(w => (long)Math.Round(w * 1e12))];
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = JensenShannon.Of(AsCounts(Moved(middle)), AsCounts(baseline)).Bits < bits ? (middle, high) : (low, middle);
        }

        return (new(baseline), new(Moved(low)));
    }
}

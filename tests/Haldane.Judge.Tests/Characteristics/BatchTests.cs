using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Characteristics;

/// <summary>Each request brings a batch of rows that are all of one class, and is its own subject: 32 rows are one observation, not 32.</summary>
public sealed class BatchTests(ITestOutputHelper output)
{
    private const int Streams = 200, Rows = 32, PerSecond = 20, PerStage = 40, Classes = 3;
    private static readonly int[] Shares = [5, 20, 50];
    private static readonly double[] Countries = [0.4, 0.3, 0.2, 0.1];

    private static double Allowed => (0.05 + 3 * Math.Sqrt(0.05 * 0.95 / Streams)) * Streams;

    [Theory]
    [InlineData(SignalKind.PredictionDrift)]
    [InlineData(SignalKind.ConfidenceDrift)]
    public void Rows_of_one_request_are_no_proof_of_drift(SignalKind kind)
    {
        var (told, anomalies) = Failed(kind, canary: 0.3, asCounted: true);
        var (naive, _) = Failed(kind, canary: 0.3, asCounted: false);

        output.WriteLine($"{kind}: false Fail {told}, row by row {naive}, with an alarm {anomalies} of {Streams}");
        Assert.InRange(told, 0, Allowed);
        Assert.InRange(anomalies, 0, Allowed);
        Assert.True(naive > Allowed, "the naive way was to fail here, or this test shows nothing");
    }

    [Fact]
    public void Plain_drift_is_found_in_batches_too()
    {
        var (found, _) = Failed(SignalKind.PredictionDrift, canary: 0.9, asCounted: true);

        output.WriteLine($"found in {found} of {Streams}");
        Assert.InRange(found, 0.9 * Streams, Streams);
    }

    // How many streams fail, for everyone or in a segment; and how many raise an alarm about classes.
    private static (int Failed, int Alarmed) Failed(SignalKind kind, double canary, bool asCounted)
    {
        var rollout = Slices.Rollout([Slices.Guard(kind, Scale.JensenShannon, 0.05) with { Segments = SegmentScan.All }], Shares) with
        {
            Promise = new() { FalseRollback = 0.05, FalsePromotion = 0.05 },
        };
        var model = Slices.ModelOf(Classes, Slices.Country) with { Subject = null };
        var (failed, alarmed) = (0, 0);
        Parallel.For(0, Streams, stream =>
        {
            var (random, judge) = (new Random(stream), new RolloutJudge(model, rollout));
            var (fails, alarms) = (false, false);
            for (var i = 0; i < PerStage * Shares.Length; i++)
            {
                var slice = Slice(random, i, kind, canary);
                judge.Add(asCounted ? slice : slice with { Baseline = slice.Baseline with { ByGroup = null }, Canary = slice.Canary with { ByGroup = null } });
                var judged = judge.Evaluate(forecast: false);
                fails |= judged.Verdicts[0].Kind == Core.Judging.VerdictKind.Fail;
                alarms |= judged.Anomalies.Count > 0;
            }

            Interlocked.Add(ref failed, fails ? 1 : 0);
            Interlocked.Add(ref alarmed, alarms ? 1 : 0);
        });
        return (failed, alarmed);
    }

    private static EvidenceSlice Slice(Random random, int number, SignalKind kind, double canaryMix)
    {
        var share = Shares[number / PerStage];
        var arms = new[] { new Tally(), new Tally() };
        for (var request = 0; request < PerSecond; request++)
        {
            var isCanary = random.Next(100) < share;
            var what = random.NextDouble() < (isCanary ? canaryMix : 0.3) ? 0 : 1;
            arms[isCanary ? 1 : 0].Add(Country(random), random.Next(SubjectGroups.Count), kind == SignalKind.PredictionDrift ? what : 1, what);
        }

        return new()
        {
            Number = number + 1,
            Stage = number / PerStage,
            Share = new(100 * share),
            From = Slices.Start.AddSeconds(number),
            Length = TimeSpan.FromSeconds(1),
            Baseline = arms[0].Evidence(),
            Canary = arms[1].Evidence(),
        };
    }

    private static int Country(Random random)
    {
        var (at, country) = (random.NextDouble(), 0);
        while (country < Countries.Length - 1 && (at -= Countries[country]) > 0)
        {
            country++;
        }

        return country;
    }

    private sealed class Tally
    {
        private static readonly int Cells = 1 + Countries.Length;

        private readonly long[] _exchanges = new long[Cells], _answers = new long[Cells * SubjectGroups.Count], _predictions = new long[Cells * SubjectGroups.Count];
        private readonly long[][] _classes = [.. Enumerable.Range(0, Cells).Select(_ => new long[Classes])], _bins = [.. Enumerable.Range(0, Cells).Select(_ => new long[ConfidenceBins.Count])];
        private readonly long[] _classGroups = new long[Classes * SubjectGroups.Count], _binGroups = new long[ConfidenceBins.Count * SubjectGroups.Count];

        public void Add(int country, int group, int @class, int kind)
        {
            var bin = 10 + 5 * kind;
            foreach (var cell in (ReadOnlySpan<int>)[SegmentCells.Everyone, 1 + country])
            {
                _exchanges[cell]++;
                _answers[SubjectGroups.Key(cell, group)]++;
                _predictions[SubjectGroups.Key(cell, group)] += Rows;
                _classes[cell][@class] += Rows;
                _bins[cell][bin] += Rows;
            }

            _classGroups[SubjectGroups.Key(@class, group)] += Rows;
            _binGroups[SubjectGroups.Key(bin, group)] += Rows;
        }

        public ArmEvidence Evidence() => new()
        {
            NewSubjects = _exchanges[0],
            Cells = Enumerable.Range(0, Cells).Select(cell => new CellEvidence { Exchanges = _exchanges[cell], Classes = [.. _classes[cell]], Confidence = [.. _bins[cell]] }).ToValueList(),
            ByGroup = new()
            {
                Answers = SparseCounts.Of(_answers),
                Predictions = SparseCounts.Of(_predictions),
                Classes = SparseCounts.Of(_classGroups),
                Confidence = SparseCounts.Of(_binGroups),
            },
        };
    }
}

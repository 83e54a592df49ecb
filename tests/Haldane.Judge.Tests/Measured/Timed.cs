using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Tests.Worlds;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Measured;

/// <summary>Slices that hold nothing but latencies, and the histograms that they add up to.</summary>
internal static class Timed
{
    /// <summary>A slice of both arms' latencies, by bucket.</summary>
    public static EvidenceSlice Slice(int stage, int share, (int Bucket, long Count)[] baseline, (int Bucket, long Count)[] canary) =>
        Slices.Slice(1, stage, share, Cell(baseline), Cell(canary));

    /// <summary>So many slices that are all alike: no bursts.</summary>
    public static EvidenceSlice[] Alike(int many, int stage, int share, (int Bucket, long Count)[] baseline, (int Bucket, long Count)[] canary) =>
        [.. Enumerable.Repeat(Slice(stage, share, baseline, canary), many)];

    /// <summary>As many answers in each of twenty buckets from one on.</summary>
    public static (int Bucket, long Count)[] Flat(int first, long each) => [.. Enumerable.Range(first, 20).Select(b => (b, each))];

    /// <summary>The canary's and the baseline's latencies of the slices of one stage, and how much alike those of a user are.</summary>
    public static (LatencyHistogram Canary, LatencyHistogram Baseline) Histograms(params IEnumerable<EvidenceSlice> slices)
    {
        var totals = new StageTotals(1, new(2, ConfidenceBins.Count, 0));
        var (canary, baseline) = (totals.Of(Arm.Canary, 0).Times(Clock.LastByte), totals.Of(Arm.Baseline, 0).Times(Clock.LastByte));
        foreach (var slice in slices)
        {
            totals.Add(slice);
        }

        return (canary, baseline);
    }

    /// <summary>The same slice, whose canary reports that its users keep their latencies: of twenty answers of each group fourteen, or six, are of the slow one of two buckets.</summary>
    public static EvidenceSlice WithHabits(this EvidenceSlice slice, int quick, int slow)
    {
        var counts = new SortedDictionary<int, long>();
        for (var group = 0; group < SubjectGroups.Count; group++)
        {
            var ofSlow = group % 2 == 0 ? 14 : 6;
            counts[SubjectGroups.Key(LatencySteps.Of(quick), group)] = 20 - ofSlow;
            counts[SubjectGroups.Key(LatencySteps.Of(slow), group)] = ofSlow;
        }

        return slice with { Canary = slice.Canary with { ByGroup = new() { Latency = new(counts.Keys.ToValueList(), counts.Values.ToValueList()) } } };
    }

    private static CellEvidence Cell((int Bucket, long Count)[] times) => new()
    {
        Exchanges = times.Sum(t => t.Count),
        Latency = new(times.Select(t => t.Bucket).ToValueList(), times.Select(t => t.Count).ToValueList()),
    };
}

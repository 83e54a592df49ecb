using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Characteristics;

/// <summary>What many streams of the same world came to.</summary>
internal sealed record Outcome(int Streams, int Fails, int Passes)
{
    public override string ToString() => $"{100.0 * Fails / Streams:0.0} % Fail, {100.0 * Passes / Streams:0.0} % Pass";
}

/// <summary>Runs one guard over many seeded streams and looks at every slice, at 5 % for either error.</summary>
internal static class Streams
{
    /// <summary>Three standard errors above 5 %: what sampling alone may show.</summary>
    public static double Allowed(int streams) => 0.05 + 3 * Math.Sqrt(0.05 * 0.95 / streams);

    /// <summary>
    /// Counts the streams whose evidence ever proved Fail, and those where it ever proved Pass: each on its own, so that neither hides the other.
    /// Each stage of the given shares (percent) has as many slices.
    /// </summary>
    public static Outcome Run(GuardSpec guard, int[] shares, int streams, int slices, Func<Random, int, int, EvidenceSlice> world, params SegmentSpec[] segments)
    {
        var rollout = Slices.Rollout([guard], shares) with { Promise = new() { FalseRollback = 0.05, FalsePromotion = 0.05 } };
        int fails = 0, passes = 0;
        for (var seed = 1; seed <= streams; seed++)
        {
            var judge = Follow(rollout, new Random(seed), slices, world, segments, out _);
            var verdict = judge.Evaluate().Verdicts[0];
            fails += verdict.FailEvidence >= verdict.FailAt ? 1 : 0;
            passes += verdict.PassEvidence >= verdict.PassAt ? 1 : 0;
        }

        return new(streams, fails, passes);
    }

    /// <summary>The slices after which each stream had its first Fail or Pass, in order; streams that had none are left out.</summary>
    public static List<int> Ends(
        VerdictKind kind, GuardSpec guard, int[] shares, int streams, int slices, Func<Random, int, int, EvidenceSlice> world)
    {
        var rollout = Slices.Rollout([guard], shares) with { Promise = new() { FalseRollback = 0.05, FalsePromotion = 0.05 } };
        List<int> ends = [];
        for (var seed = 1; seed <= streams; seed++)
        {
            Follow(rollout, new Random(seed), slices, world, [], out var end, kind);
            if (end > 0)
            {
                ends.Add(end);
            }
        }

        ends.Sort();
        return ends;
    }

    private static RolloutJudge Follow(
        RolloutSpec rollout, Random random, int slices, Func<Random, int, int, EvidenceSlice> world, SegmentSpec[] segments, out int end, VerdictKind? until = null)
    {
        RolloutJudge? judge = null;
        for (end = 1; end <= slices; end++)
        {
            var slice = world(random, end, (end - 1) * rollout.Stages.Count / slices);
            judge ??= new RolloutJudge(Slices.ModelOf(Math.Max(2, slice.Canary.Cells[0].Classes.Count), segments), rollout);
            judge.Add(slice);
            if (until is { } kind && judge.Evaluate().Verdicts[0].Kind == kind)
            {
                return judge;
            }
        }

        end = 0;
        return judge!;
    }

    public static CellEvidence Latency(Random random, long count, AliasTable table, int shift = 0)
    {
        var counts = new SortedDictionary<int, long>();
        for (var i = 0; i < count; i++)
        {
            var bucket = table.Draw(random) + shift;
            counts[bucket] = counts.GetValueOrDefault(bucket) + 1;
        }

        return new() { Exchanges = count, Latency = new(counts.Keys.ToValueList(), counts.Values.ToValueList()) };
    }

    public static CellEvidence Classes(Random random, long count, AliasTable table, int classes)
    {
        var counts = new long[classes];
        for (var i = 0; i < count; i++)
        {
            counts[table.Draw(random)]++;
        }

        return new() { Exchanges = count, Classes = ValueList.Create<long>(counts) };
    }
}

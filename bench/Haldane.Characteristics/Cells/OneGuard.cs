using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Characteristics.Cells;

/// <summary>The judge with one guard, one stage and no segments, at 5 % for either error.</summary>
internal static class OneGuard
{
    /// <summary>The level of every cell.</summary>
    public const double Level = 0.05;

    /// <summary>Requests after which Fail was proven, 0 for never within the horizon.</summary>
    /// <param name="guard">The guard.</param>
    /// <param name="sharePercent">The canary's share.</param>
    /// <param name="horizon">Requests, both arms.</param>
    /// <param name="perLook">Requests between looks.</param>
    /// <param name="slicesPerLook">Slices that a look's requests come in.</param>
    /// <param name="slice">The next slice by its number, from 1.</param>
    public static int RequestsToFail(GuardSpec guard, int sharePercent, int horizon, int perLook, int slicesPerLook, Func<long, EvidenceSlice> slice)
    {
        var judge = new RolloutJudge(
            Slices.Model(), Slices.Rollout([guard], sharePercent) with { Promise = new() { FalseRollback = Level, FalsePromotion = Level } });
        var number = 0L;
        for (var seen = perLook; seen <= horizon; seen += perLook)
        {
            for (var i = 0; i < slicesPerLook; i++)
            {
                judge.Add(slice(++number));
            }

            // The proof, not the verdict: a canary within the margin may have passed before, which is another question.
            var verdict = judge.Evaluate().Verdicts[0];
            if (verdict.FailEvidence >= verdict.FailAt)
            {
                return seen;
            }
        }

        return 0;
    }
}

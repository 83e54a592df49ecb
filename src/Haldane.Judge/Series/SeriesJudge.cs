using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Series;

namespace Haldane.Judge.Series;

/// <summary>Judges metric series of a baseline and a canary: one verdict, and one answer a metric.</summary>
/// <remarks>
/// <para>A metric fails when the chance of its strongest sign of harm, with the canary on the fine lines, is at most its part of the false-rollback budget: parts by
/// weight, and a fifth for the joint evidence where there are several metrics. The sum of the parts is the budget, so the promise holds however metrics hang together (Bonferroni).</para>
/// <para>A metric passes when bad is excluded in every aspect at the false-promotion budget. The whole passes when every required metric does.</para>
/// <para>Pure: the same request gives the same answer, on every machine. Any thread.</para>
/// </remarks>
public sealed class SeriesJudge : ISeriesJudge
{
    private const double JointPart = 0.2;
    private const int FewestFlips = 2_000;
    private const int MostFlips = 50_000;

    /// <inheritdoc/>
    public SeriesVerdict Judge(SeriesRequest request, CancellationToken cancel)
    {
        var cells = request.Metrics.Select(TimeCells.Of).ToList();
        var evidence = request.Metrics.Zip(cells, (metric, c) => c.Silent is null ? MetricEvidence.Of(metric, c) : null).ToList();
        var weights = request.Metrics.Sum(m => m.Weight);
        List<MetricEvidence> together = [.. evidence.OfType<MetricEvidence>().Where(e => e.Metric.Weight > 0)];
        var jointAt = together.Count > 1 ? JointPart * request.FalseRollback : 0;
        var joint = JointShift.PValue(together, Flips(jointAt), new(request.Seed), cancel);
        var verdicts = new List<MetricVerdict>();
        for (var m = 0; m < request.Metrics.Count; m++)
        {
            var metric = request.Metrics[m];

            // What is only watched is judged as if it stood alone; it decides nothing.
            var failAt = metric.Weight > 0 ? (request.FalseRollback - jointAt) * metric.Weight / weights : request.FalseRollback;
            verdicts.Add(evidence[m] is { } e
                ? MetricAnswer.Of(e, e.PValue(Flips(failAt), new(request.Seed), cancel), failAt, request.FalsePromotion)
                : MetricAnswer.Unmeasured(metric, cells[m], failAt));
        }

        return Whole(request, verdicts, together.Count, joint, jointAt);
    }

    // Enough that a p-value at the level rests on twenty flips.
    private static int Flips(double level) => level > 0 ? (int)Math.Clamp(20 / level, FewestFlips, MostFlips) : FewestFlips;

    private static SeriesVerdict Whole(SeriesRequest request, List<MetricVerdict> verdicts, int together, double? joint, double jointAt)
    {
        var deciding = request.Metrics.Zip(verdicts).Where(p => p.First.Weight > 0).ToList();
        var failed = deciding.Where(p => p.Second.Kind == VerdictKind.Fail).Select(p => p.Second).OrderBy(v => v.PValue / v.FailAt).ToList();
        var jointFails = joint <= jointAt;
        var held = deciding.Where(p => p.First.Required || p.Second.Kind is not VerdictKind.NoData).Select(p => p.Second).ToList();
        var kind = failed.Count > 0 || jointFails ? VerdictKind.Fail
            : held.Exists(v => v.Kind == VerdictKind.Broken) ? VerdictKind.Broken
            : held.Count == 0 || held.Exists(v => v.Kind == VerdictKind.NoData) ? VerdictKind.NoData
            : held.Exists(v => v.Kind == VerdictKind.Undecided) ? VerdictKind.Undecided
            : VerdictKind.Pass;
        var passed = deciding.Where(p => p.Second.Kind == VerdictKind.Pass).Sum(p => p.First.Weight);
        return new()
        {
            Verdict = kind,
            Reason = WholeReason(kind, failed, held, together, joint),
            Aspect = kind != VerdictKind.Fail ? null : failed.Count > 0 ? failed[0].Aspect : SeriesAspect.Joint,
            Score = kind == VerdictKind.Fail || deciding.Count == 0 ? 0 : Math.Round(100 * passed / deciding.Sum(p => p.First.Weight), 2),
            JointPValue = joint,
            JointFailAt = joint is null ? null : jointAt,
            FalseRollback = request.FalseRollback,
            FalsePromotion = request.FalsePromotion,
            Seed = request.Seed,
            Metrics = [.. verdicts],
        };
    }

    private static string WholeReason(VerdictKind kind, List<MetricVerdict> failed, List<MetricVerdict> held, int together, double? joint) => kind switch
    {
        VerdictKind.Fail when failed.Count > 0 => $"{failed[0].Name}: {failed[0].Reason}" + (failed.Count > 1 ? $"; {Say.Count(failed.Count - 1)} more failed" : ""),
        VerdictKind.Fail => $"no metric fails alone, but the small shifts of {Say.Count(together)} metrics agree (p {MetricAnswer.P(joint!.Value)})",
        VerdictKind.Pass when held.Count == 1 => $"{held[0].Name}: {held[0].Reason}",
        VerdictKind.Pass => $"all {Say.Count(held.Count)} metrics are within their lines",
        _ when held.Count == 0 => "no metric counts: all have weight 0 or too few points",
        _ => Alike(held.FindAll(v => v.Kind == kind)),
    };

    private static string Alike(List<MetricVerdict> verdicts) => $"{verdicts[0].Name}: {verdicts[0].Reason}" + (verdicts.Count > 1 ? $"; {Say.Count(verdicts.Count - 1)} more like it" : "");
}

namespace Haldane.Core.Judging;

/// <summary>What several verdicts come to.</summary>
public static class VerdictsExtensions
{
    /// <summary>Of the guards that failed the one whose proof goes furthest: the guard that a rollout is taken back for. Null when none failed.</summary>
    public static Verdict? WorstFailure(this IEnumerable<Verdict> verdicts) => verdicts.Where(v => v.Kind == VerdictKind.Fail).MaxBy(v => v.FailEvidence - v.FailAt);
}

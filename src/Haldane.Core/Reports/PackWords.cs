using Haldane.Core.Judging;
using Haldane.Core.Reports.Standards;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Core.Reports;

/// <summary>Says what stands in a pack, on paper and on a screen alike. Pure.</summary>
public static class PackWords
{
    /// <summary>A verdict.</summary>
    public static string Of(VerdictKind kind) => kind == VerdictKind.NoData ? "No data" : kind.ToString();

    /// <summary>How a run stands.</summary>
    public static string Of(Phase phase) => phase switch
    {
        Phase.RolledBack => "Rolled back",
        Phase.Returning => "Being taken back",
        Phase.Running => "Running",
        _ => phase.ToString(),
    };

    /// <summary>A risk.</summary>
    public static string Of(RiskClass? risk) => risk switch
    {
        null => "not recorded",
        RiskClass.Unclassified => "not classified",
        _ => risk.Value.ToString().ToLowerInvariant(),
    };

    /// <summary>How far a clause is covered, with a sign for those who read in black and white.</summary>
    public static string Of(Coverage coverage) => coverage switch
    {
        Coverage.Covered => "● covered",
        Coverage.Part => "◐ in part",
        _ => "○ not covered",
    };

    /// <summary>What the counts of a verdict are. A proof by subjects takes each once whom it happened to; how many exchanges there were is counted all the same.</summary>
    public static string CountedBy(Verdict verdict) => verdict is { CountedBy: "subjects", Late: false } ? "exchanges" : verdict.CountedBy;

    /// <summary>What to know beside the reason of a verdict: what becomes of it as long as evidence comes, and further segments.</summary>
    /// <param name="verdict">What the judge says.</param>
    /// <param name="goesOn">Whether evidence comes: the run is not over, and its callers are not silent.</param>
    public static IEnumerable<string> Beside(Verdict verdict, bool goesOn)
    {
        if (goesOn && verdict.Forecast is { } forecast)
        {
            yield return $"if this goes on, {forecast.Toward} after {(forecast.Time is { } time ? $"about {Figures.Time(time)} more, " : "")}{Figures.Count(forecast.CanaryExchanges)} canary exchanges";
        }

        if (verdict.Aside is { } aside)
        {
            yield return aside;
        }
    }

    /// <summary>An interval.</summary>
    public static string Range(double? low, double? high, GuardUnit unit) => (low, high) switch
    {
        ({ } from, { } to) => $"between {Figures.Of(from, unit)} and {Figures.Of(to, unit)}",
        ({ } from, null) => $"at least {Figures.Of(from, unit)}",
        (null, { } to) => $"at most {Figures.Of(to, unit)}",
        _ => "without bounds yet",
    };

    /// <summary>What happened, in one sentence.</summary>
    public static string Sentence(EvidencePack pack)
    {
        var (summary, stages) = (pack.Summary, pack.Course.Stages);
        var last = stages.LastOrDefault(s => s.Entered is not null) ?? stages[0];
        var where = $"in stage {last.Index + 1} of {stages.Count} ({last.Name})";
        return summary.Outcome switch
        {
            Phase.Promoted => $"{summary.Canary} was shown to be within the margin of every guard, went through {stages.Count} {(stages.Count == 1 ? "stage" : "stages")}, and serves everyone.",
            Phase.RolledBack => $"{summary.Canary} was taken back {where}; {summary.Baseline} serves everyone.",
            Phase.Returning => $"{summary.Canary} is being taken back, decided {where}.",
            Phase.Concluded => $"The experiment has lasted as long as was asked; {summary.Baseline} serves everyone.",
            _ => $"{summary.Canary} is on trial {where}.",
        };
    }

    /// <summary>What becomes of a call that the canary fails.</summary>
    public static string Failover(Failover failover) => failover switch
    {
        Specification.Failover.Always => "it is sent to the baseline within the same request",
        Specification.Failover.Never => "its caller sees the failure, unless the canary never saw the call",
        _ => "it is sent to the baseline within the same request, where the protocol makes a repeat safe",
    };

    /// <summary>How many callers never saw the canary's failure, in one sentence.</summary>
    public static string Saved(BlastRadius reach) => reach.Canary.Errors == 0
        ? "It has failed none."
        : $"Of {Figures.Count(reach.Canary.Errors)} that it failed, {Figures.Count(reach.FailedOver)} got the baseline's answer in the same request; they count as failures of the canary all the same.";

    /// <summary>Who was harmed, in one sentence.</summary>
    public static string Harmed(BlastRadius reach)
    {
        HarmEstimate[] clear = [.. reach.Harm.Where(h => h.IsClear)];
        return clear.Length == 0
            ? "no kind of harm that was counted stands clear of chance"
            : string.Join("; ", clear.Select(h => $"{h.What}: some {Figures.Number(h.Excess, 2)} exchanges more than at the baseline's rate ({Figures.Number(h.Low, 2)} to {Figures.Number(h.High, 2)})")) + "; estimates";
    }

    /// <summary>Who was reached, in one sentence.</summary>
    public static string Reached(BlastRadius reach) => reach.Canary.Exchanges == 0
        ? "nobody: the canary has served no exchange"
        : $"the canary served {Figures.Count(reach.Canary.Exchanges)} of {Figures.Count(reach.Exchanges)} exchanges ({Figures.Percent((double)reach.Canary.Exchanges / reach.Exchanges)})"
            + (reach.Subjects > 0 ? $" of some {Figures.Number(reach.Subjects)} subjects" : "") + $"; it failed {Figures.Count(reach.Canary.Errors)} of them";

    /// <summary>Whether the ledger is whole, in one sentence.</summary>
    public static string Chain(ProofReport proof) => proof.ChainProblems > 0
        ? $"NOT WHOLE: {Figures.Count(proof.ChainProblems)} problems in {Figures.Count(proof.ChainRecords)} records, see section {PackSections.NumberOf(PackSections.Proof)}"
        : $"whole: {Figures.Count(proof.ChainRecords)} records recomputed, none altered; " + (proof.SignedBy is { } head ? $"this run is covered by the signature over record {Figures.Count(head.Number)}" : "no signature covers all of this run yet (one is made within a day, or when Haldane stops)");

    /// <summary>Whether the verdicts came out again, in one sentence.</summary>
    public static string Replay(ReplayProof replay) => replay switch
    {
        { IsEqual: false } => $"DIFFERENT: judged anew, the stored evidence does not give what was recorded, see section {PackSections.NumberOf(PackSections.Proof)}",
        { Verdicts: 0 } => "none was recorded",
        _ => $"all {Figures.Count(replay.Verdicts)} that were recorded came out equal when the stored evidence was judged anew",
    };
}

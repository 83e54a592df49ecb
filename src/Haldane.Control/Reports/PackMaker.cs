using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Reports;

/// <summary>Makes the evidence pack of a run from what is stored.</summary>
/// <remarks>Any thread. The same store and time give the same pack. Reads the ledger once and the run's evidence once; memory grows with the rollout's records only.</remarks>
/// <param name="ledger">The ledger.</param>
/// <param name="evidence">What it rests on.</param>
/// <param name="fits">Checks a signature.</param>
public sealed class PackMaker(ILedgerReader ledger, IEvidenceReader evidence, SignatureCheck fits)
{
    private static readonly string Program = $"haldane {typeof(EvidencePack).Assembly.GetName().Version!.ToString(3)}";

    /// <summary>Makes it.</summary>
    /// <param name="rollout">The rollout.</param>
    /// <param name="run">The run; null for the last.</param>
    /// <param name="person">For whom: what somebody may not see is not there.</param>
    /// <param name="now">The time that stands on it.</param>
    /// <param name="cancel">Gives up.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async Task<PackOutcome> MakeAsync(string rollout, int? run, Person person, DateTimeOffset now, CancellationToken cancel)
    {
        var pass = await LedgerPass.ReadAsync(ledger, rollout, fits, cancel);
        if (pass.Rollout.Count == 0 || !person.Covers(pass.Rollout[^1].Entry.Model))
        {
            return new(null, PackOutcomeKind.NotFound, $"there is no rollout {rollout} in the ledger");
        }

        ValueList<int> runs = [.. pass.Rollout.Select(r => r.Entry.Run).Distinct().Order()];
        var chosen = run ?? runs[^1];
        List<PackRecord> records = [.. pass.Rollout.Where(r => r.Entry.Run == chosen)];
        if (records.Count == 0)
        {
            return new(null, PackOutcomeKind.NotFound, $"{rollout} has no run {run}, only {string.Join(", ", runs)}");
        }

        try
        {
            var plan = RecordedPlan.Of(records.Select(r => r.Entry));
            var read = new EvidencePass(plan);
            await read.RunAsync(evidence, records, cancel);
            var state = (await evidence.RolloutsAsync(cancel)).FirstOrDefault(r => r.Name == rollout && r.Run == chosen);
            return PackOutcome.Of(Write(pass, records, runs, plan, read, state) with { MadeAt = now });
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            return new(null, PackOutcomeKind.Unreadable, $"there can be no pack of run {chosen} of {rollout}: {e.Message}");
        }
    }

    private static EvidencePack Write(LedgerPass pass, List<PackRecord> run, ValueList<int> runs, RecordedPlan plan, EvidencePass read, Rollout? state)
    {
        var rollout = plan.Rollout;
        List<PackRecord> settings = [.. pass.SettingsBetween(run[0].Number, run[^1].Number, rollout.Name, rollout.Model)];
        bool? fourEyes = plan.Start.About is { } about ? about.Risk == RiskClass.High : state?.FourEyes;
        return new()
        {
            MadeAt = default,
            MadeBy = Program,
            Summary = Summary(run, runs, plan),
            Change = PlanReports.Change(plan),
            Risk = PlanReports.Risk(plan),
            Course = CourseReports.Course(run, settings, rollout, read),
            Guards = rollout.Guards.Select((guard, index) => Guard(run, guard, index, read)).ToValueList(),
            Gaps = read.Gaps with { Ejections = run.Count(r => r.Entry is { Kind: "held", By: "gateway" }) },
            BlastRadius = read.Course.Reach(),
            People = CourseReports.People(run, settings, rollout, fourEyes, state?.StarterIsProven),
            Proof = Proof(pass, run, read),
        };
    }

    private static PackSummary Summary(List<PackRecord> run, ValueList<int> runs, RecordedPlan plan)
    {
        var ended = run.FindLast(r => r.Entry.Kind is "promoted" or "rolled-back" or "concluded");

        // Where the share was taken back in steps, the first of them was the decision; the plan did the rest.
        var decided = (ended?.Entry.Kind != "promoted" ? run.Find(r => r.Entry.Kind == "returning") : null) ?? ended ?? run[^1];
        var outcome = (ended?.Entry.Kind, decided.Entry.Kind) switch
        {
            ("promoted", _) => Phase.Promoted,
            ("rolled-back", _) => Phase.RolledBack,
            ("concluded", _) => Phase.Concluded,
            (_, "returning") => Phase.Returning,
            _ => Phase.Running,
        };
        return new()
        {
            Rollout = plan.Rollout.Name,
            Run = plan.Start.Run,
            Runs = runs,
            Model = plan.Model.Name,
            Baseline = plan.Rollout.Baseline,
            Canary = plan.Rollout.Canary,
            Outcome = outcome,
            Why = decided.Entry.Why,
            By = decided.Entry.By,
            Guard = outcome is Phase.RolledBack or Phase.Returning && decided.Entry.By == "judge" ? decided.Entry.Verdicts.WorstFailure()?.Guard : null,
            StartedBy = plan.Start.By,
            StartedAt = plan.Start.At,
            EndedAt = ended?.Entry.At,
            Risk = plan.Start.About?.Risk,
            Owner = plan.Start.About?.Owner,
        };
    }

    private static GuardReport Guard(List<PackRecord> run, GuardSpec guard, int index, EvidencePass read)
    {
        var last = run.FindLast(r => r.Entry.Verdicts.Count > index);
        return new()
        {
            Guard = guard.Name,
            Record = last?.Number ?? 0,
            Verdict = last?.Entry.Verdicts[index] ?? (read.Slices > 0 ? read.Verdicts()[index] : null),
            Unit = GuardWords.UnitOf(guard),
            OwnUnit = GuardWords.OwnUnitOf(guard.Signal.Kind),
            AtLeast = guard.AtLeast,
            Band = read.Course.Band(index),
            Kinds = read.Course.Kinds(index),
        };
    }

    private static ProofReport Proof(LedgerPass pass, List<PackRecord> run, EvidencePass read)
    {
        var own = run.Select(r => $"record {r.Number}:").ToHashSet(StringComparer.Ordinal);
        return new()
        {
            Records = run.Count,
            First = new(run[0].Number, run[0].Hash),
            Last = new(run[^1].Number, run[^1].Hash),
            ChainRecords = pass.Records,
            ChainProblems = pass.ProblemCount,
            Problems = pass.Problems.Where(p => own.Contains(p[..(p.IndexOf(':', StringComparison.Ordinal) + 1)])).ToValueList(),
            HeadsThatFit = pass.HeadsThatFit,
            SignedBy = pass.HeadOver(run[^1].Number) is { } head ? new(head.Number, head.At) : null,
            Key = pass.Key?.Fingerprint,
            Slices = read.Slices,
            Digest = read.Digest,
            Replay = read.Replay,
        };
    }
}

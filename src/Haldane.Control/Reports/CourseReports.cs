using Haldane.Control.Courses;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Reports;
using Haldane.Core.Specification;

namespace Haldane.Control.Reports;

/// <summary>Says what happened and who decided, from the records of a run. Pure.</summary>
internal static class CourseReports
{
    private static readonly string[] Leaving = ["stage-entered", "returning", "rolled-back", "promoted", "concluded"];

    /// <summary>The course.</summary>
    /// <param name="run">The run's records, in order.</param>
    /// <param name="settings">Freezes and overrides meanwhile.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="evidence">Its evidence.</param>
    public static CourseReport Course(IReadOnlyList<PackRecord> run, IEnumerable<PackRecord> settings, RolloutSpec plan, EvidencePass evidence)
    {
        List<CourseEntry> entries = [.. run.Concat(settings).OrderBy(r => r.Number).Select(Entry)];
        var omitted = Math.Max(0, entries.Count - CourseReport.MostEntries);
        entries.RemoveRange(omitted == 0 ? 0 : CourseReport.MostEntries / 2, omitted);
        return new()
        {
            Entries = [.. entries],
            Omitted = omitted,
            Stages = plan.Stages.Select((stage, index) => Stage(run, stage, index, evidence.Course.Stages[index])).ToValueList(),
            Curves = evidence.Course.Curves(),
        };
    }

    /// <summary>Who decided.</summary>
    /// <param name="run">The run's records, in order.</param>
    /// <param name="settings">Freezes and overrides meanwhile.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="fourEyes">Whether somebody else than the starter had to agree; null where that is not known.</param>
    /// <param name="isProven">Whether the starter's name was proven; null where that is not known.</param>
    public static PeopleReport People(IReadOnlyList<PackRecord> run, IEnumerable<PackRecord> settings, RolloutSpec plan, bool? fourEyes, bool? isProven)
    {
        var starter = run[0].Entry.By;
        return new()
        {
            StartedBy = starter,
            StarterIsProven = isProven,
            FourEyes = fourEyes,
            Approvals = plan.Stages.Select((stage, index) => stage.Approval is { } asked ? Approval(run, asked, index, starter, fourEyes == true) : null).OfType<ApprovalReport>().ToValueList(),
            Actors = run.Concat(settings).GroupBy(r => r.Entry.By).OrderBy(g => AccessNames.IsOurs(g.Key)).ThenBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => new ActorReport(g.Key, !AccessNames.IsOurs(g.Key), string.Join(", ", g.GroupBy(KindOf).Select(k => $"{k.Key} {k.Count()}")))).ToValueList(),
        };
    }

    private static CourseEntry Entry(PackRecord record)
    {
        var (entry, isSetting) = (record.Entry, record.Entry.Setting is not null);
        return new(record.Number, entry.At, KindOf(record), entry.By, entry.Why, isSetting ? null : entry.Stage, isSetting ? null : entry.From, isSetting ? null : entry.To, entry.Verdicts.Count, entry.EvidenceUpTo)
        {
            IsPerson = !AccessNames.IsOurs(entry.By),
        };
    }

    private static string KindOf(PackRecord record) => record.Entry.Setting is { } setting ? $"{setting.Kind} {record.Entry.Kind}" : record.Entry.Kind;

    private static StageReport Stage(IReadOnlyList<PackRecord> run, StageSpec stage, int index, StageTally tally)
    {
        var (entered, left) = Stay(run, index);
        return new()
        {
            Index = index,
            Name = stage.Name is { } name ? $"{stage} ({name})" : stage.ToString(),
            Kind = stage.Kind,
            Share = stage.Share,
            Bake = stage.Bake,
            Entered = entered?.Entry.At,
            Left = left?.Entry.At,
            LeftBy = left?.Entry.By,
            Seconds = tally.Seconds,
            Baseline = tally.Baseline.Sum,
            Canary = tally.Canary.Sum,
            Subjects = tally.Subjects,
        };
    }

    private static (PackRecord? Entered, PackRecord? Left) Stay(IReadOnlyList<PackRecord> run, int index)
    {
        var entered = run.FirstOrDefault(r => r.Entry.Kind is "started" or "stage-entered" && r.Entry.Stage == index);
        return (entered, entered is null ? null : run.FirstOrDefault(r => r.Number > entered.Number && Leaving.Contains(r.Entry.Kind)));
    }

    private static ApprovalReport Approval(IReadOnlyList<PackRecord> run, ApprovalSpec asked, int index, string starter, bool fourEyes)
    {
        var (_, left) = Stay(run, index);
        var given = run.Where(r => r.Entry.Kind == "approved" && r.Entry.Stage == index)
            .Select(r => new GivenApproval(r.Number, r.Entry.By, r.Entry.At, r.Entry.Why, Person.IsSame(r.Entry.By, starter))).ToValueList();
        var wentUp = left?.Entry.Kind is "stage-entered" or "promoted";
        var standing = given.Where(g => wentUp && left!.Entry.At - g.At < asked.Expires).ToList();
        return new(
            index,
            asked.Count,
            [.. asked.People, .. asked.Groups.Select(g => $"group {g}")],
            given,
            wentUp,
            !wentUp ? null : standing.Select(g => g.By.ToUpperInvariant()).Distinct().Count() >= asked.Count && !(fourEyes && standing.Exists(g => g.IsStarter)));
    }
}

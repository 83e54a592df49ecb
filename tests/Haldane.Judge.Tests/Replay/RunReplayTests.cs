using System.Text;
using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ledger;
using Haldane.Core.Specification;
using Haldane.Judge.Replay;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Replay;

public sealed class RunReplayTests
{
    private static readonly ModelSpec Model = Slices.Model() with { Signals = new() };

    private static readonly RolloutSpec Plan = Slices.Rollout([Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2) with { Floor = 0.001 }, Slices.Guard(SignalKind.ErrorRate, Scale.Value, 0.05)], 1, 10);

    // Twenty slices of the first stage, ten of the second, and two on the way back, which do not count.
    private static readonly EvidenceSlice[] Run =
    [
        .. Enumerable.Range(1, 20).Select(n => Slices.Slice(n, 0, 1, Slices.Counts(990, 3), Slices.Counts(10))),
        .. Enumerable.Range(21, 10).Select(n => Slices.Slice(n, 1, 10, Slices.Counts(900, 3), Slices.Counts(100, 5))),
        .. Enumerable.Range(31, 2).Select(n => Slices.Slice(n, 1, 5, Slices.Counts(950, 3), Slices.Counts(50, 5))),
    ];

    [Fact]
    public void What_was_recorded_is_what_comes_out_again()
    {
        var replayed = Replay(Bodies(), Recorded());

        Assert.Equal([0, 1, 20, 30, 30], replayed.Select(r => r.EvidenceUpTo));
        Assert.Equal([0, 2, 2, 2, 2], replayed.Select(r => r.Verdicts));
        Assert.All(replayed, r => Assert.Empty(r.Differences));
    }

    [Fact]
    public void Attributions_come_out_again_and_evidence_from_before_there_were_any_too()
    {
        var model = Slices.Model();
        var plan = Slices.Rollout([Slices.Guard(SignalKind.AttributionDrift, Scale.JensenShannon, 0.05), Slices.Guard(SignalKind.ErrorRate, Scale.Value, 0.05)], 20);
        CellEvidence baseline = new() { Exchanges = 800, Attribution = [400, 300, 100] }, canary = new() { Exchanges = 200, Attribution = [50, 125, 25] };
        List<string> bodies = [.. Enumerable.Range(1, 5).Select(n => JsonSerializer.Serialize(Slices.Slice(n, 0, 20, baseline, canary), CoreJson.Default.EvidenceSlice))];
        List<string> old = [.. bodies.Select(b => b.Replace(",\"attribution\":[400,300,100]", "", StringComparison.Ordinal).Replace(",\"attribution\":[50,125,25]", "", StringComparison.Ordinal))];

        foreach (var (stored, kind) in new[] { (bodies, Core.Judging.VerdictKind.Fail), (old, Core.Judging.VerdictKind.Broken) })
        {
            var (judge, replay, digest) = (new JudgedRun(model, plan), new RunReplay(model, plan), "");
            foreach (var body in stored)
            {
                digest = LedgerChain.Extend(digest, Encoding.UTF8.GetBytes(body));
                judge.Take(JsonSerializer.Deserialize(body, CoreJson.Default.EvidenceSlice)!, digest);
                replay.Take(replay.UpTo + 1, body);
            }

            var entry = Stored(Entry("held", judge));
            Assert.Equal(kind, entry.Verdicts[0].Kind);
            Assert.True(replay.Compare(1, entry).IsEqual);
        }
    }

    [Fact]
    public void Verdicts_before_the_first_slice_are_compared_too()
    {
        var judge = new JudgedRun(Model, Plan);

        Assert.True(Replay([], [Entry("paused", judge)])[0].IsEqual);
        Assert.False(Replay([], [Altered(Entry("paused", judge), v => v with { CanaryCount = 1 })])[0].IsEqual);
    }

    [Fact]
    public void A_verdict_that_is_not_what_the_evidence_says_is_shown_with_both()
    {
        var entries = Recorded();
        entries[2] = Altered(entries[2], v => v with { Kind = Core.Judging.VerdictKind.Pass, CanaryCount = v.CanaryCount + 1, Estimate = null, Reason = "because" });

        var replayed = Replay(Bodies(), entries);

        Assert.Equal([true, true, false, true, true], replayed.Select(r => r.IsEqual));
        Assert.Equal(
            ["ErrorRate-Ratio: kind is \"Undecided\", recorded is \"Pass\"", "ErrorRate-Ratio: canaryCount is 200, recorded is 201"],
            replayed[2].Differences.Where(d => d.Contains(" kind ", StringComparison.Ordinal) || d.Contains("canaryCount", StringComparison.Ordinal)));
        Assert.Contains(replayed[2].Differences, d => d.StartsWith("ErrorRate-Ratio: reason is \"", StringComparison.Ordinal) && d.EndsWith("recorded is \"because\"", StringComparison.Ordinal));
    }

    [Fact]
    public void The_last_bit_of_a_number_counts()
    {
        var entries = Recorded();
        entries[3] = Altered(entries[3], v => v with { FailEvidence = Math.BitIncrement(v.FailEvidence) });

        Assert.StartsWith("ErrorRate-Ratio: failEvidence is ", Assert.Single(Replay(Bodies(), entries)[3].Differences), StringComparison.Ordinal);
    }

    [Fact]
    public void A_verdict_that_was_left_out_is_missed()
    {
        var entries = Recorded();
        entries[3] = entries[3] with { Verdicts = [entries[3].Verdicts[0]] };

        Assert.Equal(["verdicts: 1 were recorded, the plan has 2 guards"], Replay(Bodies(), entries)[3].Differences);
    }

    [Fact]
    public void A_slice_that_was_altered_shows_in_every_record_that_rests_on_it()
    {
        var bodies = Bodies();
        bodies[9] = bodies[9].Replace("\"errors\":3", "\"errors\":4", StringComparison.Ordinal);

        var replayed = Replay(bodies, Recorded());

        Assert.Equal([true, true, false, false, false], replayed.Select(r => r.IsEqual));
        Assert.All(replayed.Skip(2), r => Assert.StartsWith($"evidence: up to slice {r.EvidenceUpTo} its digest is ", r.Differences[0], StringComparison.Ordinal));
        Assert.Contains(replayed[2].Differences, d => d.StartsWith("ErrorRate-Ratio: baselineValue is 0.0030808", StringComparison.Ordinal));
    }

    [Fact]
    public void A_slice_whose_meaning_was_not_altered_shows_by_its_digest_alone()
    {
        var bodies = Bodies();
        bodies[9] += " ";

        Assert.StartsWith("evidence: up to slice 20 its digest is ", Assert.Single(Replay(bodies, Recorded())[2].Differences), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "slice 10 cannot be judged: ")]
    [InlineData("null", "slice 10 cannot be judged: it is null")]
    public void A_slice_that_is_none_ends_the_judging_and_is_named(string body, string obstacle)
    {
        var bodies = Bodies();
        bodies[9] = body;

        var replayed = Replay(bodies, Recorded());

        Assert.Equal([true, true, false, false, false], replayed.Select(r => r.IsEqual));
        Assert.Contains($"evidence: {obstacle}", replayed[2].Differences[1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"number\":10", "\"number\":11", "it says that it is slice 11")]
    [InlineData("\"stage\":0", "\"stage\":7", "slice 10 cannot be judged: ")]
    [InlineData("\"stage\":0", "\"stage\":-1", "slice 10 cannot be judged: ")]
    [InlineData("\"cells\":[", "\"cells\":[{},", "slice 10 cannot be judged: ")]
    public void A_slice_that_does_not_fit_is_named(string from, string to, string obstacle)
    {
        var bodies = Bodies();
        Assert.Contains(from, bodies[9], StringComparison.Ordinal);
        bodies[9] = bodies[9].Replace(from, to, StringComparison.Ordinal);

        Assert.Contains(Replay(bodies, Recorded())[2].Differences, d => d.Contains(obstacle, StringComparison.Ordinal));
    }

    [Fact]
    public void A_slice_that_is_missing_is_missed()
    {
        var replay = new RunReplay(Model, Plan);
        var bodies = Bodies();
        foreach (var number in Enumerable.Range(1, 20).Where(n => n != 4))
        {
            replay.Take(number, bodies[number - 1]);
        }

        Assert.Equal("evidence: slice 4 is missing; what comes after it cannot be judged", replay.Compare(9, Recorded()[2]).Differences[1]);
    }

    [Fact]
    public void Evidence_that_ends_too_early_is_told()
    {
        var replayed = Replay(Bodies()[..25], Recorded());

        Assert.Equal([true, true, true, false, false], replayed.Select(r => r.IsEqual));
        Assert.Equal(["evidence: it rests on slice 30, the stored ones end at 25"], replayed[3].Differences);
    }

    [Fact]
    public void A_record_that_rests_on_less_than_one_before_it_is_told()
    {
        var entries = Recorded();

        Assert.Equal(["evidence: it rests on slice 1, a record before it on 30"], Replay(Bodies(), [.. entries, entries[1]])[5].Differences);
    }

    [Fact]
    public void A_share_that_was_altered_changes_what_counts()
    {
        var bodies = Bodies();
        bodies[29] = bodies[29].Replace("\"share\":1000", "\"share\":900", StringComparison.Ordinal);

        Assert.Contains("evidence: the last slice that counts is 29, recorded is 30", Replay(bodies, Recorded())[3].Differences);
    }

    private static List<ReplayedRecord> Replay(List<string> bodies, List<LedgerEntry> entries)
    {
        var replay = new RunReplay(Model, Plan);
        List<ReplayedRecord> replayed = [];
        foreach (var entry in entries)
        {
            while (replay.UpTo < entry.EvidenceUpTo && replay.UpTo < bodies.Count)
            {
                replay.Take(replay.UpTo + 1, bodies[(int)replay.UpTo]);
            }

            replayed.Add(replay.Compare(replayed.Count + 1, entry));
        }

        return replayed;
    }

    private static List<string> Bodies() => [.. Run.Select(slice => JsonSerializer.Serialize(slice, CoreJson.Default.EvidenceSlice))];

    // As the controller records: at the first slice, at the end of each stage, and once more on the way back.
    private static List<LedgerEntry> Recorded()
    {
        var judge = new JudgedRun(Model, Plan);
        List<LedgerEntry> entries = [new() { At = Slices.Start, Kind = "started", Rollout = "fraud-v2", Run = 1, Model = "fraud", By = "ann", Why = "started", Stage = 0, From = Share.None, To = new(100) }];
        var digest = "";
        foreach (var slice in Run)
        {
            digest = LedgerChain.Extend(digest, Encoding.UTF8.GetBytes(JsonSerializer.Serialize(slice, CoreJson.Default.EvidenceSlice)));
            judge.Take(slice, digest);
            if (slice.Number is 1 or 20 or 30 or 32)
            {
                entries.Add(Entry("held", judge));
            }
        }

        return [.. entries.Select(Stored)];
    }

    private static LedgerEntry Entry(string kind, JudgedRun judge)
    {
        var judgement = judge.Judge();
        return new()
        {
            At = Slices.Start,
            Kind = kind,
            Rollout = "fraud-v2",
            Run = 1,
            Model = "fraud",
            By = "judge",
            Why = "it holds",
            Stage = judgement.Stage,
            From = new(100),
            To = new(100),
            Verdicts = judgement.Verdicts,
            EvidenceUpTo = judgement.UpToSlice,
            EvidenceDigest = judge.Digest,
        };
    }

    private static LedgerEntry Altered(LedgerEntry entry, Func<Core.Judging.Verdict, Core.Judging.Verdict> alter) =>
        entry with { Verdicts = [alter(entry.Verdicts[0]), .. entry.Verdicts.Skip(1)] };

    private static LedgerEntry Stored(LedgerEntry entry) => LedgerChain.Append(entry, 1, LedgerChain.Beginning).Entry;
}

using System.Text;
using System.Text.Json;
using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Ledger;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Tests.Rollouts;

/// <summary>
/// Plans of every kind, and whatever people ask of them, with a crash at each point of the sequence in turn: before and after each slice of evidence, before and after each record, before and after each
/// publication. The next process takes up from what the disk holds. HALDANE_LONG=1 takes 400 plans.
/// </summary>
public sealed class CrashAtEveryStepTests(ITestOutputHelper output)
{
    private const int Seeds = 25;
    private const int SeedsOfLong = 400;

    private static readonly int Most = Environment.GetEnvironmentVariable("HALDANE_LONG") == "1" ? SeedsOfLong : Seeds;

    [Fact]
    public async Task Ledger_and_published_share_agree_after_a_crash_at_every_step()
    {
        var (crashes, kinds, points) = (0, new SortedSet<string>(StringComparer.Ordinal), new SortedSet<string>(StringComparer.Ordinal));
        for (var seed = 0; seed < Most; seed++)
        {
            var whole = await LiveAsync(seed, people: true, dieAt: 0);
            for (var point = 1; point <= whole.Points; point++)
            {
                var lived = await LiveAsync(seed, people: true, point);
                kinds.UnionWith(lived.Disk.Kinds);
                points.Add(lived.DiedAt!);
                crashes++;
            }
        }

        output.WriteLine($"{Most} plans, {crashes} crashes; kinds of records: {string.Join(", ", kinds)}");

        // Whatever can be recorded was, or the scripts say little.
        Assert.Superset(
            new HashSet<string>(["approved", "concluded", "held", "paused", "promoted", "removed", "resumed", "retired", "returning", "rolled-back", "set", "stage-entered", "started"]), kinds.ToHashSet(StringComparer.Ordinal));
        Assert.Equal(["after evidence", "after publish", "after record", "before evidence", "before publish", "before record"], points);
    }

    [Fact]
    public async Task A_run_that_crashed_ends_as_it_would_have_without()
    {
        var (crashes, ends) = (0, new SortedSet<Phase>());
        for (var seed = 0; seed < Most; seed++)
        {
            var whole = await LiveAsync(seed, people: false, dieAt: 0);
            ends.Add(whole.Phase);
            for (var point = 1; point <= whole.Points; point++)
            {
                var lived = await LiveAsync(seed, people: false, point);
                Assert.True(whole.Phase == lived.Phase, $"seed {seed}, crash at {point} ({lived.DiedAt}): {lived.Phase} instead of {whole.Phase}");
                crashes++;
            }
        }

        output.WriteLine($"{Most} plans, {crashes} crashes; ends: {string.Join(", ", ends)}");
        Assert.Superset(new HashSet<Phase> { Phase.Promoted, Phase.RolledBack, Phase.Concluded }, ends.ToHashSet());
    }

    // Lives a script through, with a crash at one point and another process from there on; looks after each event whether all is as it must be.
    private static async Task<Lived> LiveAsync(int seed, bool people, int dieAt)
    {
        var script = new CrashScript(seed, people);
        var disk = new Disk();
        var where = $"seed {seed}, {(people ? "people" : "no people")}, crash at {dieAt}";
        var (reached, next, diedAt) = (0, 0, (string?)null);
        var world = await OpenAsync();
        try
        {
            for (; next < script.Count; next++)
            {
                var recorded = disk.Ledger.Count;
                try
                {
                    await script.HappenAsync(world, next);
                }
                catch (CrashException)
                {
                    // It died in a command.
                }

                if (world.Store.IsDead)
                {
                    world.Dispose();
                    world = await OpenAsync();

                    // Whoever asked looks first whether it was done. A second that was cut off is over.
                    next -= people || next > 0 || disk.Ledger.Count > recorded ? 0 : 1;
                }

                AssertSound(world, $"{where} ({diedAt}), event {next}");
            }

            // Nothing is ever taken out of a chain, so its end tells.
            AssertChained(disk, where);
            AssertNothingDoubled(disk, where);

            if (!people)
            {
                await world.TickAsync(30);
            }

            return new(disk, world.View.Rollout.Phase, reached, diedAt);
        }
        finally
        {
            world.Dispose();
        }

        async Task<World> OpenAsync()
        {
            while (true)
            {
                try
                {
                    return await World.OpenAsync(script.Set, disk, w =>
                    {
                        w.Time.Pass(TimeSpan.FromSeconds(next));
                        w.Router.Traffic = script.Observe;
                        w.Store.Reaching = Reach;
                        w.Router.Reaching = w.Store.Reach;
                    });
                }
                catch (CrashException)
                {
                    // It died while it took up; it is started once more.
                }
            }
        }

        void Reach(string point)
        {
            string[] words = point.Split(' ');
            if (words[1] is not ("evidence" or "record" or "publish"))
            {
                return; // reads change nothing
            }

            if (++reached == dieAt)
            {
                diedAt = $"{words[0]} {words[1]}";
                throw new CrashException();
            }
        }
    }

    private static void AssertSound(World world, string where)
    {
        var disk = world.Disk;
        var rollout = world.View.Rollout;
        if (disk.Rollouts.TryGetValue(rollout.Name, out var stored))
        {
            // What changes each second without being a decision is in memory only.
            var recorded = JsonSerializer.Deserialize(stored, CoreJson.Default.Rollout)!;
            Hold(recorded == rollout with { Reason = recorded.Reason }, () => $"{where}: the disk has {recorded}, the process {rollout}");
            var last = disk.Entries.Last(e => e.Rollout == rollout.Name);
            Hold((last.Run, last.Stage, last.To) == (rollout.Run, rollout.Stage, rollout.CanaryShare), () => $"{where}: the ledger says {last}, the process {rollout}");
        }

        var model = Assert.Single(world.Router.Picture.Models);
        Hold(model.Split is { } split
            ? rollout.IsActive && (split.Run, split.Stage, split.Share) == (rollout.Run, rollout.Stage, rollout.CanaryShare)
            : !rollout.IsActive, () => $"{where}: {model.Split} is published, recorded is {rollout}");
        Hold(model.Serving == (rollout.Phase == Phase.Promoted ? "v2" : "v1") || rollout.IsActive || Serves(disk, model.Serving), () => $"{where}: {model.Serving} serves, {rollout}");
    }

    // A run that was started from a promoted one and taken back leaves its own baseline.
    private static bool Serves(Disk disk, string version) => version == "v1" && disk.Kinds.Contains("rolled-back");

    private static void AssertChained(Disk disk, string where)
    {
        var previous = LedgerChain.Beginning;
        for (var i = 0; i < disk.Ledger.Count; i++)
        {
            var record = disk.Ledger[i];
            Hold((record.Number, record.Previous, record.Hash) == (i + 1, previous, LedgerChain.HashOf(i + 1, previous, record.Body)), () => $"{where}: record {i + 1} is not chained");
            previous = record.Hash;
        }

        foreach (var (run, slices) in disk.Evidence)
        {
            var digest = "";
            foreach (var (body, stored) in slices)
            {
                digest = LedgerChain.Extend(digest, Encoding.UTF8.GetBytes(body));
                Hold(digest == stored, () => $"{where}: the evidence of run {run} is not chained");
            }

            Assert.Equal(Enumerable.Range(1, slices.Count).Select(n => (long)n), disk.Slices(run).Select(s => s.Number));
        }
    }

    private static void AssertNothingDoubled(Disk disk, string where)
    {
        // Each reason is of its own event, and a decision of the judge rests on other evidence than the one before.
        var twice = disk.Entries
            .GroupBy(e => (e.Kind, e.Rollout, e.Run, e.Stage, e.From, e.To, e.By, e.Why, e.EvidenceUpTo))
            .FirstOrDefault(g => g.Count() > 1);
        Hold(twice is null, () => $"{where}: recorded twice: {twice?.Key}");
        foreach (var run in disk.Entries.Where(e => e.Run > 0).GroupBy(e => e.Run))
        {
            foreach (var kind in (ReadOnlySpan<string>)["started", "promoted", "concluded", "retired", "rolled-back"])
            {
                Hold(run.Count(e => e.Kind == kind) <= 1, () => $"{where}: run {run.Key} is {kind} more than once");
            }

            Assert.Distinct(run.Where(e => e.Kind is "started" or "stage-entered").Select(e => e.Stage));
        }
    }

    // What a message says is put together only when there is something to say: this is looked at some hundred thousand times.
    private static void Hold(bool isSo, Func<string> otherwise)
    {
        if (!isSo)
        {
            Assert.Fail(otherwise());
        }
    }

    private sealed record Lived(Disk Disk, Phase Phase, int Points, string? DiedAt);
}

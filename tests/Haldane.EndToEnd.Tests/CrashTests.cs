using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Haldane.Core.Rollouts;
using Haldane.EndToEnd.Tests.Support;
using Haldane.Store.Sqlite;

namespace Haldane.EndToEnd.Tests;

/// <summary><c>kill -9</c> at random moments of a rollout under traffic and feedback.</summary>
[Collection(Alone.Name)]
public sealed class CrashTests(ITestOutputHelper output)
{
    private const int Kills = 12;
    private const int Seed = 20_261_121;

    [Fact]
    public async Task After_kill_9_it_goes_on_in_the_same_stage_with_the_same_evidence()
    {
        using var workspace = new Workspace();
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync();
        var file = workspace.WriteRollout(v1.Address, v2.Address, "{ share: 5%, bake: 5s }, { share: 25%, bake: 5s }, { share: 50%, bake: 5s }");
        var random = new Random(Seed);
        var phases = new List<string>();
        var traffic = new Traffic();

        for (var kill = 0; kill <= Kills; kill++)
        {
            var before = kill == 0 ? null : await StoredAsync(workspace.Store);
            await using var haldane = await RunningHaldane.StartAsync(file, workspace.Store);
            if (before is not null)
            {
                await AssertTakenUpAsync(haldane, before);
                Assert.Equal(0, (await Terminal.RunAsync("ledger", "verify", "--store", workspace.Store)).Code);
            }

            await traffic.RunAsync(haldane, TimeSpan.FromMilliseconds(random.Next(300, 2_800)));
            await haldane.KillAsync();
            phases.Add((await StoredAsync(workspace.Store)) is { } now ? $"{now.Rollout.Phase}/{now.Rollout.Stage}" : "-");
        }

        await using (var last = await RunningHaldane.StartAsync(file, workspace.Store))
        {
            await traffic.RunAsync(last, TimeSpan.FromSeconds(2));
            await last.StopAsync();
        }

        var end = await StoredAsync(workspace.Store);
        output.WriteLine($"seed {Seed}; after each kill: {string.Join(' ', phases)}");
        output.WriteLine($"{traffic.Answered} answers, {end.Exchanges} in evidence, {traffic.Joined} labels acknowledged, {end.Labelled} in store");
        Assert.Equal(0, traffic.Failed);
        Assert.True(end.Kinds.Count(k => k == "started") == 1 && end.Kinds.Count(k => k == "promoted") == 1, string.Join(',', end.Kinds));

        // What was acknowledged is there; of each burst that a kill cut off, the store may have what we were not told.
        Assert.InRange(end.Labelled, traffic.Joined, traffic.Joined + (20 * (Kills + 1)));

        // Each subject has one label; of 170,000 subjects some 3 share their 32-bit identity with another and count as one.
        Assert.InRange(end.LabelsInSlices, end.LabelsUpToSlice - 20, end.LabelsUpToSlice);
    }

    private static async Task AssertTakenUpAsync(RunningHaldane haldane, Stored before)
    {
        using var admin = new HttpClient { BaseAddress = haldane.Admin };
        var view = (await admin.GetFromJsonAsync<JsonObject>("/api/v1/rollouts/fraud-v2"))!;
        var phase = (string)view["rollout"]!["phase"]!;
        Assert.Equal(before.Rollout.Phase.ToString(), phase);
        Assert.Equal(before.Rollout.Run, (int)view["rollout"]!["run"]!);

        // The first tick may have come before we asked; a stage is never taken back.
        Assert.True((int)view["rollout"]!["stage"]! >= before.Rollout.Stage);
        if (phase == "Running")
        {
            Assert.True(view["totals"]!.AsArray().Sum(t => (long)t!["exchanges"]!) >= before.Exchanges);
            Assert.True(((long?)view["judgement"]?["upToSlice"] ?? 0) >= before.Slices);
        }
    }

    private static async Task<Stored> StoredAsync(string path)
    {
        await using var store = await SqliteStore.OpenAsync(path, CancellationToken.None);
        var rollout = (await store.RolloutsAsync(CancellationToken.None)).Single();
        long slices = 0, exchanges = 0, labels = 0, upTo = 0;
        await foreach (var stored in store.EvidenceAsync(rollout.Run, CancellationToken.None))
        {
            Assert.Equal(++slices, stored.Slice.Number);
            upTo = stored.Slice.FeedbackUpTo;
            labels += stored.Slice.Labels.Where(l => l.Cell == 0).Sum(l => l.Labelled);
            exchanges += stored.Slice.Baseline.Cells[0].Exchanges + stored.Slice.Canary.Cells[0].Exchanges;
        }

        long labelled = 0, labelledUpTo = 0;
        await foreach (var feedback in store.FeedbackAsync(rollout.Run, 0, CancellationToken.None))
        {
            labelled++;
            labelledUpTo += feedback.Position <= upTo ? 1 : 0;
        }

        var ledger = await store.LedgerAsync(null, 500, null, CancellationToken.None);
        return new(rollout, slices, exchanges, labelled, labelledUpTo, labels, [.. ledger.Select(r => r.Entry.Kind)]);
    }

    private sealed record Stored(
        Rollout Rollout, long Slices, long Exchanges, long Labelled, long LabelsUpToSlice, long LabelsInSlices, IReadOnlyList<string> Kinds);

    /// <summary>Calls and labels until told to stop; counts what was acknowledged.</summary>
    private sealed class Traffic
    {
        private int _subject;

        public int Answered { get; private set; }

        public int Failed { get; private set; }

        public int Joined { get; private set; }

        public async Task RunAsync(RunningHaldane haldane, TimeSpan length)
        {
            using var data = new HttpClient { BaseAddress = haldane.Data };
            using var admin = new HttpClient { BaseAddress = haldane.Admin };
            var end = TimeProvider.System.GetTimestamp() + (long)(length.TotalSeconds * TimeProvider.System.TimestampFrequency);
            while (TimeProvider.System.GetTimestamp() < end)
            {
                var calls = Enumerable.Range(0, 20).Select(_ => Callers.CallAsync(data, $"user-{_subject++}")).ToList();
                try
                {
                    await Task.WhenAll(calls);
                    Answered += calls.Count;
                    Joined += await Callers.LabelAsync(admin, await Task.WhenAll(calls.Select(async c => (await c).Token)));
                }
                catch (HttpRequestException)
                {
                    Failed++;
                }
            }
        }
    }
}

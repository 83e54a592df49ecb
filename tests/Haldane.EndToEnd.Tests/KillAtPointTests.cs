using System.Diagnostics;
using Haldane.Core.Exchanges;
using Haldane.EndToEnd.Tests.Support;
using Haldane.Store.Sqlite;

namespace Haldane.EndToEnd.Tests;

/// <summary>
/// <c>kill -9</c> at each named point of the sequence of writing and publishing, under callers, labels and people: a real process, sockets and file. HALDANE_LONG=1: 200 kills in all, in turn over the points.
/// </summary>
[Collection(Alone.Name)]
public sealed class KillAtPointTests(ITestOutputHelper output)
{
    private const int Seed = 20_261_122;

    private static readonly string[] Points =
        ["before-evidence", "after-evidence", "before-record", "after-record", "before-publish", "after-publish", "before-feedback", "after-feedback"];

    private static readonly int Kills = Environment.GetEnvironmentVariable("HALDANE_LONG") == "1" ? 200 : Points.Length;

    private static readonly string Host = Repository.Program.Replace("/Haldane/", "/Haldane.CrashHost/", StringComparison.Ordinal).Replace("haldane.dll", "Haldane.CrashHost.dll", StringComparison.Ordinal);

    [Fact]
    public async Task Nothing_is_lost_and_nothing_doubled_wherever_it_is_killed()
    {
        using var workspace = new Workspace();
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync();
        var file = workspace.WriteRollout(v1.Address, v2.Address, "{ share: 10%, bake: 1s }, { share: 30%, bake: 1s }, { share: 50%, bake: 1s }, { share: 60%, bake: 30m }");
        var random = new Random(Seed);
        var busy = new BusyPeople();
        for (var kill = 0; kill < Kills; kill++)
        {
            var point = Points[kill % Points.Length];

            // The first publication is that of the recovery: from the second on there is something to publish.
            using var process = Process.Start(Start(file, workspace.Store, point, random.Next(1, 4) + (point.EndsWith("publish", StringComparison.Ordinal) ? 1 : 0)))!;
            await using var haldane = await RunningHaldane.OfAsync(process);
            await busy.RunUntilDeadAsync(haldane).WaitAsync(TimeSpan.FromSeconds(120));
            Assert.True(haldane.HasExited);
        }

        // Nothing is ever taken out of a chain, so its end tells of every kill.
        Assert.Equal(0, (await Terminal.RunAsync("ledger", "verify", "--store", workspace.Store)).Code);

        await using (var last = await RunningHaldane.StartAsync(file, workspace.Store))
        {
            Assert.Equal(0, await last.StopAsync());
        }

        Assert.Empty(busy.Strange);
        await AssertRecordedOnceAsync(workspace.Store, busy);
        output.WriteLine($"seed {Seed}: {Kills} kills at {Points.Length} points; {busy.Answered} answers, {busy.Refused} calls while it was away, {busy.Labelled.Count} labels and {busy.Done.Count} commands acknowledged");
    }

    private static ProcessStartInfo Start(string file, string store, string point, int times) => new("dotnet", [Host, file, store, point, $"{times}"])
    {
        RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
    };

    private static async Task AssertRecordedOnceAsync(string path, BusyPeople busy)
    {
        await using var store = await SqliteStore.OpenAsync(path, CancellationToken.None);
        Assert.True((await store.VerifyAsync(null, CancellationToken.None)).IsWhole);
        var entries = (await store.RecordsAsync(0, 100_000, null, CancellationToken.None)).Select(r => r.Entry).ToList();

        // What somebody was told is done is recorded, once; of what was cut off, at most once.
        var asked = entries.Where(e => e.By == BusyPeople.Name).GroupBy(e => e.Why.Split(": ")[^1], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        Assert.All(asked, a => Assert.Equal(1, a.Value));
        Assert.All(busy.Done, why => Assert.True(asked.ContainsKey(why), $"{why} was done and is not recorded"));
        foreach (var run in entries.Where(e => e.Run > 0).GroupBy(e => e.Run))
        {
            Assert.Distinct(run.Where(e => e.Kind is "started" or "stage-entered").Select(e => e.Stage));
            Assert.True(run.Count(e => e.Kind is "rolled-back") <= 1);
        }

        // The same subject is on one arm throughout a stage, whatever died in between.
        var codec = new TokenCodec(await store.InstallationKeyAsync(CancellationToken.None));
        var arms = Open(codec, busy.Tokens).GroupBy(t => (t.Run, t.Stage, t.Subject)).ToList();
        Assert.All(arms, a => Assert.Single(a.Select(t => t.Arm).Distinct()));
        Assert.Contains(arms, a => a.Count() > 1);
        await AssertLabelledOnceAsync(store, codec, busy);
    }

    // As many labels as were acknowledged, and no more than there were exchanges, for each subject in each stage of each run.
    private static async Task AssertLabelledOnceAsync(SqliteStore store, TokenCodec codec, BusyPeople busy)
    {
        var (answered, acknowledged) = (Counts(Open(codec, busy.Tokens)), Counts(Open(codec, busy.Labelled)));
        var stored = new Dictionary<(int Run, int Stage, uint Subject), int>();
        for (var run = await store.LastRunAsync(CancellationToken.None); run > 0; run--)
        {
            await foreach (var row in store.FeedbackAsync(run, 0, CancellationToken.None))
            {
                var key = (row.Feedback.Run, row.Feedback.Stage, row.Feedback.Subject);
                stored[key] = stored.GetValueOrDefault(key) + 1;
            }
        }

        Assert.All(acknowledged, a => Assert.InRange(stored.GetValueOrDefault(a.Key), a.Value, answered[a.Key]));
    }

    private static Dictionary<(int Run, int Stage, uint Subject), int> Counts(IEnumerable<ExchangeToken> tokens) =>
        tokens.GroupBy(t => (t.Run, (int)t.Stage, t.Subject)).ToDictionary(g => g.Key, g => g.Count());

    private static IEnumerable<ExchangeToken> Open(TokenCodec codec, IEnumerable<string> tokens) =>
        tokens.Select(token => codec.TryOpen(token, out var opened) ? opened : throw new InvalidOperationException("a token that nobody made")).Where(t => t.Run > 0);
}

using System.Text.Json;
using Haldane.Control.Retention;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.EndToEnd.Tests.Support;
using Haldane.Store.Archive;
using Haldane.Store.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;

namespace Haldane.EndToEnd.Tests;

/// <summary>Evidence of runs that are over leaves the store, and still proves what the ledger says.</summary>
public sealed class ArchiveTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly Workspace _workspace = new();

    private string Folder => _workspace.Path("archive");

    public void Dispose() => _workspace.Dispose();

    [Fact]
    public async Task Evidence_that_was_moved_is_verified_and_replayed_from_the_archive()
    {
        long slices;
        await using (var store = await EndedAsync())
        {
            slices = await store.EvidenceAsync(1, None).CountAsync();
            await KeeperOf(store).MoveAsync(None);

            Assert.Empty(await store.StoredRunsAsync(None));
            Assert.Equal(0, await store.EvidenceAsync(1, None).CountAsync());
            Assert.Equal(slices, await store.SliceTextsAsync(1, None).CountAsync()); // packs and replays read on
        }

        var (blind, seen) = (await VerifyAsync(), await VerifyAsync("--archive", Folder));
        var without = await Terminal.RunAsync("judge", "--replay", "fraud-v2", "--store", _workspace.Store);
        var replayed = await Terminal.RunAsync("judge", "--replay", "fraud-v2", "--store", _workspace.Store, "--archive", Folder, "--json");
        var record = (await Terminal.RunAsync("ledger", "show", "--json", "--store", _workspace.Store)).Out.Split('\n').First(l => l.Contains("\"evidence\"", StringComparison.Ordinal));

        Assert.Equal((0, 0, 2, 0), (blind.Code, seen.Code, without.Code, replayed.Code));
        Assert.Contains("the evidence of 1 run is in the archive, which was not looked at (--archive)", blind.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("not looked at", seen.Out, StringComparison.Ordinal);
        Assert.Contains("where it was moved into the archive, name its folder with --archive", without.Error, StringComparison.Ordinal);
        Assert.True(JsonDocument.Parse(replayed.Out).RootElement.GetProperty("equal").GetBoolean());
        Assert.Contains($"{slices} slices of run 1 are in the archive", record, StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, OperatingSystem.IsWindows() ? default : File.GetUnixFileMode(new EvidenceArchive(Folder).PathOf(1)));
    }

    [Fact]
    public async Task A_file_of_the_archive_that_was_altered_or_is_gone_is_found()
    {
        await using (var store = await EndedAsync())
        {
            await KeeperOf(store).MoveAsync(None);
        }

        var (path, whole) = (new EvidenceArchive(Folder).PathOf(1), await ReadAsync());
        await WriteAsync([.. whole.Select((line, i) => i == 1 ? line.Replace("\\u0022exchanges\\u0022:", "\\u0022exchanges\\u0022:1", StringComparison.Ordinal) : line)]);
        var altered = await VerifyAsync("--archive", Folder);
        await WriteAsync([.. whole.Select((line, i) => i == 1 ? line.Replace("\"number\":2,", "\"number\":7,", StringComparison.Ordinal) : line)]);
        var moved = await VerifyAsync("--archive", Folder);
        await WriteAsync([.. whole.SkipLast(1)]);
        var cut = await VerifyAsync("--archive", Folder);
        await File.WriteAllTextAsync(path, "no archive");
        var broken = await VerifyAsync("--archive", Folder);
        File.Delete(path);
        var gone = await VerifyAsync("--archive", Folder);

        Assert.All([altered, cut, broken, moved], said => Assert.Equal(1, said.Code));
        Assert.Contains("was altered in the archive", altered.Error, StringComparison.Ordinal);
        Assert.Contains("is not the one that was moved", cut.Error, StringComparison.Ordinal);
        Assert.Contains("cannot be read", broken.Error, StringComparison.Ordinal);
        Assert.Contains("has a slice 7 in the place of slice 2", moved.Error, StringComparison.Ordinal);
        Assert.Equal((0, ""), (gone.Code, gone.Error)); // people may let go of evidence
        Assert.Contains("the evidence of 1 run is gone from the archive", gone.Out, StringComparison.Ordinal);
    }

    // The process ends after each of the steps in turn: archived, recorded, half removed.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_crash_between_the_steps_loses_nothing_and_is_made_good(int steps)
    {
        await using (var store = await EndedAsync())
        {
            var dying = new Dying(store, steps);
            await Assert.ThrowsAnyAsync<Exception>(() => new EvidenceKeeper(store, dying, TimeSpan.Zero, TimeProvider.System, NullLogger<EvidenceKeeper>.Instance).MoveAsync(None));
        }

        var between = await VerifyAsync("--archive", Folder);
        await using (var store = await OpenAsync())
        {
            await KeeperOf(store).MoveAsync(None);
            Assert.Empty(await store.StoredRunsAsync(None));
            Assert.Single(await store.SettingsAsync(Setting.Evidence, None));
        }

        Assert.Equal((0, 0), (between.Code, (await VerifyAsync("--archive", Folder)).Code));
    }

    [Fact]
    public async Task The_archive_of_another_store_is_left_alone()
    {
        Directory.CreateDirectory(Folder);
        await WriteAsync(["""{"number":1,"slice":"{\"number\":1,\"stage\":0,\"share\":100,\"from\":\"2026-03-04T12:00:00Z\",\"length\":\"00:00:01\",\"baseline\":{\"cells\":[]},\"canary\":{\"cells\":[]}}"}"""]);
        await using var store = await EndedAsync();

        var fault = await Assert.ThrowsAsync<AggregateException>(() => KeeperOf(store).MoveAsync(None));

        Assert.Contains("is of other evidence than run 1 of this store: use a folder of its own for each store", fault.Message, StringComparison.Ordinal);
        Assert.NotEqual(1, await store.SliceTextsAsync(1, None).CountAsync()); // its own evidence is still in the store
        Assert.Single(await store.StoredRunsAsync(None));
        Assert.Single(await ReadAsync());
    }

    [Fact]
    public async Task The_server_moves_what_is_due_and_not_what_it_still_needs()
    {
        await (await EndedAsync()).DisposeAsync();
        await using var model = await FixedModel.StartAsync();
        var file = _workspace.WriteRollout(model.Address, model.Address, "{ share: 10%, bake: 1h }", "auto", name: "fraud-v3");

        await using (var haldane = await RunningHaldane.StartAsync(file, _workspace.Store, more: ["--archive", Folder, "--archive-after", "1s"]))
        {
            while (!new EvidenceArchive(Folder).Has(1))
            {
                await Task.Delay(50);
            }

            await Task.Delay(2_000);
            Assert.False(new EvidenceArchive(Folder).Has(2)); // it runs
            Assert.Equal(0, (await Terminal.RunAsync("ledger", "verify", "--admin", haldane.Admin.ToString())).Code);
        }
    }

    private static EvidenceKeeper KeeperOf(SqliteStore store) => new(store, store, TimeSpan.Zero, TimeProvider.System, NullLogger<EvidenceKeeper>.Instance);

    private Task<SqliteStore> OpenAsync() => SqliteStore.OpenAsync(_workspace.Store, None, new(Folder));

    private Task<Said> VerifyAsync(params string[] more) => Terminal.RunAsync(["ledger", "verify", "--store", _workspace.Store, .. more]);

    // A store with one run that was taken back.
    private async Task<SqliteStore> EndedAsync()
    {
        var store = await OpenAsync();
        await using var host = new SimulatedRollout(store, SimulatedRollout.Canary("errors", 1.5));
        await host.StartAsync();
        Assert.Equal(Phase.RolledBack, await host.RunAsync(200));
        return store;
    }

    private async Task<string[]> ReadAsync()
    {
        await using var packed = new System.IO.Compression.GZipStream(File.OpenRead(new EvidenceArchive(Folder).PathOf(1)), System.IO.Compression.CompressionMode.Decompress);
        using var text = new StreamReader(packed);
        return (await text.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task WriteAsync(string[] lines)
    {
        await using var packed = new System.IO.Compression.GZipStream(File.Create(new EvidenceArchive(Folder).PathOf(1)), System.IO.Compression.CompressionLevel.Fastest);
        await using var text = new StreamWriter(packed);
        await text.WriteAsync(string.Join('\n', lines) + "\n");
    }

    /// <summary>Ends with everything after so many steps: 0 after the archive is written, 1 after the record, 2 after a part is removed.</summary>
    private sealed class Dying(SqliteStore store, int steps) : IEvidenceArchive
    {
        public Task<IReadOnlyList<StoredRun>> StoredRunsAsync(CancellationToken cancel) => store.StoredRunsAsync(cancel);

        public async Task<ArchivedRun> ArchiveAsync(int run, CancellationToken cancel)
        {
            var kept = await store.ArchiveAsync(run, cancel);
            return steps == 0 ? throw new StoreUnavailableException("the end") : kept;
        }

        public async Task<bool> ForgetAsync(int run, CancellationToken cancel)
        {
            if (steps == 2)
            {
                await using var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={store.FilePath};Pooling=False");
                await file.OpenAsync(cancel);
                await using var command = file.CreateCommand();
                command.CommandText = "DELETE FROM evidence WHERE run = 1 AND number <= 5";
                Assert.Equal(5, await command.ExecuteNonQueryAsync(cancel));
            }

            throw new StoreUnavailableException("the end");
        }
    }
}

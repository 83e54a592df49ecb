using System.Diagnostics;
using Haldane.EndToEnd.Tests.Support;
using Haldane.Store.Sqlite;
using Microsoft.Data.Sqlite;

namespace Haldane.EndToEnd.Tests;

/// <summary>The store's disk is full, read-only, locked or damaged: callers are answered, nothing moves, the fault is named, and what can goes on by itself.</summary>
public sealed class StoreFaultTests
{
    public static bool HasOwnMount => OwnMount.IsAllowed;

    [Fact(Skip = OwnMount.Reason, SkipUnless = nameof(HasOwnMount))]
    public async Task A_full_disk_holds_the_rollout_and_no_caller()
    {
        using var workspace = new Workspace();
        var disk = Directory.CreateDirectory(workspace.Path("disk")).FullName;
        await using var store = await FaultyStore.StartAsync(workspace, Path.Combine(disk, "haldane.db"), OwnMount.Disk(disk, "8m"));
        var filler = OwnMount.Seen(store.Haldane, Path.Combine(disk, "filler"));

        await store.StandsAsync(() => FillAsync(filler), () => DeleteAsync(filler), "the disk is full", "Make room");
    }

    [Fact]
    public async Task A_locked_database_holds_the_rollout_and_no_caller()
    {
        using var workspace = new Workspace();
        await using var store = await FaultyStore.StartAsync(workspace, workspace.Store);
        await using var browser = Open(workspace.Store);

        await store.StandsAsync(() => DoAsync(browser, "BEGIN EXCLUSIVE"), () => DoAsync(browser, "ROLLBACK"), "another program holds a lock", "close that program");
    }

    [Fact]
    public async Task Damaged_pages_hold_the_rollout_and_no_caller()
    {
        using var workspace = new Workspace();
        await using var store = await FaultyStore.StartAsync(workspace, workspace.Store);
        await using var browser = Open(workspace.Store);
        byte[] good = [];

        await store.StandsAsync(
            async () =>
            {
                await BeginWithoutLogAsync(browser, workspace.Store);
                good = await ReadAsync(workspace.Store);
                await OverwriteAsync(workspace.Store, Noise(good));
                await EndAsync(browser);
            },
            async () =>
            {
                await DoAsync(browser, "BEGIN IMMEDIATE");
                await OverwriteAsync(workspace.Store, good);
                await EndAsync(browser);
            },
            "the file is damaged",
            "restore the file from a backup");
    }

    [Fact(Skip = "needs root and a file system that knows immutable files (chattr +i): permissions do not stop root, nor a process that has its files open already", SkipUnless = nameof(CanForbidWriting))]
    public async Task A_file_that_may_not_be_written_any_more_holds_the_rollout_and_no_caller()
    {
        using var workspace = new Workspace();
        await using var store = await FaultyStore.StartAsync(workspace, workspace.Store);
        try
        {
            await store.StandsAsync(() => AttributeAsync("+i", workspace), () => AttributeAsync("-i", workspace), "is read-only", "mount it for writing");
        }
        finally
        {
            await AttributeAsync("-i", workspace);
        }
    }

    [Fact(Skip = OwnMount.Reason, SkipUnless = nameof(HasOwnMount))]
    public async Task A_start_on_a_read_only_folder_says_so()
    {
        using var workspace = new Workspace();
        var folder = Directory.CreateDirectory(workspace.Path("folder")).FullName;
        await CreateAsync(Path.Combine(folder, "haldane.db"));

        var known = await StartAsync(workspace, Path.Combine(folder, "haldane.db"), OwnMount.ReadOnly(folder));
        var fresh = await StartAsync(workspace, Path.Combine(folder, "new.db"), OwnMount.ReadOnly(folder));

        AssertRefused(known, "haldane.db", "is read-only");
        AssertRefused(fresh, "new.db", "is read-only");
    }

    [Fact(Skip = OwnMount.Reason, SkipUnless = nameof(HasOwnMount))]
    public async Task A_start_on_a_full_disk_says_so()
    {
        using var workspace = new Workspace();
        var disk = Directory.CreateDirectory(workspace.Path("disk")).FullName;

        AssertRefused(await StartAsync(workspace, Path.Combine(disk, "haldane.db"), OwnMount.Disk(disk, "16k")), "haldane.db", "the disk is full", "Make room");
    }

    [Fact]
    public async Task A_start_on_damaged_pages_says_so()
    {
        using var workspace = new Workspace();
        await CreateAsync(workspace.Store);
        await OverwriteAsync(workspace.Store, Noise(await ReadAsync(workspace.Store)));

        AssertRefused(await StartAsync(workspace, workspace.Store), workspace.Store, "damaged", "restore the file from a backup");
    }

    [Fact]
    public async Task A_start_on_a_locked_database_says_so()
    {
        using var workspace = new Workspace();
        await CreateAsync(workspace.Store);
        await using var browser = Open(workspace.Store);
        await DoAsync(browser, "BEGIN EXCLUSIVE");

        AssertRefused(await StartAsync(workspace, workspace.Store), workspace.Store, "another program holds a lock", "close that program");
    }

    public static bool CanForbidWriting
    {
        get
        {
            var file = Path.GetTempFileName();
            try
            {
                using var set = Process.Start(new ProcessStartInfo("chattr", ["+i", file]) { RedirectStandardError = true, UseShellExecute = false })!;
                set.WaitForExit();
                using var reset = Process.Start(new ProcessStartInfo("chattr", ["-i", file]) { RedirectStandardError = true, UseShellExecute = false })!;
                reset.WaitForExit();
                return set.ExitCode == 0;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                return false; // no chattr here
            }
            finally
            {
                File.Delete(file);
            }
        }
    }

    // Of the log, which every commit writes to, and of the folder, in which no file can be made then.
    private static async Task AttributeAsync(string attribute, Workspace workspace)
    {
        using var process = Process.Start("chattr", [attribute, workspace.Store + "-wal", workspace.Path(".")]);
        await process.WaitForExitAsync();
    }

    private static void AssertRefused(Said said, params string[] sentences)
    {
        Assert.True(said.Code == 2, $"{said.Code}: {said.Error}");
        Assert.All(sentences, sentence => Assert.Contains(sentence, said.Error, StringComparison.Ordinal));
        Assert.Single(said.Error.Trim().Split('\n'));
        Assert.DoesNotContain("   at ", said.Error, StringComparison.Ordinal);
    }

    private static Task<Said> StartAsync(Workspace workspace, string store, string[]? within = null) => Terminal.RunWithinAsync(
        within, "run", workspace.WriteRollout("http://127.0.0.1:1", "http://127.0.0.1:2", FaultyStore.Stages), "--data", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--store", store);

    private static async Task CreateAsync(string path)
    {
        await using var store = await SqliteStore.OpenAsync(path, CancellationToken.None);
        await store.InstallationKeyAsync(CancellationToken.None);
    }

    // With the lock in hand and all pages in the file itself, none in its log: a page that is in neither is read from nowhere else.
    private static async Task BeginWithoutLogAsync(SqliteConnection browser, string path)
    {
        while (true)
        {
            await DoAsync(browser, "PRAGMA wal_checkpoint(TRUNCATE)");
            await DoAsync(browser, "BEGIN IMMEDIATE");
            if (new FileInfo(path + "-wal").Length == 0)
            {
                return;
            }

            await DoAsync(browser, "ROLLBACK");
        }
    }

    // Writes the first page only, and so tells the other connections that what they remember is old.
    private static async Task EndAsync(SqliteConnection browser)
    {
        await DoAsync(browser, "PRAGMA user_version = 4");
        await DoAsync(browser, "COMMIT");
    }

    // All but the first page, which says that it is ours.
    private static byte[] Noise(byte[] good)
    {
        var noise = (byte[])good.Clone();
        new Random(1).NextBytes(noise.AsSpan(4096));
        return noise;
    }

    private static async Task<byte[]> ReadAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length];
        await file.ReadExactlyAsync(bytes);
        return bytes;
    }

    private static async Task OverwriteAsync(string path, byte[] bytes)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        await file.WriteAsync(bytes);
    }

    private static SqliteConnection Open(string path)
    {
        var connection = new SqliteConnection($"Data Source={path};Pooling=False");
        connection.Open();
        return connection;
    }

    private static async Task DoAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    private static async Task FillAsync(string path)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true)
            {
                await file.WriteAsync(block);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }

    private static Task DeleteAsync(string path)
    {
        File.Delete(path);
        return Task.CompletedTask;
    }
}

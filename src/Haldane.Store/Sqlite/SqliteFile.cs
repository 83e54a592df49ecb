using Dapper;
using Haldane.Core.Ports;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite;

/// <summary>Opens the file: permissions, the lock that keeps a second process out, connections.</summary>
internal static class SqliteFile
{
    /// <summary>How long a statement waits for a lock, seconds: checkpoints of another connection take milliseconds.</summary>
    private const int BusySeconds = 5;

    // How the file system says that another process holds a lock: errno on Linux and macOS, an HRESULT on Windows.
    private const int EAgain = 11;
    private const int EAgainOfMac = 35;
    private const int SharingViolation = unchecked((int)0x80070020);

    /// <summary>Takes the right to write the store; held until the stream is disposed or the process ends, however it ends.</summary>
    /// <remarks>An advisory lock on a file beside the store. The file stays: removing it would race with the next process.</remarks>
    public static FileStream Lock(string path)
    {
        var directory = Path.GetDirectoryName(path)!;
        if (!Directory.Exists(directory))
        {
            throw new StoreUnavailableException($"the store '{path}' cannot be opened: there is no directory '{directory}'; create it");
        }

        var name = path + ".lock";
        try
        {
            return OwnersFile.Open(name, FileMode.OpenOrCreate);
        }
        catch (IOException e) when (e.HResult is EAgain or EAgainOfMac or SharingViolation)
        {
            throw new StoreUnavailableException(
                $"the store '{path}' is in use by another process: stop that one first, or give this one a file of its own"
                + $" (`fuser {name}` names it)",
                e);
        }
    }

    /// <summary>Makes the file, readable by its owner only, unless it is there.</summary>
    public static void CreateIfMissing(string path)
    {
        if (!File.Exists(path))
        {
            OwnersFile.Open(path, FileMode.CreateNew, FileShare.ReadWrite).Dispose();
        }
    }

    /// <summary>A connection that may write.</summary>
    public static SqliteConnection OpenWriter(string path)
    {
        var connection = Open(path, SqliteOpenMode.ReadWrite);
        connection.Execute("PRAGMA synchronous = FULL"); // a commit is on the disk when it returns, also after a power cut
        return connection;
    }

    /// <summary>A connection that may only read. Beside a running writer it sees what is committed.</summary>
    public static SqliteConnection OpenReader(string path)
    {
        try
        {
            return Settle(Open(path, SqliteOpenMode.ReadOnly));
        }
        catch (SqliteException e) when (SqliteErrors.IsAccess(e) && File.Exists(path) && !HasLog(path))
        {
            // On read-only media SQLite cannot make its log's index. Without a log nothing can change under us.
            return Settle(Open(new Uri(path).AbsoluteUri + "?immutable=1", SqliteOpenMode.ReadOnly));
        }
    }

    private static SqliteConnection Open(string source, SqliteOpenMode mode)
    {
        RefuseSnippet(source);
        _ = SqliteLibrary.Version;
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder
        {
            DataSource = source,
            Mode = mode,
            ForeignKeys = true,
            DefaultTimeout = BusySeconds,
            Pooling = false, // a pooled connection would outlive the store and its lock
        }.ConnectionString);
        try
        {
            connection.Open();
            connection.Execute($"PRAGMA busy_timeout = {BusySeconds * 1000}; PRAGMA trusted_schema = OFF");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // The first read opens the log and its index, and so shows whether this kind of opening works here.
    private static SqliteConnection Settle(SqliteConnection connection)
    {
        try
        {
            connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    // SQLite takes a file that is shorter than its smallest page for an empty database, and writes over it.
    private static void RefuseSnippet(string source)
    {
        if (new FileInfo(source) is { Exists: true, Length: > 0 and < 512 } && !File.Exists(source + "-journal"))
        {
            throw new StoreUnavailableException($"'{source}' is not an SQLite database; choose another file");
        }
    }

    private static bool HasLog(string path) => new FileInfo(path + "-wal") is { Exists: true, Length: > 0 };
}

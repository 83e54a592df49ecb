using System.Text.Json;
using Haldane.Core.Ports;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite;

/// <summary>Turns failures of SQLite and of the file system into advice.</summary>
internal static class SqliteErrors
{
    // Primary result codes, https://www.sqlite.org/rescode.html
    private const int Perm = 3;
    private const int Busy = 5;
    private const int Locked = 6;
    private const int ReadOnly = 8;
    private const int InputOutput = 10;
    private const int Corrupt = 11;
    private const int Full = 13;
    private const int CannotOpen = 14;
    private const int Constraint = 19;
    private const int NotADatabase = 26;

    // errno of Linux and macOS alike.
    private const int NoSpace = 28;
    private const int ReadOnlyFileSystem = 30;

    // A commit takes a page or more; with less than this none succeeds.
    private const long LeastSpace = 64 * 1024;

    private const string DiskIsFull = "the disk is full; nothing of this was kept. Make room, then it goes on by itself; a start that has failed is to be repeated.";
    private const string IsReadOnly = "the file, its directory or the whole file system is read-only; mount it for writing, or change owner or permissions.";

    /// <summary>Whether the file or its content may be the cause. Values of another type than was written show as cast or operation errors.</summary>
    public static bool IsOfTheStore(Exception failure) =>
        failure is SqliteException or IOException or UnauthorizedAccessException || IsContent(failure);

    /// <summary>The failure as callers of the port know it. Failures that are not of the store stay what they are.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="path">The file.</param>
    /// <param name="doing">What was being done, e.g. <c>record a decision</c>.</param>
    public static Exception Translate(Exception failure, string path, string doing) =>
        IsOfTheStore(failure)
            ? new StoreUnavailableException($"the store '{path}' could not {doing}: {Advice(failure, path)} ({failure.Message})", failure)
            : failure;

    /// <summary>Whether the file, or a file beside it, could not be opened or written.</summary>
    public static bool IsAccess(SqliteException failure) => failure.SqliteErrorCode is CannotOpen or ReadOnly or Perm;

    private static bool IsContent(Exception failure) =>
        failure is JsonException or InvalidDataException or InvalidCastException or InvalidOperationException or FormatException;

    private static string Advice(Exception failure, string path) => failure switch
    {
        SqliteException { SqliteErrorCode: InputOutput } => OfTheDisk(path),
        SqliteException sqlite => Advice(sqlite.SqliteErrorCode),
        IOException { HResult: NoSpace } => DiskIsFull,
        IOException { HResult: ReadOnlyFileSystem } => IsReadOnly,
        UnauthorizedAccessException => "the file or its directory may not be used by this user; change its owner or its permissions.",
        _ when IsContent(failure) => "its content is damaged; run `haldane ledger verify` and restore the file from a backup.",
        _ => "the file system refused; look at the disk and the directory.",
    };

    private static string Advice(int code) => code switch
    {
        Full => DiskIsFull,
        ReadOnly or Perm => IsReadOnly,
        CannotOpen => "the file or its directory cannot be opened; see that the directory exists and that this user may write to it.",
        Busy or Locked => "another program holds a lock on it; close that program (a database browser, a backup).",
        Corrupt => "the file is damaged; run `haldane ledger verify`, look at the disk, and restore the file from a backup.",
        NotADatabase => "the file is not an SQLite database; choose another file.",
        Constraint => "its tables do not fit together; run `haldane ledger verify` and restore the file from a backup.",
        _ => "SQLite refused.",
    };

    // SQLite says the same of a disk that is full or read-only, once the file is open, as of one that is broken: look which it is.
    private static string OfTheDisk(string path)
    {
        try
        {
            if (new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace < LeastSpace)
            {
                return DiskIsFull;
            }

            // A file of its own: to open and close one of SQLite's would end the locks that SQLite holds on it (https://www.sqlite.org/howtocorrupt.html, 2.2).
            using var probe = new FileStream(path + ".probe", new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, Options = FileOptions.DeleteOnClose });
            return "the disk reports an error; look at the system log and the disk.";
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException { HResult: ReadOnlyFileSystem })
        {
            return IsReadOnly;
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return "the disk reports an error, and its file system cannot be asked; look at the system log and the disk.";
        }
    }
}

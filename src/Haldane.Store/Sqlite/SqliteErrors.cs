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

    /// <summary>Whether the file or its content may be the cause. Values of another type than was written show as cast or operation errors.</summary>
    public static bool IsOfTheStore(Exception failure) =>
        failure is SqliteException or IOException or UnauthorizedAccessException || IsContent(failure);

    /// <summary>The failure as callers of the port know it. Failures that are not of the store stay what they are.</summary>
    /// <param name="failure">What happened.</param>
    /// <param name="path">The file.</param>
    /// <param name="doing">What was being done, e.g. <c>record a decision</c>.</param>
    public static Exception Translate(Exception failure, string path, string doing) =>
        IsOfTheStore(failure)
            ? new StoreUnavailableException($"the store '{path}' could not {doing}: {Advice(failure)} ({failure.Message})", failure)
            : failure;

    /// <summary>Whether the file, or a file beside it, could not be opened or written.</summary>
    public static bool IsAccess(SqliteException failure) => failure.SqliteErrorCode is CannotOpen or ReadOnly or Perm;

    private static bool IsContent(Exception failure) =>
        failure is JsonException or InvalidDataException or InvalidCastException or InvalidOperationException or FormatException;

    private static string Advice(Exception failure) => failure switch
    {
        SqliteException sqlite => Advice(sqlite.SqliteErrorCode),
        UnauthorizedAccessException => "the file or its directory may not be used by this user; change its owner or its permissions.",
        _ when IsContent(failure) => "its content is damaged; run `haldane ledger verify` and restore the file from a backup.",
        _ => "the file system refused; look at the disk and the directory.",
    };

    private static string Advice(int code) => code switch
    {
        Full => "the disk is full; nothing of this was kept. Make room, then it goes on by itself.",
        ReadOnly or Perm => "the file or its directory is read-only for this user; change its owner or its permissions.",
        CannotOpen => "the file or its directory cannot be opened; see that the directory exists and that this user may write to it.",
        Busy or Locked => "another program holds a lock on it; close that program (a database browser, a backup).",
        Corrupt => "the file is damaged; run `haldane ledger verify`, look at the disk, and restore the file from a backup.",
        NotADatabase => "the file is not an SQLite database; choose another file.",
        InputOutput => "the disk reports an error; look at the system log and the disk.",
        Constraint => "its tables do not fit together; run `haldane ledger verify` and restore the file from a backup.",
        _ => "SQLite refused.",
    };
}

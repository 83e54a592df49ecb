using Dapper;
using Haldane.Core.Ports;
using Microsoft.Data.Sqlite;

namespace Haldane.Store.Sqlite;

/// <summary>The tables, and how a file is known to be ours.</summary>
internal static class SqliteSchema
{
    /// <summary>What <c>PRAGMA user_version</c> says of a file that this program writes.</summary>
    public const int Version = 6;

    private const int FirstWithSignatures = 3;

    private const int FirstThatFilesSettings = 6;

    /// <summary><c>PRAGMA application_id</c>: "HALD", so that <c>file(1)</c> and we tell our files from others.</summary>
    public const int ApplicationId = 0x48414C44;

    private const string Tables = """
        CREATE TABLE ledger (
            number INTEGER PRIMARY KEY,
            body TEXT NOT NULL,
            previous TEXT NOT NULL,
            hash TEXT NOT NULL);

        -- Finds the records of one rollout; derived from the bodies, checked by verify.
        CREATE TABLE ledger_rollout (
            rollout TEXT NOT NULL,
            number INTEGER NOT NULL REFERENCES ledger (number),
            PRIMARY KEY (rollout, number)) WITHOUT ROWID;

        -- The last record, written with it: a ledger whose tail was cut no longer ends where this says.
        CREATE TABLE head (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            number INTEGER NOT NULL,
            hash TEXT NOT NULL);

        CREATE TABLE rollout (
            name TEXT PRIMARY KEY NOT NULL,
            run INTEGER NOT NULL,
            state TEXT NOT NULL,
            ledger_number INTEGER NOT NULL REFERENCES ledger (number));

        CREATE TABLE evidence (
            run INTEGER NOT NULL,
            number INTEGER NOT NULL,
            body TEXT NOT NULL,
            digest TEXT NOT NULL,
            PRIMARY KEY (run, number)) WITHOUT ROWID;

        CREATE TABLE feedback (
            position INTEGER PRIMARY KEY AUTOINCREMENT,
            key BLOB NOT NULL UNIQUE,
            run INTEGER NOT NULL,
            stage INTEGER NOT NULL,
            arm INTEGER NOT NULL,
            segment_code INTEGER NOT NULL,
            subject INTEGER NOT NULL,
            wrong INTEGER,
            numbers TEXT,
            at TEXT,
            events TEXT,
            confidence REAL);

        CREATE INDEX feedback_of_run ON feedback (run, position);

        CREATE TABLE installation (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            key BLOB NOT NULL);

        """ + Settings + Signatures + Webhooks + Summaries;

    private const string Settings = """
        -- What people have set: freezes, tokens. Each row is the body of the last ledger record about it; checked by verify.
        CREATE TABLE setting (
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            body TEXT NOT NULL,
            ledger_number INTEGER NOT NULL REFERENCES ledger (number),
            PRIMARY KEY (kind, name)) WITHOUT ROWID;

        """;

    private const string Signatures = """
        -- Signs the ledger's end. The private half never leaves the file.
        CREATE TABLE signing_key (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            private BLOB NOT NULL,
            public BLOB NOT NULL);

        CREATE TABLE signed_head (
            number INTEGER PRIMARY KEY,
            hash TEXT NOT NULL,
            at TEXT NOT NULL,
            key TEXT NOT NULL,
            signature TEXT NOT NULL);

        """;

    private const string Webhooks = """
        -- How far each webhook has come with the ledger, and what never reached it. No part of the chain, and not checked by verify.
        CREATE TABLE webhook (
            name TEXT PRIMARY KEY NOT NULL,
            state TEXT NOT NULL);

        CREATE TABLE webhook_dead (
            webhook TEXT NOT NULL,
            number INTEGER NOT NULL REFERENCES ledger (number),
            at TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            fault TEXT NOT NULL,
            PRIMARY KEY (webhook, number)) WITHOUT ROWID;

        """;

    private const string Summaries = """
        -- What is looked at of runs that have ended. Made of ledger and evidence, no part of the chain, and not checked by verify.
        CREATE TABLE run_summary (
            run INTEGER PRIMARY KEY,
            body TEXT NOT NULL);
        """;

    // What brings a file of version 1, 2, ... to the next one. Ledger and evidence are hashed, so a step may add to them but never rewrite them.
    private static readonly string[] Steps =
    [
        """
        ALTER TABLE feedback ADD COLUMN events TEXT;
        ALTER TABLE feedback ADD COLUMN confidence REAL;
        """,
        Settings + Signatures,
        Webhooks,
        Summaries,
        "", // what was set for a rollout is filed among its records, see below
    ];

    /// <summary>Brings an open file to this version: makes the tables in an empty one, adds to those of an older one, refuses what is newer or not ours.</summary>
    public static void Prepare(SqliteConnection connection, string path)
    {
        if (IsEmpty(connection))
        {
            UseLog(connection, path);
            connection.Execute($"""
                BEGIN IMMEDIATE;
                {Tables}
                INSERT INTO head (only, number, hash) VALUES (1, 0, '{Core.Ledger.LedgerChain.Beginning}');
                PRAGMA application_id = {ApplicationId};
                PRAGMA user_version = {Version};
                COMMIT;
                """);
        }

        Check(connection, path);
        Upgrade(connection);
        UseLog(connection, path); // the mode is kept in the file, where a database browser may have changed it
    }

    /// <summary>Refuses a file that is newer than this program or not ours.</summary>
    public static void Check(SqliteConnection connection, string path)
    {
        var version = connection.ExecuteScalar<long>("PRAGMA user_version");
        if (connection.ExecuteScalar<long>("PRAGMA application_id") != ApplicationId || version < 1)
        {
            throw new StoreUnavailableException(
                $"'{path}' is an SQLite database of another program, or was never set up as a store: choose another file");
        }

        if (version > Version)
        {
            throw new StoreUnavailableException(
                $"the store '{path}' has schema version {version}, this program knows up to {Version}: use the program that wrote it or a newer one");
        }
    }

    /// <summary>Whether the file is new enough to hold signatures; one that is only read is not brought up to date.</summary>
    public static bool HasSignatures(SqliteConnection connection) => connection.ExecuteScalar<long>("PRAGMA user_version") >= FirstWithSignatures;

    /// <summary>Whether the index of records by rollout has what was set for a rollout; one that is only read is not brought up to date.</summary>
    public static bool FilesSettings(SqliteConnection connection) => connection.ExecuteScalar<long>("PRAGMA user_version") >= FirstThatFilesSettings;

    // In one transaction: whatever ends the process, the file is of the old version or of this one.
    private static void Upgrade(SqliteConnection connection)
    {
        var version = connection.ExecuteScalar<int>("PRAGMA user_version");
        if (version < Version)
        {
            connection.Execute($"""
                BEGIN IMMEDIATE;
                {string.Join('\n', Steps[(version - 1)..])}
                """);
            if (version < FirstThatFilesSettings)
            {
                LedgerTable.FileSettings(connection);
            }

            connection.Execute($"PRAGMA user_version = {Version}; COMMIT");
        }
    }

    private static void UseLog(SqliteConnection connection, string path)
    {
        var mode = connection.ExecuteScalar<string>("PRAGMA journal_mode = WAL");
        if (mode != "wal")
        {
            throw new StoreUnavailableException(
                $"the store '{path}' cannot keep a write-ahead log (journal mode '{mode}'): put it on a local file system");
        }
    }

    private static bool IsEmpty(SqliteConnection connection) =>
        connection.ExecuteScalar<long>("SELECT count(*) FROM sqlite_master") == 0
        && connection.ExecuteScalar<long>("PRAGMA user_version") == 0;
}

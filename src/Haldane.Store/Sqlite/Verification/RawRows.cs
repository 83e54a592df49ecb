using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Haldane.Store.Sqlite.Verification;

/// <summary>Rows as they stand in the file: no column is converted to the type that is hoped for.</summary>
internal sealed class RawRows : IDisposable
{
    // A byte that was flipped must not turn into a replacement character before it is compared.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;

    public RawRows(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Require(raw.sqlite3_prepare_v2(_database, sql, out _statement));
    }

    /// <summary>Steps to the next row; false at the end.</summary>
    /// <exception cref="SqliteException">The row cannot be read.</exception>
    public bool Next()
    {
        var code = raw.sqlite3_step(_statement);
        if (code == raw.SQLITE_ROW)
        {
            return true;
        }

        if (code != raw.SQLITE_DONE)
        {
            Require(code);
        }

        return false;
    }

    /// <summary>The column as an integer; false when it holds something else.</summary>
    public bool TryInteger(int column, out long value)
    {
        value = raw.sqlite3_column_int64(_statement, column);
        return raw.sqlite3_column_type(_statement, column) == raw.SQLITE_INTEGER;
    }

    /// <summary>The column as text; false when it holds something else or is not UTF-8.</summary>
    public bool TryText(int column, out string value)
    {
        value = "";
        if (raw.sqlite3_column_type(_statement, column) != raw.SQLITE_TEXT)
        {
            return false;
        }

        try
        {
            value = Strict.GetString(raw.sqlite3_column_blob(_statement, column)); // the blob of a text is its bytes, unconverted
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }

    /// <summary>The bytes of a text; valid until the next step; false when the column holds something else.</summary>
    public bool TryTextBytes(int column, out ReadOnlySpan<byte> value)
    {
        value = raw.sqlite3_column_blob(_statement, column);
        return raw.sqlite3_column_type(_statement, column) == raw.SQLITE_TEXT;
    }

    public void Dispose() => _statement.Dispose();

    private void Require(int code) => SqliteException.ThrowExceptionForRC(code, _database);
}

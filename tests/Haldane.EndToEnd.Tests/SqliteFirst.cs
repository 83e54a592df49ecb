using System.Runtime.CompilerServices;
using Haldane.Store.Sqlite;

namespace Haldane.EndToEnd.Tests;

/// <summary>Has the store choose its native SQLite before a test opens a connection of its own: with two of them in one process, calls of the one end up in the other, and the process dies.</summary>
internal static class SqliteFirst
{
    [ModuleInitializer]
    internal static void Choose() => _ = SqliteStore.SqliteVersion;
}

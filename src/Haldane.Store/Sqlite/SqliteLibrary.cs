using System.Runtime.InteropServices;
using SQLitePCL;

namespace Haldane.Store.Sqlite;

/// <summary>Chooses the native SQLite: the machine's where it is newer than the one that comes with us, else ours.</summary>
/// <remarks>Decided once a process, before the first connection. Safe from any thread.</remarks>
internal static class SqliteLibrary
{
    /// <summary>What SQLitePCLRaw.bundle_e_sqlite3 2.0.6 carries, as SQLite writes it (3.35.5); a test holds it to the file.</summary>
    internal const int BundledVersion = 3_035_005;

    private const string SystemName = "libsqlite3.so.0";

    private static readonly Lazy<string> Loaded = new(Load);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Number();

    /// <summary>The version in use, e.g. <c>3.40.1</c>; the first call loads it.</summary>
    public static string Version => Loaded.Value;

    /// <summary>What a function without arguments of a native library returns; 0 when the library has no such function.</summary>
    internal static int Ask(IntPtr library, string function) =>
        NativeLibrary.TryGetExport(library, function, out var address)
            ? Marshal.GetDelegateForFunctionPointer<Number>(address)()
            : 0;

    private static string Load()
    {
        if (FindNewer() is { } library)
        {
            NativeLibrary.SetDllImportResolver(
                typeof(SQLite3Provider_e_sqlite3).Assembly, (name, _, _) => name == "e_sqlite3" ? library : IntPtr.Zero);
        }

        Batteries_V2.Init();
        return raw.sqlite3_libversion().utf8_to_string();
    }

    private static IntPtr? FindNewer()
    {
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad(SystemName, out var library))
        {
            return null;
        }

        // A library that was built without locks must not be used from more than one thread.
        return Ask(library, "sqlite3_libversion_number") > BundledVersion && Ask(library, "sqlite3_threadsafe") != 0 ? library : null;
    }
}

using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Haldane.Store.Archive;

/// <summary>Makes the names in a folder as durable as its files: <c>fsync</c> of the folder, which .NET has no call for.</summary>
internal static partial class FolderFlush
{
    private const int ReadOnly = 0, CloseOnExec = 0x80000;

    /// <summary>Returns when the folder's names are on the disk. Does nothing where there is no such call.</summary>
    /// <exception cref="IOException">The disk says no.</exception>
    public static void Run(string folder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        var handle = Open(folder, ReadOnly | CloseOnExec);
        if (handle < 0)
        {
            throw Failed(folder);
        }

        try
        {
            if (Sync(handle) != 0)
            {
                throw Failed(folder);
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    private static IOException Failed(string folder) => new($"the folder '{folder}' cannot be flushed: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int handle);

    [LibraryImport("libc", EntryPoint = "close")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int handle);
}

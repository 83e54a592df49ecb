using System.Runtime.InteropServices;

namespace Haldane.Connect.Processes;

/// <summary>Threads for work that nobody waits for.</summary>
public static partial class LowThread
{
    private const int OfThread = 0; // PRIO_PROCESS: Linux takes the calling thread for a process of number 0
    private const int Lowest = 19;

    /// <summary>From here on the calling thread runs only where nothing else wants to. Where that is refused, it goes on as it was.</summary>
    /// <remarks>.NET does nothing with the priority of a thread on Linux.</remarks>
    public static void Begin()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = SetPriority(OfThread, 0, Lowest);
        }
    }

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetPriority(int which, int who, int priority);
}

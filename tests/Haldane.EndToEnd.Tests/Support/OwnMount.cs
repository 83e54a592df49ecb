using System.Diagnostics;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>Runs a program with a mount that it alone sees: a small disk, or a folder that is read-only, also for root.</summary>
/// <remarks>
/// In a user namespace of its own, so root and everybody else may do it alike, and the mount is gone with the process. From here it is seen through the process's own root in <c>/proc</c>.
/// </remarks>
internal static class OwnMount
{
    /// <summary>Why tests that need it are skipped where it is not allowed.</summary>
    public const string Reason = "needs Linux that lets a process mount in a user namespace of its own (unshare --user --mount), as containers with a strict profile do not";

    private static readonly Lazy<bool> Allowed = new(Try);

    public static bool IsAllowed => Allowed.Value;

    /// <summary>Before a command: a disk of that size at the folder, empty.</summary>
    public static string[] Disk(string folder, string size) => Before($"mount -t tmpfs -o size={size},mode=700 haldane-test \"$0\"", folder);

    /// <summary>Before a command: the folder as it is, and nobody may write to it.</summary>
    public static string[] ReadOnly(string folder) => Before("mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\"", folder);

    /// <summary>A path as a process sees it.</summary>
    public static string Seen(RunningHaldane by, string path) => $"/proc/{by.Id}/root{path}";

    private static string[] Before(string mount, string folder) => ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", mount + " && exec \"$@\"", folder];

    private static bool Try()
    {
        if (!OperatingSystem.IsLinux())
        {
            return false;
        }

        var folder = Directory.CreateTempSubdirectory("haldane-mount-");
        try
        {
            string[] command = [.. Disk(folder.FullName, "64k"), "true"];
            using var process = Process.Start(new ProcessStartInfo(command[0], command.Skip(1)) { RedirectStandardError = true, UseShellExecute = false });
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no unshare here
        }
        finally
        {
            folder.Delete();
        }
    }
}

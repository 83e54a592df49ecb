using System.Runtime.CompilerServices;

namespace Haldane.EndToEnd.Tests.Support;

/// <summary>Where the repository stands on this machine.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(ThisFolder(), "..", "..", ".."));

    /// <summary>The built program, of the same configuration as the tests.</summary>
    public static string Program { get; } = Path.Combine(
        Root, "artifacts", "bin", "Haldane", Path.GetFileName(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)), "haldane.dll");

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}

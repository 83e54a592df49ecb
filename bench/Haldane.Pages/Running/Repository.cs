using System.Runtime.CompilerServices;

namespace Haldane.Pages.Running;

/// <summary>Where the repository and what was built of it stand on this machine.</summary>
internal static class Repository
{
    /// <summary>The browser, as Debian has it.</summary>
    public const string Chromium = "/usr/bin/chromium";

    public static string Root { get; } = Path.GetFullPath(Path.Combine(ThisFolder(), "..", "..", ".."));

    /// <summary>The program that is measured.</summary>
    public static string Haldane { get; } = Built("Haldane", "haldane.dll");

    /// <summary>The model server that costs little.</summary>
    public static string Load { get; } = Built("Haldane.Load", "Haldane.Load.dll");

    /// <summary>This program.</summary>
    public static string Pages { get; } = Built("Haldane.Pages", "Haldane.Pages.dll");

    /// <summary>How busy the machine is, over one, five and fifteen minutes.</summary>
    public static string LoadAverage => string.Join(' ', File.ReadAllText("/proc/loadavg").Split(' ')[..3]);

    /// <summary>What is needed is there.</summary>
    public static void Require()
    {
        foreach (var file in new[] { Haldane, Load, Chromium, "/usr/bin/taskset" }.Where(f => !File.Exists(f)))
        {
            throw new FileNotFoundException($"{file} is needed, and is not there");
        }
    }

    private static string Built(string project, string file) => Path.Combine(Root, "artifacts", "bin", project, "release", file);

    private static string ThisFolder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}

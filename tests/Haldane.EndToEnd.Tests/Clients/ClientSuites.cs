using System.Diagnostics;
using System.Text.RegularExpressions;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests.Clients;

/// <summary>The suites of <c>tests/clients</c> and the scenarios that they declare.</summary>
internal static partial class ClientSuites
{
    // What undici asks for.
    private const int OldestNode = 20;

    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "clients");

    /// <summary>Whether Node and the clients are there.</summary>
    public static bool AreInstalled { get; } = File.Exists(Path.Combine(Folder, "node_modules", ".package-lock.json")) && NodeVersion() >= OldestNode;

    public static IReadOnlyList<string> All { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Folder, "suites"), "*.mjs").Select(f => Path.GetFileNameWithoutExtension(f)).Order(StringComparer.Ordinal)];

    /// <summary>The names of a suite's scenarios, as its source has them.</summary>
    public static IReadOnlyList<string> ScenariosOf(string suite) =>
        [.. Declaration().Matches(File.ReadAllText(Path.Combine(Folder, "suites", $"{suite}.mjs"))).Select(m => m.Groups["name"].Value)];

    private static int NodeVersion()
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true, UseShellExecute = false })!;
            var version = node.StandardOutput.ReadToEnd();
            node.WaitForExit();
            return int.TryParse(version.TrimStart('v').Split('.')[0], out var major) ? major : 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return 0;
        }
    }

    [GeneratedRegex("""^(?:same|sameResult|cutShort|scenario|h2)\("(?<name>[^"]+)",""", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Declaration();
}

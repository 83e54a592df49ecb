using System.Text.RegularExpressions;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests.Architecture;

public sealed partial class EventNumberTests
{
    private static readonly (string Project, int Number)[] Events =
    [
        .. from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.cs", SearchOption.AllDirectories)
           from Match match in LoggerMessage().Matches(File.ReadAllText(file))
           select (Path.GetRelativePath(Path.Combine(Repository.Root, "src"), file).Split(Path.DirectorySeparatorChar)[0], int.Parse(match.Groups["number"].Value)),
    ];

    [Fact]
    public void Event_numbers_are_unique() => Assert.Equal(Events.Length, Events.Select(e => e.Number).Distinct().Count());

    [Fact]
    public void Event_numbers_lie_in_the_block_of_their_project()
    {
        var blocks = new Dictionary<string, int>(StringComparer.Ordinal) { ["Haldane.Gateway"] = 1, ["Haldane.Control"] = 2, ["Haldane.Store"] = 3, ["Haldane.Console"] = 4, ["Haldane"] = 6 };

        Assert.All(Events, e => Assert.Equal(blocks[e.Project], e.Number / 1_000));
    }

    [Fact]
    public void Every_event_is_explained()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "events.md"));

        Assert.All(Events, e => Assert.Contains($"| {e.Number} |", page, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\[LoggerMessage\((?<number>\d+),", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex LoggerMessage();
}

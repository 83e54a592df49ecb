using System.Xml.Linq;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests.Architecture;

/// <summary>Holds the table of docs/architecture.md: what each project may reference.</summary>
public sealed class ProjectBoundaryTests
{
    private const string AspNetCore = "Microsoft.AspNetCore.App";

    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Haldane.Core"] = ["YamlDotNet"],
        ["Haldane.Judge"] = ["Haldane.Core", "MathNet.Numerics"],
        ["Haldane.Simulation"] = ["Haldane.Core", "Haldane.Judge"],
        ["Haldane.Gateway"] = ["Haldane.Core", AspNetCore, "Yarp.ReverseProxy"],
        ["Haldane.Control"] = ["Haldane.Core", "Haldane.Judge", "Microsoft.Extensions.Logging.Abstractions"],
        ["Haldane.Store"] = ["Haldane.Core", "Dapper", "Microsoft.Data.Sqlite.Core", "SQLitePCLRaw.bundle_e_sqlite3"],
        ["Haldane.Connect"] = ["Haldane.Core"],
        ["Haldane.Console"] = ["Haldane.Core", AspNetCore, "DiffPlex"],
        ["Haldane"] =
        [
            "Haldane.Core", "Haldane.Judge", "Haldane.Simulation", "Haldane.Gateway", "Haldane.Control", "Haldane.Store", "Haldane.Connect", "Haldane.Console", AspNetCore,
            "Spectre.Console", "System.CommandLine", "Haldane.Samples.ModelServer", "Haldane.Samples.Caller",
        ],
    };

    public static TheoryData<string> Projects => [.. Directory.GetDirectories(Path.Combine(Repository.Root, "src")).Select(d => Path.GetFileName(d)!)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_table_allows(string project)
    {
        var file = XDocument.Load(Path.Combine(Repository.Root, "src", project, $"{project}.csproj"));
        var references = file.Descendants()
            .Where(e => e.Name.LocalName is "ProjectReference" or "PackageReference" or "FrameworkReference")
            .Select(e => e.Name.LocalName == "ProjectReference" ? Path.GetFileNameWithoutExtension((string)e.Attribute("Include")!) : (string)e.Attribute("Include")!);

        Assert.True(Allowed.TryGetValue(project, out var allowed), $"{project} is not in the table; a new project needs a decision record");
        Assert.Empty(references.Except(allowed));
    }

    [Fact]
    public void Every_source_project_but_the_program_has_tests()
    {
        var missing = Projects.Select(p => p.Data).Where(p => p != "Haldane" && !Directory.Exists(Path.Combine(Repository.Root, "tests", $"{p}.Tests")));

        Assert.Empty(missing);
    }

    [Fact]
    public void The_page_on_architecture_names_every_project()
    {
        var page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "architecture.md"));

        Assert.All(Projects, p => Assert.Contains($"`{p.Data}`", page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Haldane.Judge")]
    [InlineData("Haldane.Core")]
    [InlineData("Haldane.Simulation")]
    public void A_pure_project_has_its_list_of_what_it_must_not_touch(string project)
    {
        var folder = Path.Combine(Repository.Root, "src", project);
        var list = $"BannedSymbols.{project.Split('.')[1]}.txt";

        // The build refuses what is on the list; here it is only seen to that nobody drops the list.
        Assert.Contains(list, File.ReadAllText(Path.Combine(folder, $"{project}.csproj")), StringComparison.Ordinal);
        Assert.Contains("T:System.Net.Sockets.Socket", File.ReadAllText(Path.Combine(folder, list)), StringComparison.Ordinal);
    }
}

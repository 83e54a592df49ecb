using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests.Monitoring;

/// <summary>A query of the dashboard.</summary>
/// <param name="Panel">The title of what asks it.</param>
/// <param name="Text">The query, with variables.</param>
internal sealed record DashboardQuery(string Panel, string Text);

/// <summary>The dashboard for Grafana, as it stands in the repository.</summary>
internal sealed partial class DashboardFile
{
    private DashboardFile(JsonObject json)
    {
        Json = json;
        Panels = [.. json["panels"]!.AsArray().Select(p => p!).Where(p => (string)p["type"]! != "row")];
        Queries =
        [
            .. Panels.SelectMany(p => p["targets"]!.AsArray().Select(t => new DashboardQuery((string)p["title"]!, (string)t!["expr"]!))),
            .. json["annotations"]!["list"]!.AsArray().Select(a => new DashboardQuery((string)a!["name"]!, (string)a["expr"]!)),
        ];
        Variables = [.. json["templating"]!["list"]!.AsArray().Where(v => (string)v!["type"]! == "query").Select(v => ((string)v!["name"]!, (string)v["query"]!["query"]!))];
    }

    /// <summary>Where it is.</summary>
    public static string Place { get; } = Path.Combine(Repository.Root, "deploy", "grafana", "haldane.json");

    public JsonObject Json { get; }

    /// <summary>All panels but the headings of rows.</summary>
    public IReadOnlyList<JsonNode> Panels { get; }

    public IReadOnlyList<DashboardQuery> Queries { get; }

    /// <summary>Name and query of what the viewer chooses from, in the order in which they depend on each other.</summary>
    public IReadOnlyList<(string Name, string Query)> Variables { get; }

    public static async Task<DashboardFile> ReadAsync() => new(JsonNode.Parse(await File.ReadAllTextAsync(Place))!.AsObject());

    /// <summary>Puts values into a query as Grafana does; a variable that is not there ends the test.</summary>
    public static string Fill(string query, IReadOnlyDictionary<string, string> values) => Variable().Replace(query, m => values[m.Groups["name"].Value]);

    /// <summary>Takes a variable's query apart.</summary>
    public static (string Selector, string Label) LabelValues(string query) => LabelQuery().Match(query) is { Success: true } match
        ? (match.Groups["selector"].Value, match.Groups["label"].Value)
        : throw new FormatException($"{query} is no label_values(selector, label)");

    [GeneratedRegex(@"\$(?<name>\w+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Variable();

    [GeneratedRegex(@"^label_values\((?<selector>.+), (?<label>\w+)\)$", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex LabelQuery();
}

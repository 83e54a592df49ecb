using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests.Monitoring;

/// <summary>What stands in <c>deploy</c>, with a real Prometheus that scrapes a real Haldane.</summary>
public sealed partial class MonitoringTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private static readonly Dictionary<string, string> MayBeEmpty = new(StringComparer.Ordinal)
    {
        ["haldane_process_phase"] = "no version here has a process of its own: a canary that dies together with its server is what is asked for",
    };

    private readonly Workspace _workspace = new();

    public static bool HasPrometheus => RunningPrometheus.IsThere;

    public void Dispose() => _workspace.Dispose();

    [Fact(Skip = RunningPrometheus.Reason, SkipUnless = nameof(HasPrometheus))]
    public async Task A_rollout_is_on_every_panel_and_a_canary_that_dies_raises_the_alarm()
    {
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync();
        var token = (await Terminal.RunAsync("tokens", "make", "prometheus", "--role", "viewer", "--store", _workspace.Store)).Out.Trim();
        await using var haldane = await RunningHaldane.StartAsync(Specification(v1, v2), _workspace.Store, more: ["--require-token"]);
        await using var prometheus = await RunningPrometheus.StartAsync(_workspace.Path("."), Configure(haldane.Admin.Authority, token));
        await using var callers = new SteadyCallers(haldane.Data);
        var dashboard = await DashboardFile.ReadAsync();
        using var patience = new CancellationTokenSource(Patience);
        await UntilAnyAsync(prometheus, "haldane_latency_seconds{arm=\"canary\", quantile=\"0.95\"}", patience.Token);

        var values = await ChooseAllAsync(prometheus, dashboard);
        DashboardQuery[] queries = [.. dashboard.Queries.Select(q => q with { Text = DashboardFile.Fill(q.Text, values) }), .. (await AlertsAsync(prometheus)).Select(q => new DashboardQuery("alerts", q))];
        foreach (var (panel, text) in queries)
        {
            if (panel == "alerts" || PromQl.Metrics(text).Any(MayBeEmpty.ContainsKey))
            {
                await SeriesAsync(prometheus, text); // nothing may be there, but it must be a query
            }
            else
            {
                await UntilAnyAsync(prometheus, text, patience.Token, panel);
            }
        }

        foreach (var (panel, selector) in queries.SelectMany(q => PromQl.Selectors(q.Text).Select(s => (q.Panel, Text: s))).Where(s => !PromQl.Metrics(s.Text).Any(MayBeEmpty.ContainsKey)))
        {
            await UntilAnyAsync(prometheus, selector, patience.Token, panel);
        }

        Assert.Empty(queries.SelectMany(q => PromQl.Metrics(q.Text)).Distinct().Except(await WrittenAsync(haldane, token)).Except(["up"]));

        await v2.DisposeAsync();
        await UntilAnyAsync(prometheus, "ALERTS{alertname=\"HaldaneCanaryEjected\", alertstate=\"firing\", model=\"fraud\"}", patience.Token);
        await UntilAnyAsync(prometheus, "ALERTS{alertname=\"HaldaneCanaryTakenBack\", alertstate=\"firing\", rollout=\"fraud-v2\"}", patience.Token);
    }

    [Fact(Skip = RunningPrometheus.Reason, SkipUnless = nameof(HasPrometheus))]
    public async Task The_example_and_its_alerts_are_what_promtool_takes_and_each_alert_is_tried_there()
    {
        Configure("127.0.0.1:8081", "hdn_x");
        var tests = Path.Combine(Repository.Root, "tests", "Haldane.EndToEnd.Tests", "Monitoring");

        var config = await RunningPrometheus.ToolAsync(_workspace.Path("."), "check", "config", "prometheus.yml");
        var rules = await RunningPrometheus.ToolAsync(_workspace.Path("."), "check", "rules", "haldane-alerts.yml");
        var tried = await RunningPrometheus.ToolAsync(tests, "test", "rules", "haldane-alerts.test.yml");

        Assert.All([config, rules, tried], said => Assert.True(said.Code == 0, $"{said.Out}{said.Error}"));
        var alerts = AlertNames().Matches(await AlertFileAsync()).Select(m => m.Groups["name"].Value);
        var named = TriedNames().Matches(await File.ReadAllTextAsync(Path.Combine(tests, "haldane-alerts.test.yml"))).Select(m => m.Groups["name"].Value);
        Assert.Equal(alerts.Order(), named.Distinct().Order());
    }

    [Fact]
    public async Task Every_panel_says_what_it_is_in_which_unit_and_what_to_do()
    {
        var dashboard = await DashboardFile.ReadAsync();

        Assert.All(dashboard.Panels, panel =>
        {
            Assert.True(((string?)panel["title"])?.Length > 0 && ((string?)panel["description"])?.Length > 40, $"{panel["title"]} has no description");
            Assert.True(panel["fieldConfig"]!["defaults"]!["unit"] is not null, $"{panel["title"]} has no unit");
            Assert.StartsWith("${haldane}/", (string)panel["links"]![0]!["url"]!, StringComparison.Ordinal);
        });
        Assert.Equal(["${datasource}", "haldane"], Uids().Matches(await File.ReadAllTextAsync(DashboardFile.Place)).Select(m => m.Groups["uid"].Value).Distinct().Order());
        var all = dashboard.Json["panels"]!.AsArray();
        Assert.Equal(all.Count, all.Select(p => (int)p!["id"]!).Distinct().Count());
        var cells = all.Select(p => p!["gridPos"]!).SelectMany(g => Enumerable.Range((int)g["y"]!, (int)g["h"]!).SelectMany(y => Enumerable.Range((int)g["x"]!, (int)g["w"]!).Select(x => (x, y)))).ToList();
        Assert.Equal(cells.Count, cells.Distinct().Count());
        Assert.All(cells, cell => Assert.InRange(cell.x, 0, 23));
    }

    [Fact]
    public async Task Every_command_that_dashboard_and_alerts_advise_is_one()
    {
        var advice = await File.ReadAllTextAsync(DashboardFile.Place) + await AlertFileAsync();
        var commands = Commands().Matches(advice).Select(m => m.Groups["command"].Value).Distinct().ToList();

        Assert.True(commands.Count > 5, string.Join(", ", commands));
        foreach (var command in commands)
        {
            var said = await Terminal.RunAsync([.. command.Split(' '), "--help"]);
            Assert.True(said.Code == 0 && said.Out.Contains($"haldane {command} ", StringComparison.Ordinal), $"haldane {command}: {said.Error}");
        }
    }

    [Fact]
    public async Task Every_metric_and_every_alert_stands_in_the_documentation()
    {
        await using var haldane = await RunningHaldane.StartAsync(_workspace.WriteRollout("http://127.0.0.1:1", "http://127.0.0.1:2", "{ share: 10%, bake: 1h }", "manual"), _workspace.Store);

        var documentation = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "operations.md"));

        Assert.All(await WrittenAsync(haldane, ""), metric => Assert.Contains($"`{metric}`", documentation, StringComparison.Ordinal));
        Assert.All(AlertNames().Matches(await AlertFileAsync()), alert => Assert.Contains($"`{alert.Groups["name"].Value}`", documentation, StringComparison.Ordinal));
    }

    // A shadow stage, an evaluator and a webhook that nobody answers for, and a canary that is soon given up: there is something of everything to see.
    private string Specification(FixedModel v1, FixedModel v2)
    {
        var text = File.ReadAllText(_workspace.WriteRollout(v1.Address, v2.Address, "{ kind: shadow, bake: 1s, rate: 1000/s }, { share: 50%, bake: 1h }"))
            .Replace("  signals:\n", "  signals:\n    values: [{ name: plausible, max: 1 }]\n    evaluators: [{ name: grader, url: \"http://127.0.0.1:1/score\", values: [plausible], rate: 100/s }]\n", StringComparison.Ordinal)
            .Replace("  canary: v2\n", "  canary: v2\n  unreachable: 3s\n", StringComparison.Ordinal);
        return _workspace.Write("rollout.yaml", text + "\n---\napiVersion: haldane.dev/v1\nkind: Webhook\nmetadata: { name: ops }\nspec: { url: \"http://127.0.0.1:1/hook\" }\n");
    }

    // The example of the repository with another target, and faster.
    private string Configure(string target, string token)
    {
        var folder = Path.Combine(Repository.Root, "deploy", "prometheus");
        _workspace.Write("haldane-token", token + "\n");
        _workspace.Write("haldane-alerts.yml", File.ReadAllText(Path.Combine(folder, "haldane-alerts.yml")));
        _workspace.Write("prometheus.yml", File.ReadAllText(Path.Combine(folder, "prometheus.yml"))
            .Replace("127.0.0.1:8081", target, StringComparison.Ordinal).Replace("_interval: 15s", "_interval: 1s", StringComparison.Ordinal));
        return "prometheus.yml";
    }

    // Every variable with all that there is to choose, as the dashboard opens.
    private static async Task<Dictionary<string, string>> ChooseAllAsync(RunningPrometheus prometheus, DashboardFile dashboard)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal) { ["__rate_interval"] = "1m" };
        foreach (var (name, query) in dashboard.Variables)
        {
            var (selector, label) = DashboardFile.LabelValues(query);
            var found = (await prometheus.AskAsync($"label/{label}/values", ("match[]", DashboardFile.Fill(selector, values)))).AsArray().Select(v => (string)v!).ToList();
            Assert.True(found.Count > 0, $"nothing to choose for {name}");
            values[name] = $"({string.Join('|', found.Select(Regex.Escape))})".Replace(@"\", @"\\", StringComparison.Ordinal);
        }

        return values;
    }

    private static async Task UntilAnyAsync(RunningPrometheus prometheus, string query, CancellationToken patience, string of = "")
    {
        while ((await SeriesAsync(prometheus, query)).Count == 0)
        {
            Assert.False(patience.IsCancellationRequested, $"{of} shows nothing: {query}");
            await Task.Delay(100, CancellationToken.None);
        }
    }

    private static async Task<JsonArray> SeriesAsync(RunningPrometheus prometheus, string query)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        return (await prometheus.AskAsync("query_range", ("query", query), ("start", $"{now - 30}"), ("end", $"{now}"), ("step", "1")))["result"]!.AsArray();
    }

    private static async Task<IEnumerable<string>> AlertsAsync(RunningPrometheus prometheus) =>
        (await prometheus.AskAsync("rules"))["groups"]!.AsArray().SelectMany(g => g!["rules"]!.AsArray()).Select(r => (string)r!["query"]!);

    private static async Task<IReadOnlyList<string>> WrittenAsync(RunningHaldane haldane, string token)
    {
        using var http = new HttpClient { BaseAddress = haldane.Admin, DefaultRequestHeaders = { Authorization = token.Length > 0 ? new("Bearer", token) : null } };
        return [.. (await http.GetStringAsync("/metrics")).Split('\n').Where(l => l.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(l => l.Split(' ')[2])];
    }

    private static Task<string> AlertFileAsync() => File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "prometheus", "haldane-alerts.yml"));

    [GeneratedRegex(@"- alert: (?<name>\w+)", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex AlertNames();

    [GeneratedRegex("""alertname="(?<name>\w+)""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex TriedNames();

    [GeneratedRegex("""
        "uid": "(?<uid>[^"]*)"
        """, RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Uids();

    [GeneratedRegex(@"`haldane (?<command>get|[a-z]+( [a-z]+)?)\b", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex Commands();
}

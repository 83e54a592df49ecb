using System.Diagnostics;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;
using Haldane.EndToEnd.Tests.Support;
using Haldane.Store.Sqlite;

namespace Haldane.EndToEnd.Tests;

/// <summary>Evidence packs and the inventory by the commands, of real stores and of a real server.</summary>
public sealed class ReportTests
{
    private const string Browser = "/usr/bin/chromium";

    public static bool HasChromium => File.Exists(Browser);

    [Theory]
    [InlineData(null, Phase.Promoted)]
    [InlineData("slow", Phase.RolledBack)]
    public async Task A_pack_of_a_file_is_a_page_and_JSON_that_say_how_it_ended(string? guard, Phase end)
    {
        using var workspace = new Workspace();
        var page = await PlayAsync(workspace, guard, end);

        var json = await Terminal.RunAsync("report", "fraud-v2", "--store", workspace.Store, "--json");
        var pack = JsonSerializer.Deserialize(json.Out, ReportJson.Default.EvidencePack)!;

        Assert.Equal((0, ""), (json.Code, json.Error));
        Assert.Equal((end, guard, 1), (pack.Summary.Outcome, pack.Summary.Guard, pack.Summary.Run));
        Assert.Equal((0, true), (pack.Proof.ChainProblems, pack.Proof.Replay.IsEqual));
        Assert.True(pack.Proof.Replay.Verdicts >= 3);
        Assert.True(guard is not null == pack.BlastRadius.Harm.Any(h => h.IsClear), string.Join("; ", pack.BlastRadius.Harm));
        using var reader = XmlReader.Create(new StringReader(page), new() { DtdProcessing = DtdProcessing.Ignore, XmlResolver = null });
        var read = XDocument.Load(reader);
        Assert.Contains(read.Descendants("p"), p => (string?)p.Attribute("class") is { } name && name.StartsWith("outcome", StringComparison.Ordinal) && p.Value == PackWords.Of(end));
        Assert.True(read.Descendants("svg").Count(s => (string?)s.Attribute("class") == "chart") >= 5);
    }

    [Fact]
    public async Task A_store_that_was_tampered_with_is_told_and_the_shell_too()
    {
        using var workspace = new Workspace();
        await PlayAsync(workspace, "slow", Phase.RolledBack);
        await using (var file = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={workspace.Store};Pooling=False"))
        {
            await file.OpenAsync();
            await using var command = file.CreateCommand();
            command.CommandText = "UPDATE evidence SET body = json_set(body, '$.canary.cells[0].exchanges', 1) WHERE run = 1 AND number = 1";
            Assert.Equal(1, await command.ExecuteNonQueryAsync());
        }

        var said = await Terminal.RunAsync("report", "fraud-v2", "--store", workspace.Store, "--html", workspace.Store + ".html");

        Assert.Equal((1, ""), (said.Code, said.Error));
        Assert.Contains("DIFFERENT", said.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_reported_is_one_line_and_code_2()
    {
        using var workspace = new Workspace();
        await PlayAsync(workspace, null, Phase.Promoted);

        Said[] all =
        [
            await Terminal.RunAsync("report", "nobody", "--store", workspace.Store),
            await Terminal.RunAsync("report", "fraud-v2", "--store", workspace.Store + ".not"),
            await Terminal.RunAsync("report", "fraud-v2", "--run", "9", "--store", workspace.Store),
            await Terminal.RunAsync("report", "fraud-v2", "--store", workspace.Store, "--html", Path.Combine(workspace.Store, "no", "where")),
        ];

        Assert.All(all, said => Assert.Equal((2, "", 1), (said.Code, said.Out, said.Error.Trim().Split('\n').Length)));
    }

    [Fact]
    public async Task A_server_gives_the_same_pack_as_its_file_and_the_inventory()
    {
        using var workspace = new Workspace();
        await using var model = await FixedModel.StartAsync();
        await using var haldane = await RunningHaldane.StartAsync(workspace.Write("plan.yaml", Plan(model.Address)), workspace.Store);
        string[] admin = ["--admin", haldane.Admin.ToString()];
        Assert.Equal(0, (await Terminal.RunAsync(["rollout", "rollback", "fraud-v2", "--why", "enough", .. admin])).Code);

        var served = await Terminal.RunAsync(["report", "fraud-v2", "--json", .. admin]);
        var stored = await Terminal.RunAsync("report", "fraud-v2", "--json", "--store", workspace.Store);
        var table = await Terminal.RunAsync(["inventory", .. admin]);
        var csv = await Terminal.RunAsync(["inventory", "--csv", .. admin]);

        Assert.Equal((0, 0, 0, 0), (served.Code, stored.Code, table.Code, csv.Code));
        Assert.Equal(Pack(stored) with { MadeAt = default }, Pack(served) with { MadeAt = default }, new SameJson());
        Assert.Contains("payments-risk", table.Out, StringComparison.Ordinal);
        var lines = csv.Out.Trim().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.StartsWith("fraud,payments-risk,\"'=HYPERLINK(\"\"x\"\"), or so\",Limited,", lines[1], StringComparison.Ordinal);
    }

    [Fact(Skip = "chromium is not installed", SkipUnless = nameof(HasChromium))]
    public async Task A_browser_prints_the_page()
    {
        using var workspace = new Workspace();
        await PlayAsync(workspace, "slow", Phase.RolledBack);
        var file = workspace.Store + ".pdf";

        using var browser = Process.Start(new ProcessStartInfo(
            Browser,
            ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run", "--no-pdf-header-footer", $"--user-data-dir={workspace.Store}.profile", $"--print-to-pdf={file}", $"file://{workspace.Store}.html"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var errors = browser.StandardError.ReadToEndAsync();
        await browser.StandardOutput.ReadToEndAsync();
        await browser.WaitForExitAsync();

        Assert.True(browser.ExitCode == 0, await errors);
        Assert.StartsWith("%PDF", (await File.ReadAllTextAsync(file))[..8], StringComparison.Ordinal);
    }

    /// <summary>A rollout that ends as it should, in a store that is then closed; gives the page that the command writes of it.</summary>
    private static async Task<string> PlayAsync(Workspace workspace, string? guard, Phase end)
    {
        await using (var store = await SqliteStore.OpenAsync(workspace.Store, CancellationToken.None))
        {
            await using var rollout = new SimulatedRollout(store, SimulatedRollout.Canary(guard, guard is null ? 0 : 1.5));
            await rollout.StartAsync();
            Assert.Equal(end, await rollout.RunAsync(200));
        }

        var said = await Terminal.RunAsync("report", "fraud-v2", "--store", workspace.Store, "--html", workspace.Store + ".html");
        Assert.True(said.Code == 0, said.Error + said.Out);
        Assert.Contains(PackWords.Of(end), said.Out, StringComparison.Ordinal);
        return await File.ReadAllTextAsync(workspace.Store + ".html");
    }

    private static EvidencePack Pack(Said said) => JsonSerializer.Deserialize(said.Out, ReportJson.Default.EvidencePack)!;

    private static string Plan(string address) => $$"""
        apiVersion: haldane.dev/v1
        kind: Model
        metadata: { name: fraud }
        spec:
          about: { owner: payments-risk, purpose: '=HYPERLINK("x"), or so', risk: limited, data: "card payments" }
          route: { path: "/fraud/**" }
          versions: [{ name: v1, endpoints: ["{{address}}"] }, { name: v2, endpoints: ["{{address}}"] }]
        ---
        apiVersion: haldane.dev/v1
        kind: Rollout
        metadata: { name: fraud-v2 }
        spec:
          model: fraud
          baseline: v1
          canary: v2
          stages: [{ share: 10%, bake: 1h }]
          guards: [{ name: errors, signal: error-rate, atMost: { ratio: 2.0 } }]
        """;

    private sealed class SameJson : IEqualityComparer<EvidencePack>
    {
        public bool Equals(EvidencePack? x, EvidencePack? y) => JsonSerializer.Serialize(x!, ReportJson.Default.EvidencePack) == JsonSerializer.Serialize(y!, ReportJson.Default.EvidencePack);

        public int GetHashCode(EvidencePack obj) => 0;
    }
}

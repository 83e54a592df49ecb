using System.Diagnostics;
using Haldane.Core.Ledger;
using Haldane.EndToEnd.Tests.Support;
using Haldane.Store.Signing;

namespace Haldane.EndToEnd.Tests;

/// <summary>The ledger as somebody takes it away and checks it without us.</summary>
public sealed class LedgerExportTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "ledger.md"));

    public static bool HasPython => Finds("python3");

    [Fact]
    public async Task An_export_of_the_server_and_one_of_its_file_are_the_same_and_verify_alone()
    {
        using var workspace = new Workspace();
        var (served, stored) = (workspace.Write("served.jsonl", "old"), workspace.Write("stored.jsonl", "old"));
        await using (var haldane = await StartedAsync(workspace, runs: 3))
        {
            string[] admin = ["--admin", haldane.Admin.ToString()];
            var said = await Terminal.RunAsync(["ledger", "export", "--out", served, .. admin]);
            Assert.Equal((0, ""), (said.Code, said.Out));
            Assert.Equal(0, (await Terminal.RunAsync("ledger", "export", "--store", workspace.Store, "--out", stored)).Code);
            await haldane.StopAsync();
        }

        var printed = await Terminal.RunAsync("ledger", "export", "--store", workspace.Store);
        var key = workspace.Write("key.pem", (await Terminal.RunAsync("ledger", "key", "--store", workspace.Store)).Out);
        var last = workspace.Write("last.jsonl", printed.Out);
        var whole = await Terminal.RunAsync("ledger", "verify", "--export", last, "--key", key);
        var strange = await Terminal.RunAsync("ledger", "verify", "--export", last, "--key", workspace.Write("other.pem", LedgerKey.Of(new byte[32]).Pem));

        Assert.Equal(await File.ReadAllTextAsync(served), await File.ReadAllTextAsync(stored));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(served)!, "*.part"));
        Assert.Equal((0, ""), (whole.Code, whole.Error));
        Assert.StartsWith("the exported ledger is whole: ", whole.Out, StringComparison.Ordinal);
        Assert.Contains("2 signed heads fit", whole.Out, StringComparison.Ordinal); // the first record's and the last one's
        Assert.Equal(1, strange.Code);
        Assert.StartsWith("key: ", strange.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_an_export_is_found_and_one_rollout_can_be_exported_alone()
    {
        using var workspace = new Workspace();
        await using (var haldane = await StartedAsync(workspace, runs: 1))
        {
            await haldane.StopAsync();
        }

        var printed = await Terminal.RunAsync("ledger", "export", "--store", workspace.Store, "--rollout", "fraud-v2");
        var of = await Terminal.RunAsync("ledger", "verify", "--export", workspace.Write("of.jsonl", printed.Out));
        var altered = await Terminal.RunAsync("ledger", "verify", "--export", workspace.Write("altered.jsonl", printed.Out.Replace("try 1", "try 2", StringComparison.Ordinal)));
        var nobody = await Terminal.RunAsync("ledger", "export", "--store", workspace.Store, "--rollout", "nobody", "--out", workspace.Store + ".jsonl");
        var nowhere = await Terminal.RunAsync("ledger", "export", "--store", workspace.Store, "--out", Path.Combine(workspace.Store, "no", "where"));
        var both = await Terminal.RunAsync("ledger", "verify", "--store", workspace.Store, "--export", workspace.Store);

        Assert.Equal((0, 1, 1, 2), (of.Code, altered.Code, nobody.Code, nowhere.Code));
        Assert.StartsWith("what the export holds of fraud-v2 alone is whole: ", of.Out, StringComparison.Ordinal);
        Assert.Matches("^record \\d+: was altered: body, previous and hash do not belong together\n", altered.Error);
        Assert.False(File.Exists(workspace.Store + ".jsonl"));
        Assert.NotEqual(0, both.Code);
        Assert.Contains("--store and --export: wanted is one of them", both.Error, StringComparison.Ordinal);
    }

    [Fact(Skip = "there is no python3 here", SkipUnless = nameof(HasPython))]
    public async Task The_script_in_the_docs_recomputes_the_chain()
    {
        using var workspace = new Workspace();
        await using (var haldane = await StartedAsync(workspace, runs: 2, why: "é π 🐤 \\\" <b>"))
        {
            await haldane.StopAsync();
        }

        var script = workspace.Write("check.py", Between(Page, "```python\n", "```"));
        var export = (await Terminal.RunAsync("ledger", "export", "--store", workspace.Store)).Out;
        var whole = await PythonAsync(script, workspace.Write("whole.jsonl", export));
        var altered = await PythonAsync(script, workspace.Write("altered.jsonl", export.Replace("try 2", "try 3", StringComparison.Ordinal)));
        var cut = await PythonAsync(script, workspace.Write("cut.jsonl", string.Join('\n', export.Split('\n').Where(l => !l.Contains("\"number\":2,", StringComparison.Ordinal)))));

        var records = export.Split('\n').Count(l => l.StartsWith("{\"kind\":\"record\"", StringComparison.Ordinal));
        Assert.True(records >= 4);
        Assert.InRange(File.ReadAllLines(script).Count(l => l.Length > 0), 1, 15);
        Assert.StartsWith($"{records} records, the last hash is ", whole.Out, StringComparison.Ordinal);
        Assert.Equal((0, 1, 1), (whole.Code, altered.Code, cut.Code));
        Assert.Contains("was altered: its record says", altered.Error, StringComparison.Ordinal);
        Assert.Contains("record 2 is missing", cut.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_says_what_is_signed()
    {
        using var workspace = new Workspace();
        await using (var haldane = await StartedAsync(workspace, runs: 1))
        {
            await haldane.StopAsync();
        }

        var lines = (await Terminal.RunAsync("ledger", "export", "--store", workspace.Store)).Out.Split('\n').Where(l => l.Length > 0).Select(l => System.Text.Json.Nodes.JsonNode.Parse(l)!).ToList();
        var head = lines.Last(l => (string)l["kind"]! == "head");
        var key = LedgerKey.OfPem((string)lines.Single(l => (string)l["kind"]! == "key")["pem"]!)!;
        var message = Between(Page, "printf '", "'").Split("%s");

        Assert.Equal(4, message.Length);
        Assert.True(LedgerSignatures.Check(
            key, System.Text.Encoding.UTF8.GetBytes($"{message[0]}{head["number"]}{message[1]}{head["hash"]}{message[2]}{head["at"]}{message[3]}"), Convert.FromHexString((string)head["signature"]!)));
    }

    private static async Task<RunningHaldane> StartedAsync(Workspace workspace, int runs, string why = "because")
    {
        var file = workspace.WriteRollout("http://127.0.0.1:9", "http://127.0.0.1:10", "{ share: 5%, bake: 1h }", "manual");
        var haldane = await RunningHaldane.StartAsync(file, workspace.Store);
        string[] admin = ["--admin", haldane.Admin.ToString()];
        for (var i = 1; i <= runs; i++)
        {
            Assert.Equal(0, (await Terminal.RunAsync(["rollout", "start", "fraud-v2", .. admin])).Code);
            Assert.Equal(0, (await Terminal.RunAsync(["rollout", "rollback", "fraud-v2", "--why", $"{why}, try {i}", .. admin])).Code);
        }

        return haldane;
    }

    private static string Between(string text, string from, string to)
    {
        var start = text.IndexOf(from, StringComparison.Ordinal) + from.Length;
        return text[start..text.IndexOf(to, start, StringComparison.Ordinal)];
    }

    private static async Task<Said> PythonAsync(params string[] arguments)
    {
        using var python = Process.Start(new ProcessStartInfo("python3", arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var (output, error) = (python.StandardOutput.ReadToEndAsync(), python.StandardError.ReadToEndAsync());
        await python.WaitForExitAsync();
        return new(python.ExitCode, await output, await error);
    }

    private static bool Finds(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, program)));
}

using System.Text.Json.Nodes;
using Haldane.Core.Ledger;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests;

/// <summary>The ledger against somebody who edits its file.</summary>
public sealed class LedgerTests
{
    [Fact]
    public async Task One_flipped_byte_in_the_ledger_is_found_and_its_record_named()
    {
        using var workspace = new Workspace();
        await using var v1 = await FixedModel.StartAsync();
        await using var v2 = await FixedModel.StartAsync();
        var file = workspace.WriteRollout(v1.Address, v2.Address, "{ share: 5%, bake: 1h }", "manual");
        await using (var haldane = await RunningHaldane.StartAsync(file, workspace.Store))
        {
            string[] admin = ["--admin", haldane.Admin.ToString()];
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(0, (await Terminal.RunAsync(["rollout", "start", "fraud-v2", .. admin])).Code);
                Assert.Equal(0, (await Terminal.RunAsync(["rollout", "rollback", "fraud-v2", "--why", $"try {i}", .. admin])).Code);
            }

            await haldane.StopAsync();
        }

        var whole = await Terminal.RunAsync("ledger", "verify", "--store", workspace.Store);
        var shown = await Terminal.RunAsync("ledger", "show", "--json", "--store", workspace.Store);
        var number = shown.Out.Split('\n').Where(l => l.Length > 0).Select(l => JsonNode.Parse(l)!)
            .Where(r => (string)r["entry"]!["kind"]! == "rolled-back" && (int)r["entry"]!["run"]! == 2).Select(r => (int)r["number"]!).Single();
        var bytes = await File.ReadAllBytesAsync(workspace.Store);

        var place = bytes.AsSpan().IndexOf("\"kind\":\"rolled-back\",\"rollout\":\"fraud-v2\",\"run\":2"u8);
        Assert.True(place > 0);
        bytes[place + 10] ^= 1;
        await File.WriteAllBytesAsync(workspace.Store, bytes);
        var broken = await Terminal.RunAsync("ledger", "verify", "--store", workspace.Store);

        Assert.Equal(0, whole.Code);
        Assert.Equal(1, broken.Code);
        Assert.StartsWith($"record {number}: ", broken.Error, StringComparison.Ordinal);
        Assert.Contains("BROKEN", broken.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_key_that_an_auditor_kept_tells_whose_ledger_it_is()
    {
        using var workspace = new Workspace();
        await using var v1 = await FixedModel.StartAsync();
        var file = workspace.WriteRollout(v1.Address, v1.Address, "{ share: 5%, bake: 1h }", "manual");
        Said served, asked;
        string kept;
        await using (var haldane = await RunningHaldane.StartAsync(file, workspace.Store))
        {
            string[] admin = ["--admin", haldane.Admin.ToString()];
            Assert.Equal(0, (await Terminal.RunAsync(["rollout", "start", "fraud-v2", .. admin])).Code);
            Assert.Equal(0, (await Terminal.RunAsync(["rollout", "rollback", "fraud-v2", "--why", "enough", .. admin])).Code);
            served = await Terminal.RunAsync(["ledger", "key", .. admin]);
            kept = workspace.Write("kept.pem", served.Out);
            asked = await Terminal.RunAsync(["ledger", "verify", "--key", kept, .. admin]);
            await haldane.StopAsync();
        }

        var stored = await Terminal.RunAsync("ledger", "key", "--store", workspace.Store);
        var whole = await Terminal.RunAsync("ledger", "verify", "--key", kept, "--store", workspace.Store);
        var other = workspace.Write("other.pem", LedgerKey.Of(new byte[32]).Pem);
        var strange = await Terminal.RunAsync("ledger", "verify", "--key", other, "--store", workspace.Store);
        var none = await Terminal.RunAsync("ledger", "verify", "--key", file, "--store", workspace.Store);

        var fingerprint = LedgerKey.OfPem(served.Out)!.Fingerprint;
        Assert.Equal((served.Out, served.Error), (stored.Out, stored.Error));
        Assert.Equal($"fingerprint {fingerprint}", served.Error.Trim());
        Assert.Equal((0, 0, 1, 2), (asked.Code, whole.Code, strange.Code, none.Code));
        Assert.Contains($"1 signed head fits, the last at record 2; key {fingerprint}", asked.Out, StringComparison.Ordinal);
        Assert.Matches($"^the ledger is whole: (\\d+) records\n2 signed heads fit, the last at record \\1; key {fingerprint}\n$", whole.Out);
        Assert.Contains("it was signed anew with another key, or belongs to another installation", strange.Error, StringComparison.Ordinal);
        Assert.Contains("is no Ed25519 public key in PEM form", none.Error, StringComparison.Ordinal);
    }
}

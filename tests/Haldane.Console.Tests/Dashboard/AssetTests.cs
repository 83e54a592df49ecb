using System.Security.Cryptography;
using System.Text.Json;
using Haldane.Console.Dashboard.Assets;

namespace Haldane.Console.Tests.Dashboard;

/// <summary>What came from elsewhere is what the manifest says, to the letter.</summary>
public sealed class AssetTests
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Assets");

    [Fact]
    public void Every_file_of_others_is_in_the_manifest_with_its_digest()
    {
        var manifest = JsonDocument.Parse(File.ReadAllText(Path.Combine(Folder, "manifest.json"))).RootElement.EnumerateArray().ToList();

        Assert.Equal(
            Directory.GetFiles(Path.Combine(Folder, "lib")).Where(f => !f.EndsWith(".LICENSE", StringComparison.Ordinal)).Select(f => $"lib/{Path.GetFileName(f)}").Order(StringComparer.Ordinal),
            manifest.Select(m => m.GetProperty("file").GetString()!).Order(StringComparer.Ordinal));
        Assert.All(manifest, m => Assert.Equal(m.GetProperty("sha256").GetString(), Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(Folder, m.GetProperty("file").GetString()!))))));
    }

    [Fact]
    public void A_file_that_is_not_in_the_program_has_no_address() => Assert.Throws<KeyNotFoundException>(() => AssetFiles.Of("nothing.js"));

    [Fact]
    public void What_a_page_asks_for_is_small()
    {
        var bytes = Directory.GetFiles(Folder, "*.*", SearchOption.AllDirectories).Where(f => f.EndsWith(".js", StringComparison.Ordinal) || f.EndsWith(".css", StringComparison.Ordinal)).Sum(f => new FileInfo(f).Length);

        Assert.InRange(bytes, 100_000, 170_000);
    }
}

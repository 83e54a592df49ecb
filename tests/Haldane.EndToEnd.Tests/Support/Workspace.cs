namespace Haldane.EndToEnd.Tests.Support;

/// <summary>A folder of a test's own with a specification and a store.</summary>
internal sealed class Workspace : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haldane-test-");

    public string Store => Path("haldane.db");

    /// <summary>The path of something in the folder.</summary>
    public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    /// <summary>Writes a file and gives its path.</summary>
    public string Write(string name, string text)
    {
        var path = Path(name);
        File.WriteAllText(path, text);
        return path;
    }

    /// <summary>A model of two versions and a rollout with the given stages.</summary>
    public string WriteRollout(string baseline, string canary, string stages, string start = "auto", string name = "fraud-v2", string guard = "") => Write("rollout.yaml", $$"""
        apiVersion: haldane.dev/v1
        kind: Model
        metadata: { name: fraud }
        spec:
          protocol: open-inference
          route: { path: "/v2/models/fraud/**" }
          subject: { header: X-User-Id }
          showArm: true
          signals:
            prediction: { response: /outputs/0/data/0, classes: [legit, fraud] }
          versions:
            - { name: v1, endpoints: ["{{baseline}}"] }
            - { name: v2, endpoints: ["{{canary}}"] }
        ---
        apiVersion: haldane.dev/v1
        kind: Rollout
        metadata: { name: {{name}} }
        spec:
          model: fraud
          baseline: v1
          canary: v2
          start: {{start}}
          stages: [{{stages}}]
          guards:
            - { name: errors, signal: error-rate, atMost: { ratio: 2.0 }, floor: 1% }
            - { name: mix, signal: prediction-drift, atMost: { jensenShannon: 0.05 } }
        {{(guard.Length == 0 ? "" : $"    - {guard}")}}
        """);

    /// <summary>Makes somebody a token, while no Haldane runs on the store.</summary>
    public async Task<string> MakeTokenAsync(string name, string role)
    {
        var made = await Terminal.RunAsync("tokens", "make", name, "--role", role, "--store", Store);
        return made.Out.Split().First(word => word.StartsWith("hdn_", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}

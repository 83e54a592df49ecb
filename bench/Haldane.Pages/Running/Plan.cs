namespace Haldane.Pages.Running;

/// <summary>A folder of a measurement's own, and specifications in it: as many models as are asked for, each with a rollout of a common kind.</summary>
internal sealed class Plan : IDisposable
{
    /// <summary>Stages that nothing leaves while it is measured.</summary>
    public const string Half = "{ share: 50%, bake: 1h }, { share: 80%, bake: 1h }";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("haldane-pages-");

    private readonly DirectoryInfo _files;

    public Plan() => _files = _folder.CreateSubdirectory("specification");

    public string Store => Path.Combine(_folder.FullName, "haldane.db");

    /// <summary>The name of a model.</summary>
    public static string ModelName(long number) => number == 0 ? "fraud" : $"fraud-{number}";

    /// <summary>The name of its rollout.</summary>
    public static string RolloutName(long number) => $"{ModelName(number)}-v2";

    /// <summary>Writes a specification, a file for each model, and gives the path of its folder.</summary>
    /// <param name="count">How many models.</param>
    /// <param name="baseline">Where all their baselines are.</param>
    /// <param name="canary">Where all their canaries are.</param>
    /// <param name="stages">The stages of each rollout.</param>
    /// <param name="start">Whether they start by themselves.</param>
    public string Write(int count, string baseline, string canary, string stages = Half, string start = "auto")
    {
        for (var i = 0; i < count; i++)
        {
            File.WriteAllText(Path.Combine(_files.FullName, $"{ModelName(i)}.yaml"), Of(i, baseline, canary, stages, start));
        }

        return _files.FullName;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Of(int number, string baseline, string canary, string stages, string start) => $$"""
        ---
        apiVersion: haldane.dev/v1
        kind: Model
        metadata: { name: {{ModelName(number)}} }
        spec:
          protocol: open-inference
          route: { path: "/v2/models/{{ModelName(number)}}/**" }
          subject: { header: X-User-Id }
          segments: [{ name: country, header: X-Country, values: [MY, SG, ID] }]
          showArm: true
          signals:
            prediction: { response: /outputs/0/data/0, classes: [legit, fraud] }
            confidence: { response: /outputs/1/data/0 }
          versions:
            - { name: v1, endpoints: ["{{baseline}}"] }
            - { name: v2, endpoints: ["{{canary}}"] }
          traffic:
            rate: 50/s
            daily: 40%
            errors: 0.5%
            latency: { p50: 20ms, p99: 80ms }
            classes: { legit: 97%, fraud: 3% }
            segments: { country: { MY: 50%, SG: 30%, ID: 15% } }
        ---
        apiVersion: haldane.dev/v1
        kind: Rollout
        metadata: { name: {{RolloutName(number)}} }
        spec:
          model: {{ModelName(number)}}
          baseline: v1
          canary: v2
          start: {{start}}
          stages: [{{stages}}]
          guards:
            - { name: errors, signal: error-rate, atMost: { ratio: 2.0 }, floor: 1% }
            - { name: slow, signal: latency-p99, atMost: { ratio: 1.5 } }
            - { name: usual, signal: latency-p50, atMost: { ratio: 1.25 } }
            - { name: mix, signal: prediction-drift, atMost: { jensenShannon: 0.05 } }

        """;
}

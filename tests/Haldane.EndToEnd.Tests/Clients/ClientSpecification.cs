using System.Text.Json.Nodes;

namespace Haldane.EndToEnd.Tests.Clients;

/// <summary>Models whose two versions are the same fake server, each with a rollout at 50 % that stays there.</summary>
internal static class ClientSpecification
{
    // How a model of each API is declared.
    private const string OpenAi = "openai", Anthropic = "anthropic", Ollama = "ollama";

    /// <summary>The specification.</summary>
    /// <param name="server">Where the fake server listens.</param>
    public static string Of(JsonObject server)
    {
        string baseline = $"http://{server["baseline"]}", canary = $"http://{server["canary"]}";
        string grpcBaseline = $"h2c://{server["grpcBaseline"]}", grpcCanary = $"h2c://{server["grpcCanary"]}";
        return string.Join(
            "\n---\n",
            Model("openai", "/openai/**", OpenAi, baseline, canary, "prediction: { response: /choices/0/finish_reason, classes: [stop, length, tool_calls] }"),
            Model("anthropic", "/anthropic/**", Anthropic, baseline, canary),
            Model("ollama", "/ollama/**", Ollama, baseline, canary),
            Model("inference", "/inference/**", "open-inference", baseline, canary, "prediction: { response: /outputs/0/data/0, classes: [legit, fraud] }"),
            Model("grpc", "/inference.GRPCInferenceService/**", "http", grpcBaseline, grpcCanary),

            // Nobody listens at the canary's address.
            Model("refused", "/refused/**", OpenAi, baseline, "http://127.0.0.1:1"),
            Model("grpcrefused", "/refused.GRPCInferenceService/**", "http", grpcBaseline, "h2c://127.0.0.1:1"),
            Model("nobody", "/nobody/**", OpenAi, "http://127.0.0.1:1", "http://127.0.0.1:1"),
            Model("hasty", "/hasty/**", OpenAi, baseline, canary, timeout: "300ms"));
    }

    private static string Model(string name, string route, string protocol, string baseline, string canary, string signals = "events: []", string timeout = "30s") => $$"""
        apiVersion: haldane.dev/v1
        kind: Model
        metadata: { name: {{name}} }
        spec:
          protocol: {{protocol}}
          failover: always
          route: { path: "{{route}}" }
          subject: { header: X-User }
          showArm: true
          timeout: {{timeout}}
          signals:
            {{signals}}
          versions:
            - { name: v1, endpoints: ["{{baseline}}"] }
            - { name: v2, endpoints: ["{{canary}}"] }
        ---
        apiVersion: haldane.dev/v1
        kind: Rollout
        metadata: { name: {{name}}-v2 }
        spec:
          model: {{name}}
          baseline: v1
          canary: v2
          stages: [{ share: 50%, bake: 1d }]
          guards: [{ name: errors, signal: error-rate, atMost: { value: 99.9% }, fine: { value: 99% } }]
        """;
}

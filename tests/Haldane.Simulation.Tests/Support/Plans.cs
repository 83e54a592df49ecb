using System.Text;
using Haldane.Core.Specification;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Tests.Support;

/// <summary>Plans as people write them.</summary>
internal static class Plans
{
    public const string Errors = "{ name: errors, signal: error-rate, atMost: { ratio: 2.0 }, floor: 0% }";

    /// <summary>A model with traffic and a rollout.</summary>
    public static (TrafficModel Traffic, RolloutSpec Rollout) Read(string traffic, string stages, string guards, string segments = "")
    {
        var set = Set($"traffic: {{ {traffic} }}", stages, guards, segments);
        return (TrafficSource.Of(set.Models[0])!, set.Rollouts[0]);
    }

    /// <summary>The same with any line on traffic, also none.</summary>
    public static SpecificationSet Set(string trafficLine, string stages, string guards, string segments = "")
    {
        var text = $$"""
            apiVersion: haldane.dev/v1
            kind: Model
            metadata: { name: fraud }
            spec:
              route: { path: /fraud }
              segments: [{{segments}}]
              signals:
                prediction: { response: /class, classes: [legit, fraud] }
                confidence: { response: /confidence }
                values: [{ name: revenue, max: 100 }]
                events: [conversion]
              versions: [{ name: v1, endpoints: ["http://one"] }, { name: v2, endpoints: ["http://two"] }]
              {{trafficLine}}
            ---
            apiVersion: haldane.dev/v1
            kind: Rollout
            metadata: { name: fraud-v2 }
            spec: { model: fraud, baseline: v1, canary: v2, stages: [{{stages}}], guards: [{{guards}}] }
            """;
        var result = SpecificationReader.Read([new("plan.yaml", Encoding.UTF8.GetBytes(text))]);
        Assert.Equal("", string.Join('\n', result.Errors));
        return result.Set!;
    }
}

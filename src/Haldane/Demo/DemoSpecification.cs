using System.Globalization;
using System.Text;
using Haldane.Core.Specification;

namespace Haldane.Demo;

/// <summary>The specification that the demo runs: the one of <c>samples/quickstart.yaml</c> in a hurry.</summary>
/// <remarks>Stages bake 8 seconds, and the margin of accuracy is 2 points instead of 1: a quarter of the labels prove it, so an A/A demo ends within a minute.</remarks>
internal static class DemoSpecification
{
    public const string Rollout = "fraud-v2";

    /// <summary>The text, for people to read.</summary>
    public static string Text(string baseline, string canary) => string.Create(CultureInfo.InvariantCulture, $$"""
        apiVersion: haldane.dev/v1
        kind: Model
        metadata: { name: fraud }
        spec:
          about: { owner: payments-risk, purpose: "Flags card payments that look like fraud.", risk: limited, data: "Made-up card payments, drawn by chance." }
          protocol: open-inference
          route: { path: "/v2/models/fraud/**" }
          subject: { header: X-User-Id }
          segments:
            - { name: country, header: X-Country, values: [MY, SG, ID] }
          signals:
            prediction: { response: /outputs/0/data/0, classes: [legit, fraud] }
            confidence: { response: /outputs/1/data/0 }
          versions:
            - { name: v1, endpoints: ["{{baseline}}"] }
            - { name: v2, endpoints: ["{{canary}}"] }
        ---
        apiVersion: haldane.dev/v1
        kind: Rollout
        metadata: { name: {{Rollout}} }
        spec:
          model: fraud
          baseline: v1
          canary: v2
          start: manual
          stages:
            - { share: 1%, bake: 8s }
            - { share: 10%, bake: 8s }
            - { share: 50%, bake: 8s }
          guards:
            - { name: errors, signal: error-rate, atMost: { ratio: 2.0 } }
            - { name: p99, signal: latency-p99, atMost: { ratio: 1.10 } }
            - { name: sla, signal: latency-p99, atMost: { value: 300ms } }
            - { name: mix, signal: prediction-drift, atMost: { jensenShannon: 0.05 } }
            - { name: accuracy, signal: accuracy, atLeast: { difference: -2pp } }
          promise: { falseRollback: 1%, falsePromotion: 5% }
        """);

    /// <summary>The same, as a file.</summary>
    public static SpecificationSource File(string text) => new("demo.yaml", Encoding.UTF8.GetBytes(text));
}

using System.Text;
using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>A specification that is right, to read and to break.</summary>
internal static class Samples
{
    public const string Fraud = """
        apiVersion: haldane.dev/v1
        kind: Model
        metadata: { name: fraud }
        spec:
          protocol: open-inference
          route: { path: "/v2/models/fraud/**" }
          subject: { header: X-User-Id }
          segments:
            - { name: country, header: X-Country, values: [MY, SG, ID] }
          signals:
            prediction: { response: /outputs/0/data/0, classes: [legit, fraud] }
            confidence: { response: /outputs/1/data/0 }
          versions:
            - { name: v1, endpoints: ["http://127.0.0.1:9001"] }
            - { name: v2, endpoints: ["http://127.0.0.1:9002"] }
          failover: auto
          timeout: 30s
          showArm: false
        ---
        apiVersion: haldane.dev/v1
        kind: Rollout
        metadata: { name: fraud-v2 }
        spec:
          model: fraud
          baseline: v1
          canary: v2
          start: auto
          stages:
            - { share: 1%, bake: 15m }
            - { share: 10%, bake: 15m }
            - { share: 50%, bake: 15m }
          guards:
            - { name: errors, signal: error-rate, atMost: { ratio: 2.0 } }
            - { name: p99, signal: latency-p99, atMost: { ratio: 1.10 } }
            - { name: sla, signal: latency-p99, atMost: { value: 300ms } }
            - { name: mix, signal: prediction-drift, atMost: { jensenShannon: 0.05 } }
            - { name: accuracy, signal: accuracy, atLeast: { difference: -1pp } }
          promise: { falseRollback: 1%, falsePromotion: 5% }

        """;

    /// <summary>Reads texts as the files <c>a.yaml</c>, <c>b.yaml</c> and so on.</summary>
    public static SpecificationResult Read(params string[] texts) =>
        SpecificationReader.Read([.. texts.Select((text, i) => new SpecificationSource($"{(char)('a' + i)}.yaml", Encoding.UTF8.GetBytes(text)))]);

    /// <summary>The right specification with one place changed; the place must be there once.</summary>
    public static string With(string find, string replace)
    {
        var at = Fraud.IndexOf(find, StringComparison.Ordinal);
        Assert.True(at >= 0 && Fraud.IndexOf(find, at + 1, StringComparison.Ordinal) < 0, $"\"{find}\" must stand in the sample once");
        return Fraud.Remove(at, find.Length).Insert(at, replace);
    }

    /// <summary>All messages, for a failing test.</summary>
    public static string Text(SpecificationResult result) => string.Join('\n', result.Errors);
}

using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The name of a signal: one of a few words, or <c>mean:</c>, <c>rate:</c> or <c>gauge:</c> with the name of a value, an event or a gauge.</summary>
internal sealed class SignalShape : Shape<SignalSpec>
{
    private const string Mean = "mean:";
    private const string Rate = "rate:";
    private const string Gauge = "gauge:";

    private static readonly SignalSpec[] Plain =
    [
        new(SignalKind.ErrorRate),
        .. Quantiles(SignalKind.Latency, 0.5, 0.9, 0.95, 0.99, 0.999),
        new(SignalKind.LatencyDistribution),
        .. Quantiles(SignalKind.FirstToken, SignalSpec.UsualQuantile, 0.5, 0.9, 0.99),
        new(SignalKind.Throughput),
        new(SignalKind.PredictionDrift),
        new(SignalKind.ConfidenceDrift),
        new(SignalKind.AttributionDrift),
        new(SignalKind.Accuracy),
        new(SignalKind.Calibration),
        new(SignalKind.EventRate, Name: SignalSpec.Conversion),
        new(SignalKind.Agreement),
    ];

    private static readonly (string Word, SignalSpec Value)[] Words = [.. Plain.Select(s => (s.ToString(), s))];

    private static readonly (string Prefix, SignalKind Kind)[] Named = [(Mean, SignalKind.Mean), (Rate, SignalKind.EventRate), (Gauge, SignalKind.Gauge)];

    /// <inheritdoc/>
    public override string Wanted => string.Join(", ", Words.Select(w => w.Word)) + ", mean:<value>, rate:<event> or gauge:<gauge>";

    /// <summary>Every name that a family of signals is written by, as patterns of a JSON schema.</summary>
    public static IEnumerable<string> Patterns(SignalKind kind) =>
    [
        .. Words.Where(w => w.Value.Kind == kind).Select(w => $"^{w.Word.Replace(".", "\\.", StringComparison.Ordinal)}$"),
        .. Named.Where(n => n.Kind == kind).Select(n => $"^{n.Prefix}"),
    ];

    /// <inheritdoc/>
    public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out SignalSpec value)
    {
        value = default;
        var text = (node as YamlScalar)?.Text ?? "";
        foreach (var word in Words)
        {
            if (word.Word == text)
            {
                value = word.Value;
                return true;
            }
        }

        foreach (var (prefix, kind) in Named)
        {
            if (text.StartsWith(prefix, StringComparison.Ordinal) && text.Length > prefix.Length)
            {
                value = new(kind, Name: text[prefix.Length..]);
                return true;
            }
        }

        errors.Wrong(node, Wanted, Nearest.Of(text, Words.Select(w => w.Word)) is { } meant ? $"did you mean {meant}?" : null);
        return false;
    }

    /// <inheritdoc/>
    public override JsonObject Schema() => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["enum"] = new JsonArray([.. Words.Select(w => (JsonNode)w.Word)]) },
            new JsonObject { ["type"] = "string", ["pattern"] = "^(mean|rate|gauge):.+$" }),
    };

    private static IEnumerable<SignalSpec> Quantiles(SignalKind kind, params double[] quantiles) => quantiles.Select(q => new SignalSpec(kind, q));
}

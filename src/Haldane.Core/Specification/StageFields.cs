using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The stages of a rollout: what each kind may say, and in which order they stand.</summary>
internal static class StageFields
{
    private const string ShadowWord = "shadow";

    private static readonly Field<StageSpec> Kind = Field<StageSpec, StageKind>.Optional(
        "kind",
        new ChoiceShape<StageKind>(("split", StageKind.Split), (ShadowWord, StageKind.Shadow)),
        (s, v) => s with { Kind = v },
        "What the stage does: split serves a share of the callers by the canary, shadow sends it copies of requests and compares its answers. Default: split.");

    private static readonly Field<StageSpec> Bake = Field<StageSpec, TimeSpan>.Required(
        "bake", Amounts.Bake, (s, v) => s with { Bake = v }, "The least time under traffic before the stage may be left, e.g. 15m.");

    private static readonly MappingShape<StageSpec> Split = new(
        "a stage such as { share: 10%, bake: 15m }",
        new(default, default),
        [
            Kind,
            Field<StageSpec, Share>.Required("share", Amounts.Share, (s, v) => s with { Share = v },
                "The part of the traffic that the canary serves, e.g. 10%."),
            Bake,
        ]);

    private static readonly MappingShape<StageSpec> Shadow = new(
        "a stage such as { kind: shadow, sample: 100%, bake: 10m }",
        new(default, default) { Kind = StageKind.Shadow, Shadow = new() },
        [
            Kind,
            Bake,
            Of("sample", Amounts.Share, (s, v) => s with { Sample = v }, "The part of the requests that is copied. Default: 100%."),
            Of("rate", Amounts.Frequency, (s, v) => s with { Rate = v }, "Copies at most, e.g. 200/s; what is beyond is dropped and counted. Default: 100/s."),
            Of("control", Amounts.Share, (s, v) => s with { Control = v },
                "The part of the copies that goes to the baseline too, to learn how often it does not agree with itself. Default: none."),
            Of("ignore", Pointers("ignored places"), (s, v) => s with { Ignore = v },
                "JSON pointers into answers whose values are not compared; * as a step stands for any. Default: ids, times, usage and names of models."),
            Of("tolerance", Amounts.Tolerance, (s, v) => s with { Tolerance = v }, "Numbers this near to each other are alike, in parts of the larger one, or of 1 if that is more. Default: 0.000001."),
            Of("similarity", Amounts.SomePart, (s, v) => s with { Similarity = v }, "Texts this similar are alike. Default: 100%, the same words in the same order."),
            Of("cosine", Amounts.SomePart, (s, v) => s with { Cosine = v }, "Vectors of at least this cosine are alike. Default: 99.9%."),
            Of("keepPairs", Amounts.KeptPairs, (s, v) => s with { KeepPairs = v },
                "How many pairs that differ are kept in memory to be looked at on the admin port: they hold what callers asked. Default: 0."),
            Of("redact", Pointers("redacted places"), (s, v) => s with { Redact = v },
                "JSON pointers into requests and answers whose values are blotted out before a pair is kept; * as a step stands for any. Default: none."),
        ]);

    /// <summary>A stage of either kind.</summary>
    public static readonly Shape<StageSpec> Stage = new ByKind();

    /// <summary>Shadow stages stand first, and shares rise.</summary>
    public static void CheckOrder(YamlSequence stages, FileErrors errors)
    {
        (Share Share, YamlScalar Node)? before = null;
        foreach (var stage in stages.Items.OfType<YamlMapping>())
        {
            if (IsShadow(stage))
            {
                if (before is { } split)
                {
                    errors.Report(
                        stage.FindScalar("kind")!, $"found a shadow stage behind a stage with a share (line {split.Node.At.Line}); wanted it before all shares: whom the canary serves is not taken back from it");
                }

                continue;
            }

            var node = stage.FindScalar("share");
            if (node is null || !Quantity.TryShare(node.Text, out var share, out _))
            {
                continue;
            }

            if (before is { } last && share <= last.Share)
            {
                errors.Wrong(node, $"a share above the {last.Share} of the stage before it (line {last.Node.At.Line})",
                "shares rise from stage to stage");
            }

            before = (share, node);
        }

        if (stages is { IsCut: false, Items: [.., YamlMapping end] } && IsShadow(end))
        {
            errors.Report(end.FindScalar("kind")!, "found a shadow stage at the end; wanted a stage with a share behind it: a canary that has served nobody is not promoted to everything");
        }
    }

    /// <summary>Whether a stage of a document is a shadow stage.</summary>
    public static bool IsShadow(YamlNode stage) => (stage as YamlMapping)?.FindScalar("kind")?.Text == ShadowWord;

    private static Field<StageSpec> Of<T>(string name, Shape<T> shape, Func<ShadowSpec, T, ShadowSpec> set, string about) =>
        Field<StageSpec, T>.Optional(name, shape, (s, v) => s with { Shadow = set(s.Shadow!, v) }, about);

    private static ListShape<string> Pointers(string noun) => new(Texts.Pointer, 0, 32, noun, Unique.Values);

    /// <summary>Reads a stage by what its kind may say.</summary>
    private sealed class ByKind : Shape<StageSpec>
    {
        public override string Wanted => Split.Wanted;

        public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out StageSpec value) =>
            (IsShadow(node) ? Shadow : Split).TryRead(node, errors, out value);

        public override JsonObject Schema()
        {
            JsonObject split = Split.Schema(), shadow = Shadow.Schema();
            split["properties"]!["kind"]!["enum"] = new JsonArray("split");
            shadow["properties"]!["kind"]!["enum"] = new JsonArray(ShadowWord);
            shadow["required"]!.AsArray().Insert(0, "kind");
            return new() { ["anyOf"] = new JsonArray(split, shadow) };
        }
    }
}

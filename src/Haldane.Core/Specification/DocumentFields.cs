using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields that every document has.</summary>
internal static class DocumentFields
{
    internal const string ModelKind = "Model";
    internal const string RolloutKind = "Rollout";
    internal const string PolicyKind = "Policy";
    internal const string WebhookKind = "Webhook";

    private static readonly ChoiceShape<string> ApiVersion = new(("haldane.dev/v1", "haldane.dev/v1"));
    private static readonly ChoiceShape<string> Kind = new((ModelKind, ModelKind), (RolloutKind, RolloutKind), (PolicyKind, PolicyKind), (WebhookKind, WebhookKind));

    private static readonly MappingShape<string> Metadata = new(
        "{ name: … }",
        "",
        [Field<string, string>.Required("name", Texts.Name, static (_, v) => v, "The name; unique among the documents of its kind.")]);

    /// <summary>A document of which only the head is known.</summary>
    public static readonly MappingShape<Document<YamlNode>> Head = Of(new Anything(), "What the document asks for; see its kind.");

    /// <summary>A model.</summary>
    public static readonly MappingShape<Document<ModelSpec>> Model = Of(ModelFields.Spec,
        "What callers call by one name: its route, protocol, subject, segments, signals and versions.");

    /// <summary>A rollout.</summary>
    public static readonly MappingShape<Document<RolloutSpec>> Rollout = Of(RolloutFields.Spec,
        "The move of a model from its baseline version to a canary version, in stages.");

    /// <summary>A policy.</summary>
    public static readonly MappingShape<Document<PolicySpec>> Policy = Of(PolicyFields.Spec, "Rules over the rollouts of several models: freezes, and how many may move at once.");

    /// <summary>A webhook.</summary>
    public static readonly MappingShape<Document<WebhookSpec>> Webhook = Of(WebhookFields.Spec, "Somebody who is told what stands in the ledger.");

    private static MappingShape<Document<T>> Of<T>(Shape<T> spec, string about)
        where T : class => new(
        "a document with apiVersion, kind, metadata and spec",
        new("", null),
        [
            Field<Document<T>, string>.Required("apiVersion", ApiVersion, static (d, _) => d, "The version of this format."),
            Field<Document<T>, string>.Required("kind", Kind, static (d, _) => d, "What the document describes."),
            Field<Document<T>, string>.Required("metadata", Metadata, static (d, v) => d with { Name = v }, "What the document is called."),
            Field<Document<T>, T>.Required("spec", spec, static (d, v) => d with { Spec = v }, about),
        ]);

    /// <summary>A document as far as it could be read.</summary>
    /// <param name="Name">Empty if it could not be read.</param>
    /// <param name="Spec">Null if it could not be read.</param>
    internal sealed record Document<T>(string Name, T? Spec)
        where T : class;

    /// <summary>A value that is not looked into.</summary>
    private sealed class Anything : Shape<YamlNode>
    {
        public override string Wanted => "the fields of the kind";

        public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out YamlNode value)
        {
            value = node;
            return true;
        }

        public override JsonObject Schema() => new() { ["type"] = "object" };
    }
}

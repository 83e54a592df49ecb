using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;
using Haldane.Core.Ledger;
using Haldane.Core.Specification.Shapes;
using Haldane.Core.Specification.Yaml;

namespace Haldane.Core.Specification;

/// <summary>The fields of <c>kind: Webhook</c>.</summary>
internal static class WebhookFields
{
    private static readonly ChoiceShape<string> Event = new([.. LedgerKinds.Words.Select(w => (w, w))]);

    private static readonly ChoiceShape<WebhookFormat> Format = new(("cloudevents", WebhookFormat.CloudEvents), ("slack", WebhookFormat.Slack));

    /// <summary>The field <c>spec</c> of a webhook. The name comes from <c>metadata</c>.</summary>
    public static readonly MappingShape<WebhookSpec> Spec = new(
        "the webhook's fields: url, events, models, secret, format and headers",
        new() { Name = "" },
        [
            Field<WebhookSpec, (string? Url, SecretSpec? Secret)>.Required(
                "url", new UrlShape(), (w, v) => w with { Url = v.Url, UrlSecret = v.Secret }, "Where messages are sent: an address, or where it stands when it is a secret: { env: NAME } or { file: PATH }."),
            Field<WebhookSpec, ValueList<string>>.Optional(
                "events", new ListShape<string>(Event, 1, 32, "events", Unique.Values), (w, v) => w with { Events = v }, "Kinds of ledger records, or groups of them. Default: all about rollouts."),
            Field<WebhookSpec, ValueList<string>>.Optional(
                "models", new ListShape<string>(Texts.Name, 1, 1_000, "models", Unique.Values), (w, v) => w with { Models = v }, "The models that it is for. Default: all."),
            Field<WebhookSpec, SecretSpec>.Optional("secret", SecretFields.Alone, (w, v) => w with { Secret = v }, "Where the key stands that messages are signed with. Default: they are not signed."),
            Field<WebhookSpec, WebhookFormat>.Optional("format", Format, (w, v) => w with { Format = v }, "How messages are written. Default: cloudevents."),
            Field<WebhookSpec, ValueList<(string Name, HeaderSpec Value)>>.Optional("headers", HeaderFields.Table, (w, v) => w with { Headers = HeaderFields.Named(v) }, "Further header fields."),
        ],
        static (webhook, node, errors) =>
        {
            HeaderFields.Check(node, errors, "webhook-", "content-type");
            return webhook;
        });

    /// <summary>An address, or where it stands. Messages say nothing of its path and query: they may be the secret.</summary>
    private sealed class UrlShape : Shape<(string? Url, SecretSpec? Secret)>
    {
        public override string Wanted => "an address such as https://hooks.example.com/haldane, or where it stands: { env: HOOK_URL }";

        public override bool TryRead(YamlNode node, FileErrors errors, [MaybeNullWhen(false)] out (string? Url, SecretSpec? Secret) value)
        {
            value = default;
            if (node is YamlMapping)
            {
                var isRead = SecretFields.Alone.TryRead(node, errors, out var secret);
                value = (null, secret);
                return isRead;
            }

            if (node is not YamlScalar { IsNothing: false } scalar)
            {
                errors.Wrong(node, Wanted);
                return false;
            }

            if (WebhookAddress.WhyNot(scalar.Text) is { } fault)
            {
                errors.Report(node, $"found an address {fault}; wanted {Wanted}");
                return false;
            }

            value = (scalar.Text, null);
            return true;
        }

        public override JsonObject Schema() => new()
        {
            ["anyOf"] = new JsonArray(new JsonObject { ["type"] = "string", ["pattern"] = "^https?://[^/?#@\\s]+([/?][^#\\s]*)?$", ["maxLength"] = WebhookAddress.Longest }, SecretFields.Alone.Schema()),
        };
    }
}

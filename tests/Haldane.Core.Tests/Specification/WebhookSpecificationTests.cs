using Haldane.Core.Ledger;
using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>Webhooks as they are written, and what they are told of.</summary>
public sealed class WebhookSpecificationTests
{
    [Fact]
    public void A_webhook_is_read_whole()
    {
        var set = Samples.Read(Samples.Fraud, Webhook("""
            { url: "https://hooks.example.com/haldane?room=ops", events: [ended, held], models: [fraud], secret: { env: HOOK_SECRET }, format: slack,
              headers: { X-Team: risk, Authorization: { file: /run/secrets/hook, prefix: "Bearer " } } }
            """)).Set!;

        var webhook = Assert.Single(set.Webhooks);
        Assert.Equal(("ops", "https://hooks.example.com/haldane?room=ops", WebhookFormat.Slack), (webhook.Name, webhook.Url, webhook.Format));
        Assert.Equal((["ended", "held"], ["fraud"], "HOOK_SECRET"), (webhook.Events, webhook.Models, webhook.Secret!.Env));
        Assert.Equal([new("X-Team", "risk"), new("Authorization", null) { Secret = new() { File = "/run/secrets/hook", Prefix = "Bearer " } }], webhook.Headers);
    }

    [Fact]
    public void What_it_does_not_say_is_usual()
    {
        var webhook = Samples.Read(Samples.Fraud, Webhook("{ url: { env: HOOK_URL } }")).Set!.Webhooks[0];

        Assert.Equal((null, "HOOK_URL", WebhookFormat.CloudEvents, null), (webhook.Url, webhook.UrlSecret!.Env, webhook.Format, webhook.Secret));
        Assert.Equal((0, 0, 0), (webhook.Events.Count, webhook.Models.Count, webhook.Headers.Count));
    }

    [Theory]
    [InlineData("{ events: [held] }", "found no field \"url\"")]
    [InlineData("{ url: [1] }", "wanted an address such as https://hooks.example.com/haldane")]
    [InlineData("{ url: hooks.example.com }", "found an address that is not http or https")]
    [InlineData("{ url: \"ftp://hooks.example.com/\" }", "found an address that is not http or https")]
    [InlineData("{ url: \"https:///x\" }", "found an address that is not http or https")]
    [InlineData("{ url: \"https://ann:geheim@hooks.example.com/\" }", "found an address with a user or a password")]
    [InlineData("{ url: \"https://hooks.example.com/geheim#a\" }", "found an address with a fragment")]
    [InlineData("{ url: \"https://hooks.example.com/geheim a\" }", "found an address with blanks")]
    [InlineData("{ url: { env: A, file: b } }", "found not exactly one of env and file")]
    [InlineData("{ url: { env: A, prefix: b } }", "found the unknown field \"prefix\"; wanted one of env, file")]
    [InlineData("{ url: \"https://x\", events: [endet] }", "did you mean ended?")]
    [InlineData("{ url: \"https://x\", events: [] }", "found 0 events; wanted 1 to 32")]
    [InlineData("{ url: \"https://x\", events: [held, held] }", "found \"held\" twice")]
    [InlineData("{ url: \"https://x\", models: [frud] }", "did you mean \"fraud\"?")]
    [InlineData("{ url: \"https://x\", secret: geheim }", "wanted where the secret stands, such as { env: HOOK_SECRET }")]
    [InlineData("{ url: \"https://x\", format: xml }", "wanted cloudevents or slack")]
    [InlineData("{ url: \"https://x\", headers: { Authorization: geheim } }", "found the value of \"Authorization\" itself")]
    [InlineData("{ url: \"https://x\", headers: { webhook-id: a } }", "wanted a field that is not the gateway's own")]
    [InlineData("{ url: \"https://x\", headers: { Content-Type: a } }", "wanted a field that is not the gateway's own")]
    [InlineData("{ url: \"https://x\", headers: { Host: a } }", "which the gateway itself or a connection decides")]
    public void A_mistake_is_named_without_what_may_be_a_secret(string spec, string message)
    {
        var error = Assert.Single(Samples.Read(Samples.Fraud, Webhook(spec)).Errors).Message;

        Assert.Contains(message, error, StringComparison.Ordinal);
        Assert.True(spec.Contains("secret: geheim", StringComparison.Ordinal) || !error.Contains("geheim", StringComparison.Ordinal), error);
    }

    [Fact]
    public void Two_of_one_name_and_more_than_32_are_too_many()
    {
        var twice = Samples.Read(Samples.Fraud, Webhook("{ url: \"https://x\" }"), Webhook("{ url: \"https://x\" }"));
        var many = Samples.Read([Samples.Fraud, .. Enumerable.Range(0, 33).Select(i => Webhook("{ url: \"https://x\" }", $"w{i}"))]);

        Assert.Contains("found a second webhook \"ops\"", Assert.Single(twice.Errors).Message, StringComparison.Ordinal);
        Assert.Contains("found 33 webhooks; wanted at most 32", Assert.Single(many.Errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ url: \"https://x\" }", "started held promoted rolled-back")]
    [InlineData("{ url: \"https://x\", events: [ended] }", "promoted rolled-back")]
    [InlineData("{ url: \"https://x\", events: [held, promoted] }", "held promoted")]
    [InlineData("{ url: \"https://x\", events: [moved] }", "started promoted rolled-back")]
    [InlineData("{ url: \"https://x\", events: [people] }", "set")]
    [InlineData("{ url: \"https://x\", events: [set], models: [fraud] }", "")]
    [InlineData("{ url: \"https://x\", models: [fraud] }", "started held promoted rolled-back")]
    public void It_is_told_of_what_it_asked_for(string spec, string kinds)
    {
        var webhook = Samples.Read(Samples.Fraud, Webhook(spec)).Set!.Webhooks[0];
        var told = new[] { "started", "held", "promoted", "rolled-back", "set" }.Where(k => webhook.Wants(Entry(k, k == "set" ? "" : "fraud")));

        Assert.Equal(kinds, string.Join(' ', told));
        Assert.Equal(webhook.Models.Count == 0 && webhook.Events.Count == 0, webhook.Wants(Entry("held", "chat")) && webhook.Wants(Entry("started", "chat")));
    }

    private static LedgerEntry Entry(string kind, string model) => new()
    {
        At = DateTimeOffset.UnixEpoch, Kind = kind, Rollout = model.Length > 0 ? $"{model}-v2" : "", Run = 1, Model = model, By = "judge", Why = "x", Stage = 0, From = Share.None, To = Share.None,
    };

    private static string Webhook(string spec, string name = "ops") =>
        $"apiVersion: haldane.dev/v1\nkind: Webhook\nmetadata: {{ name: {name} }}\nspec: {spec.ReplaceLineEndings("\n      ")}\n";
}

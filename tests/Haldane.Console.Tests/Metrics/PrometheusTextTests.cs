using System.Globalization;
using System.Text.RegularExpressions;
using Haldane.Console.Metrics;
using Haldane.Console.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Rollouts;

namespace Haldane.Console.Tests.Metrics;

public sealed partial class PrometheusTextTests
{
    [Fact]
    public async Task The_endpoint_speaks_the_text_format()
    {
        await using var admin = await Admin.StartAsync();

        var answer = await admin.GetAsync("/metrics");

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Headers["Content-Type"]);
        Assert.Contains(Parse(answer.Text), s => s is { Name: "haldane_exchanges_total", Value: 100 } && s.Labels["arm"] == "canary");
        answer.AssertSecured();
    }

    [Fact]
    public void Every_line_is_a_line_of_the_format_and_every_family_comes_once()
    {
        var text = Text();

        var samples = Parse(text);

        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\r", text, StringComparison.Ordinal);
        Assert.Equal(samples.Count, samples.Select(s => $"{s.Name}{string.Join(',', s.Labels.OrderBy(l => l.Key).Select(l => $"{l.Key}={l.Value}"))}").Distinct().Count());
    }

    [Fact]
    public void Names_come_back_from_their_escapes()
    {
        var guard = Parse(Text()).First(s => s.Name == "haldane_guard_verdict" && s.Labels["guard"] != "errors");

        Assert.Equal("odd \"name\" \\ with\nnew line", guard.Labels["guard"]);
    }

    [Fact]
    public void One_phase_and_one_verdict_hold_at_a_time()
    {
        var samples = Parse(Text());

        Assert.All(samples.Where(s => s.Name == "haldane_rollout_phase").GroupBy(s => s.Labels["rollout"]), g => Assert.Equal(1, g.Sum(s => s.Value)));
        Assert.All(samples.Where(s => s.Name == "haldane_guard_verdict").GroupBy(s => s.Labels["guard"]), g => Assert.Equal(1, g.Sum(s => s.Value)));
        Assert.Equal("Running", samples.Single(s => s is { Name: "haldane_rollout_phase", Value: 1 } && s.Labels["rollout"] == "fraud-v2").Labels["phase"]);
    }

    [Fact]
    public void A_rollout_says_why_it_does_not_move_and_since_when_it_stands_there_once_it_has_begun()
    {
        var samples = Parse(Text());

        var hold = Assert.Single(samples, s => s is { Name: "haldane_rollout_hold", Value: 1 });
        var since = Assert.Single(samples, s => s.Name == "haldane_rollout_since_timestamp_seconds");
        Assert.Equal(("fraud-v2", "fraud", "Baking"), (hold.Labels["rollout"], hold.Labels["model"], hold.Labels["reason"]));
        Assert.Equal(Enum.GetNames<HoldReason>(), samples.Where(s => s.Name == "haldane_rollout_hold").Select(s => s.Labels["reason"]));
        Assert.Equal(("fraud-v2", Views.Noon.ToUnixTimeSeconds()), (since.Labels["rollout"], since.Value));
    }

    [Fact]
    public void Every_version_has_its_part_of_the_callers()
    {
        var shares = Parse(Text()).Where(s => s.Name == "haldane_serving_share").Select(s => (s.Labels["model"], s.Labels["version"], s.Value));

        Assert.Equal([("fraud", "v1", 0.9), ("fraud", "v2", 0.1), ("chat", "v1", 0), ("chat", "v2", 1)], shares);
    }

    [Fact]
    public void A_process_is_in_one_phase()
    {
        var phases = Parse(Text()).Where(s => s is { Name: "haldane_process_phase", Value: 1 }).Select(s => (s.Labels["model"], s.Labels["version"], s.Labels["phase"]));

        Assert.Equal([("chat", "v2", "Ready"), ("fraud", "v2", "Failed")], phases);
    }

    [Fact]
    public void A_webhook_says_where_it_stands_and_what_it_has_not_delivered()
    {
        var ops = Parse(Text()).Where(s => s.Labels.GetValueOrDefault("webhook") == "ops").Select(s => (s.Name, s.Labels.GetValueOrDefault("state"), s.Value));

        Assert.Equal(
            [
                ("haldane_webhook_state", "Delivering", 0), ("haldane_webhook_state", "Retrying", 1), ("haldane_webhook_state", "Stopped", 0),
                ("haldane_webhook_behind", null, 3), ("haldane_webhook_given_up_total", null, 1),
            ],
            ops);
    }

    [Fact]
    public void Values_are_those_of_the_views()
    {
        var samples = Parse(Text());

        Assert.Equal(0.1, samples.Single(s => s.Name == "haldane_rollout_share" && s.Labels["rollout"] == "fraud-v2").Value);
        Assert.Equal(1.25, Assert.Single(samples, s => s.Name == "haldane_guard_estimate").Value);
        Assert.Equal([("errors", "Fail", 0.25), ("errors", "Pass", 0)], samples.Where(s => s.Name == "haldane_guard_proof").Select(s => (s.Labels["guard"], s.Labels["toward"], s.Value)));
        Assert.Equal(
            [("baseline", "0.5", 0.010), ("baseline", "0.95", 0.015), ("baseline", "0.99", 0.020), ("canary", "0.5", 0.011), ("canary", "0.99", 0.025)],
            samples.Where(s => s.Name == "haldane_latency_seconds").Select(s => (s.Labels["arm"], s.Labels["quantile"], s.Value)));
        Assert.Equal((1, Views.Noon.ToUnixTimeSeconds()), (samples.Single(s => s.Name == "haldane_ready").Value, samples.Single(s => s.Name == "haldane_tick_timestamp_seconds").Value));
    }

    [Fact]
    public void Very_small_and_very_large_numbers_can_be_read()
    {
        var text = PrometheusText.Write(new() { Health = new(false, "ill", null), Traffic = [new("m", Arm.Baseline, long.MaxValue, 0, 0, 0, 0)] });

        Assert.Equal(long.MaxValue, Parse(text).Single(s => s is { Name: "haldane_exchanges_total" }).Value);
        Assert.Equal(0, Parse(text).Single(s => s.Name == "haldane_ready").Value);
        Assert.DoesNotContain(Parse(text), s => s.Name == "haldane_tick_timestamp_seconds");
    }

    private static string Text() => PrometheusText.Write(new()
    {
        Health = new FakeRoom().Health,
        Traffic = new FakeTraffic().Rows,
        Shadows = new FakeTraffic().Copies,
        Evaluators = new FakeEvaluatorViews().All,
        Models = [.. new FakeRoom().Models, new("chat", "/chat/**", "v2", ["v1", "v2"], null, Share.None)],
        Rollouts = new FakeRoom().Rollouts,
        Processes = new FakeProcessViews().All,
        Webhooks = new FakeWebhooks().Standing,
    });

    // Reads as strictly as the format is written: HELP, TYPE, then the samples of that family.
    private static List<Sample> Parse(string text)
    {
        var samples = new List<Sample>();
        var families = new HashSet<string>(StringComparer.Ordinal);
        var (help, type) = ("", "");
        foreach (var line in text.Split('\n')[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                help = line.Split(' ')[2];
                Assert.True(families.Add(help), $"{help} comes twice");
                continue;
            }

            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                type = line.Split(' ')[2];
                Assert.Equal(help, type);
                Assert.Contains(line.Split(' ')[3], new[] { "counter", "gauge" });
                continue;
            }

            var match = SampleLine().Match(line);
            Assert.True(match.Success, $"no line of the format: {line}");
            Assert.Equal(type, match.Groups["name"].Value);
            var labels = LabelPair().Matches(match.Groups["labels"].Value).ToDictionary(m => m.Groups["key"].Value, m => Unescape(m.Groups["value"].Value));
            samples.Add(new(type, labels, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)));
        }

        return samples;
    }

    private static string Unescape(string value) => Escapes().Replace(value, m => m.Value switch { "\\n" => "\n", "\\\"" => "\"", _ => "\\" });

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>[a-z_]+="([^"\\\n]|\\[\\n"])*"(,[a-z_]+="([^"\\\n]|\\[\\n"])*")*)\})? (?<value>[-+]?[0-9.]+(E[-+]?[0-9]+)?)$""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex SampleLine();

    [GeneratedRegex("""(?<key>[a-z_]+)="(?<value>([^"\\\n]|\\[\\n"])*)"(,|$)""", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex LabelPair();

    [GeneratedRegex("""\\[\\n"]""", RegexOptions.None, 1_000)]
    private static partial Regex Escapes();

    private sealed record Sample(string Name, Dictionary<string, string> Labels, double Value);
}

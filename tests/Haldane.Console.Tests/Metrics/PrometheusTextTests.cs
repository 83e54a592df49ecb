using System.Globalization;
using System.Text.RegularExpressions;
using Haldane.Console.Metrics;
using Haldane.Console.Tests.Fakes;
using Haldane.Core;

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
    public void Values_are_those_of_the_views()
    {
        var samples = Parse(Text());

        Assert.Equal(0.1, samples.Single(s => s.Name == "haldane_rollout_share" && s.Labels["rollout"] == "fraud-v2").Value);
        Assert.Equal(1.25, Assert.Single(samples, s => s.Name == "haldane_guard_estimate").Value);
        Assert.Equal(
            [("baseline", "0.5", 0.010), ("baseline", "0.99", 0.020), ("canary", "0.5", 0.011), ("canary", "0.99", 0.025)],
            samples.Where(s => s.Name == "haldane_latency_seconds").Select(s => (s.Labels["arm"], s.Labels["quantile"], s.Value)));
        Assert.Equal(1, samples.Single(s => s.Name == "haldane_ready").Value);
    }

    [Fact]
    public void Very_small_and_very_large_numbers_can_be_read()
    {
        var text = PrometheusText.Write([new("m", Arm.Baseline, long.MaxValue, 0, 0, 0, 0)], [], [], [], new(false, "ill", null));

        Assert.Equal(long.MaxValue, Parse(text).Single(s => s is { Name: "haldane_exchanges_total" }).Value);
        Assert.Equal(0, Parse(text).Single(s => s.Name == "haldane_ready").Value);
    }

    private static string Text() =>
        PrometheusText.Write(new FakeTraffic().Rows, new FakeTraffic().Copies, new FakeEvaluatorViews().All, [Views.Running("fraud-v2"), Views.Draft("chat-v2", "chat")], new(true, "ok", null));

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

using System.Net.Http.Json;
using System.Text.Json;
using Haldane.Core.Alerts;
using Haldane.EndToEnd.Tests.Support;

namespace Haldane.EndToEnd.Tests;

/// <summary>What other systems know of a version: alerts and gauges, with a real server, real metrics and the commands.</summary>
public sealed class OutsideSignalTests : IAsyncLifetime
{
    private readonly Workspace _workspace = new();
    private FixedModel _model = null!;

    public async ValueTask InitializeAsync() => _model = await FixedModel.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await _model.DisposeAsync();
        _workspace.Dispose();
    }

    [Fact]
    public async Task An_alert_holds_over_kill_9_until_it_is_cleared_and_another_takes_back_within_two_seconds()
    {
        var file = Write("alerts: [{ labels: { service: fraud } }, { labels: { service: fraud, severity: page }, then: rollback }]");
        await using var first = await RunningHaldane.StartAsync(file, _workspace.Store);
        Assert.Equal(0, (await Terminal.RunAsync("rollout", "start", "fraud-v2", "--by", "ann", "--admin", first.Admin.ToString())).Code);
        await TellAsync(first, "f00", "warn");
        await UntilAsync(first, "hold", "Alert");
        await first.KillAsync();

        await using var second = await RunningHaldane.StartAsync(file, _workspace.Store);
        var admin = second.Admin.ToString();
        await UntilAsync(second, "hold", "Alert");
        var listed = await Terminal.RunAsync("alerts", "list", "--admin", admin);
        var cleared = await Terminal.RunAsync("alerts", "clear", AlertIds.Of("api", "f00"), "--why", "its sender is gone", "--by", "ann", "--admin", admin);
        await UntilAsync(second, "hold", "NoData");
        await TellAsync(second, "f01", "page");
        var told = TimeProvider.System.GetTimestamp();
        var ended = await UntilAsync(second, "phase", "RolledBack");
        var took = TimeProvider.System.GetElapsedTime(told);
        var ledger = await Terminal.RunAsync("ledger", "verify", "--admin", admin);

        Assert.Contains("FraudLossHigh", listed.Out, StringComparison.Ordinal);
        Assert.Equal((0, "FraudLossHigh counts as over; if its sender tells of it again, it stands again"), (cleared.Code, cleared.Out.Trim()));
        Assert.StartsWith("the alert FraudLossHigh stands since ", ended.GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.InRange(took.TotalSeconds, 0, 2);
        Assert.Equal(0, ledger.Code);
    }

    [Fact]
    public async Task Gauges_are_read_from_metrics_and_pushed_by_command()
    {
        await using var haldane = await RunningHaldane.StartAsync(Write(""), _workspace.Store);
        var admin = haldane.Admin.ToString();
        var idle = await Terminal.RunAsync("gauges", "push", "fraud", "v2", "queue=3", "--admin", admin);
        await Terminal.RunAsync("rollout", "start", "fraud-v2", "--by", "ann", "--admin", admin);
        var pushed = await Terminal.RunAsync("gauges", "push", "fraud", "v2", "queue=4.5", "--admin", admin);
        var wrong = await Terminal.RunAsync("gauges", "push", "fraud", "v2", "room=1", "--admin", admin);
        JsonElement[] gauges;
        do
        {
            await Task.Delay(200);
            gauges = [.. JsonDocument.Parse((await Terminal.RunAsync("gauges", "list", "--json", "--admin", admin)).Out).RootElement.EnumerateArray()];
        }
        while (!gauges.Any(g => g.GetProperty("gauge").GetString() == "room" && g.TryGetProperty("value", out _)));

        Assert.Equal((0, "taken; v2 takes part in no rollout now"), (idle.Code, idle.Out.Trim()));
        Assert.Equal((0, "1 counted"), (pushed.Code, pushed.Out.Trim()));
        Assert.Equal((1, "readings[0]: room is read from room_used, it cannot be pushed"), (wrong.Code, wrong.Error.Trim()));
        Assert.Contains(gauges, g => g.GetProperty("gauge").GetString() == "room" && g.GetProperty("version").GetString() == "v1" && g.GetProperty("value").GetDouble() == 0.25);
        Assert.Contains(gauges, g => g.GetProperty("gauge").GetString() == "queue" && g.GetProperty("version").GetString() == "v2" && g.GetProperty("value").GetDouble() == 4.5);
    }

    // As Alertmanager would.
    private static async Task TellAsync(RunningHaldane haldane, string fingerprint, string severity)
    {
        using var http = new HttpClient { BaseAddress = haldane.Admin };
        using var answer = await http.PostAsJsonAsync("/api/v1/alerts", new
        {
            version = "4",
            alerts = new[] { new { status = "firing", fingerprint, labels = new { alertname = "FraudLossHigh", service = "fraud", severity }, annotations = new { summary = "losses" }, startsAt = TimeProvider.System.GetUtcNow() } },
        });
        Assert.Equal("""{"standing":1,"over":0,"ignored":0,"unfit":0}""", await answer.Content.ReadAsStringAsync());
    }

    private static async Task<JsonElement> UntilAsync(RunningHaldane haldane, string field, string value)
    {
        using var http = new HttpClient { BaseAddress = haldane.Admin };
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var rollout = (await http.GetFromJsonAsync<JsonElement>("/api/v1/rollouts/fraud-v2", patience.Token)).GetProperty("rollout");
            if (rollout.TryGetProperty(field, out var found) && found.GetString() == value)
            {
                return rollout;
            }

            await Task.Delay(50, patience.Token);
        }
    }

    private string Write(string alerts)
    {
        var text = File.ReadAllText(_workspace.WriteRollout(_model.Address, _model.Address, "{ share: 10%, bake: 1h }", "manual"));
        return _workspace.Write("rollout.yaml", text
            .Replace("  signals:\n", "  signals:\n    gauges: [{ name: room, metric: room_used, together: max }, { name: queue }]\n", StringComparison.Ordinal)
            .Replace("\"] }", $"\"], metrics: [\"{_model.Address}/metrics\"] }}", StringComparison.Ordinal)
            .Replace("  canary: v2\n", $"  canary: v2\n{(alerts.Length == 0 ? "" : $"  {alerts}\n")}", StringComparison.Ordinal));
    }
}

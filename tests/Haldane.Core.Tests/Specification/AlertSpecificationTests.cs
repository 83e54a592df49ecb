using Haldane.Core.Alerts;
using Haldane.Core.Specification;

namespace Haldane.Core.Tests.Specification;

/// <summary>Alerts that matter to a rollout, as they are written, and which fit.</summary>
public sealed class AlertSpecificationTests
{
    [Fact]
    public void Rules_are_read_whole()
    {
        var rollout = Read("[{ labels: { alertname: Loss, severity: page }, then: rollback }, { labels: { service: fraud } }]").Set!.Rollouts[0];

        Assert.Equal([new AlertSpec([new("alertname", "Loss"), new("severity", "page")], AlertThen.RollBack), new([new("service", "fraud")], AlertThen.Hold)], rollout.Alerts);
        Assert.Empty(Samples.Read(Samples.Fraud).Set!.Rollouts[0].Alerts);
    }

    [Theory]
    [InlineData("[{ then: hold }]", "found no field \"labels\"")]
    [InlineData("[{ labels: {} }]", "wanted labels with their values")]
    [InlineData("[{ labels: { a: b }, then: roll }]", "wanted hold or rollback")]
    [InlineData("[]", "found 0 alerts; wanted 1 to 32")]
    public void A_mistake_is_named(string alerts, string message) => Assert.Contains(message, Assert.Single(Read(alerts).Errors).Message, StringComparison.Ordinal);

    [Fact]
    public void The_worst_that_fits_counts()
    {
        var rollout = Read("[{ labels: { alertname: Loss } }, { labels: { alertname: Loss, severity: page }, then: rollback }]").Set!.Rollouts[0];
        StandingAlert warn = Alert("Loss", "warn"), page = Alert("Loss", "page");

        Assert.Equal((false, true), (AlertRules.Of(rollout, [warn])!.TakesBack, AlertRules.Of(rollout, [warn, page])!.TakesBack));
        Assert.Null(AlertRules.Of(rollout, [Alert("Other", "page"), page with { Models = ["chat"] }]));
        Assert.Equal("the alert a1 stands since 2026-03-04 12:00:00 UTC: all is lost", AlertRules.Of(rollout with { Alerts = [new([new("severity", "x")], AlertThen.Hold)] }, [warn with { Labels = [new("severity", "x")], Summary = "all is lost" }])!.Sentence);
    }

    private static StandingAlert Alert(string name, string severity) => new("a1", [new("alertname", name), new("severity", severity)], null, new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero), "am", []);

    private static SpecificationResult Read(string alerts) => Samples.Read(Samples.With("  baseline: v1", $"  baseline: v1\n  alerts: {alerts}"));
}

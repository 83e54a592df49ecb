using Haldane.Core.Judging;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;

namespace Haldane.Core.Tests.Reports;

/// <summary>What is said of a verdict beside its reason.</summary>
public sealed class PackWordsTests
{
    private static readonly Verdict Open = new() { Guard = "errors", Signal = "error-rate", Kind = VerdictKind.Undecided, Reason = "open" };

    [Theory]
    [InlineData(180.0, "if this goes on, Fail after about 3 min more, 12,345 canary exchanges")]
    [InlineData(null, "if this goes on, Fail after 12,345 canary exchanges")]
    public void A_running_rollout_has_a_forecast(double? seconds, string said) =>
        Assert.Equal([said], PackWords.Beside(Open with { Forecast = Forecast(seconds) }, Phase.Running));

    [Theory]
    [InlineData(Phase.Returning)]
    [InlineData(Phase.RolledBack)]
    [InlineData(Phase.Promoted)]
    [InlineData(Phase.Concluded)]
    public void Nothing_goes_on_in_one_that_is_over(Phase phase) =>
        Assert.Equal(["worth a look: region us"], PackWords.Beside(Open with { Forecast = Forecast(180), Aside = "worth a look: region us" }, phase));

    [Fact]
    public void Nothing_is_said_where_there_is_nothing() => Assert.Empty(PackWords.Beside(Open, Phase.Running));

    private static Forecast Forecast(double? seconds) => new(VerdictKind.Fail, 12_345, seconds is { } s ? TimeSpan.FromSeconds(s) : null);
}

using Haldane.Core.Judging;
using Haldane.Core.Reports;

namespace Haldane.Core.Tests.Reports;

/// <summary>What is said of a verdict beside its reason.</summary>
public sealed class PackWordsTests
{
    private static readonly Verdict Open = new() { Guard = "errors", Signal = "error-rate", Kind = VerdictKind.Undecided, Reason = "open" };

    [Theory]
    [InlineData(180.0, "if this goes on, Fail after about 3 min more, 12,345 canary exchanges")]
    [InlineData(null, "if this goes on, Fail after 12,345 canary exchanges")]
    public void A_run_that_goes_on_has_a_forecast(double? seconds, string said) =>
        Assert.Equal([said], PackWords.Beside(Open with { Forecast = Forecast(seconds) }, goesOn: true));

    [Fact]
    public void Nothing_is_forecast_of_what_does_not_go_on() =>
        Assert.Equal(["worth a look: region us"], PackWords.Beside(Open with { Forecast = Forecast(180), Aside = "worth a look: region us" }, goesOn: false));

    [Fact]
    public void Nothing_is_said_where_there_is_nothing() => Assert.Empty(PackWords.Beside(Open, goesOn: true));

    private static Forecast Forecast(double? seconds) => new(VerdictKind.Fail, 12_345, seconds is { } s ? TimeSpan.FromSeconds(s) : null);
}

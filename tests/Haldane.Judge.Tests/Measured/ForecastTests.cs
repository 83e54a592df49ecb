using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>The smallest factor at which a line is crossed, and what that means in exchanges and time.</summary>
public sealed class ForecastTests
{
    private static readonly GuardSpec Guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2);
    private static readonly Budget Lines = new(FailAt: 5, SegmentFailAt: 7, PassAt: 3);
    private static readonly Progress Served = new(InStage: 1_000, InAll: 10_000, Baked: TimeSpan.FromSeconds(50));

    [Theory]
    [InlineData(1, 0, 5, VerdictKind.Fail)]
    [InlineData(4.5, 0, 5 / 4.5, VerdictKind.Fail)]
    [InlineData(0.004, -1, 1_250, VerdictKind.Fail)]
    [InlineData(0, 2, 1.5, VerdictKind.Pass)]
    [InlineData(0.1, 0.3, 10, VerdictKind.Pass)]
    [InlineData(0.5, 0.3, 10, VerdictKind.Fail)]
    [InlineData(0, 0.0004, 7_500, VerdictKind.Pass)]
    public void The_forecast_is_the_smallest_factor_that_crosses_a_line(double fail, double pass, double factor, VerdictKind toward)
    {
        var forecast = Outlook.Of(new Spoken(Guard) { FailNow = fail, PassNow = pass }, Lines, Served)!;

        // A search within 2 % ends at a factor that is enough.
        Assert.Equal(toward, forecast.Toward);
        Assert.InRange(forecast.CanaryExchanges, (factor - 1) * 10_000, (factor * 1.02 - 1) * 10_000 + 1);
        Assert.InRange(forecast.Time!.Value.TotalSeconds, (factor - 1) * 500, (factor * 1.02 - 1) * 500 + 1);
        Assert.Equal(Math.Ceiling(forecast.Time.Value.TotalSeconds), forecast.Time.Value.TotalSeconds);
    }

    [Fact]
    public void What_starts_anew_in_each_stage_grows_with_the_stage_only()
    {
        var forecast = Outlook.Of(new Spoken(Guard) { FailNow = 1, Anew = true }, Lines, Served)!;

        Assert.InRange(forecast.CanaryExchanges, 4 * 1_000, 4.1 * 1_000 + 1);
        Assert.InRange(forecast.Time!.Value.TotalSeconds, 4 * 50, 4.1 * 50 + 1);
    }

    [Fact]
    public void Beyond_ten_thousand_times_as_much_nothing_is_said()
    {
        Assert.NotNull(Outlook.Of(new Spoken(Guard) { FailNow = 5 / 9_999.0 }, Lines, Served));
        Assert.NotNull(Outlook.Of(new Spoken(Guard) { FailNow = 0.0005 }, Lines, Served));
        Assert.NotNull(Outlook.Of(new Spoken(Guard) { PassNow = 0.0003 }, Lines with { PassAt = 0.0003 * 10_000 }, Served));
        Assert.Null(Outlook.Of(new Spoken(Guard) { FailNow = 5 / 10_001.0 }, Lines, Served));
        Assert.Null(Outlook.Of(new Spoken(Guard) { FailNow = -1, PassNow = 0 }, Lines, Served));
        Assert.Null(Outlook.Of(new Spoken(Guard) { FailNow = 1 }, Lines, Served with { InStage = 0 }));
    }

    [Fact]
    public void A_rate_that_nobody_knows_and_a_time_of_ten_years_are_not_said()
    {
        Assert.Null(Outlook.Of(new Spoken(Guard) { FailNow = 1 }, Lines, Served with { Baked = TimeSpan.Zero })!.Time);
        Assert.Null(Outlook.Of(new Spoken(Guard) { FailNow = 1, Anew = true }, Lines, Served with { Baked = TimeSpan.FromDays(3_650 / 3.9) })!.Time);
        Assert.NotNull(Outlook.Of(new Spoken(Guard) { FailNow = 1, Anew = true }, Lines, Served with { Baked = TimeSpan.FromDays(3_650 / 4.3) })!.Time);
        Assert.True(Outlook.Of(new Spoken(Guard) { FailNow = 1 }, Lines, Served with { Baked = TimeSpan.Zero })!.CanaryExchanges > 0);
    }

    [Fact]
    public void Only_what_is_undecided_and_asked_for_has_a_forecast()
    {
        static Verdict Of(double fail, double pass, string? missing, Progress? progress)
        {
            var judge = new GuardJudge(Guard, Lines, new Spoken(Guard) { FailNow = fail, PassNow = pass, WhatIsMissing = missing }, []);
            judge.Add(Asked.Empty());
            return judge.Judge(null, progress);
        }

        Assert.NotNull(Of(1, 0, null, Served).Forecast);
        Assert.Null(Of(1, 0, null, null).Forecast);
        Assert.Null(Of(1, 0, "labels", Served).Forecast);
        Assert.Null(Of(5, 0, null, Served).Forecast);
        Assert.Null(Of(1, 3, null, Served).Forecast);
    }
}

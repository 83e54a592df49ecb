using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>What every measurement's sentence is made of.</summary>
public sealed class SentenceTests
{
    private static readonly GuardSpec AtMost = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2);
    private static readonly GuardSpec AtLeast = AtMost with { Bad = 0.5, AtLeast = true };

    // The lower bound is proven harm where more is worse, the upper one where less is; a bound on the harmless side of "no difference" is not said.
    [Theory]
    [InlineData(false, VerdictKind.Fail, 1.2, 3.0, " (at least <1.2>)")]
    [InlineData(false, VerdictKind.Fail, 1.0, 3.0, "")]
    [InlineData(false, VerdictKind.Fail, 0.9, 3.0, "")]
    [InlineData(false, VerdictKind.Fail, null, 3.0, "")]
    [InlineData(false, VerdictKind.Pass, 0.5, 1.2, " (at most <1.2>)")]
    [InlineData(false, VerdictKind.Pass, 0.5, 1.0, "")]
    [InlineData(false, VerdictKind.Pass, 0.5, null, "")]
    [InlineData(true, VerdictKind.Fail, 0.2, 0.8, " (at most <0.8>)")]
    [InlineData(true, VerdictKind.Fail, 0.2, 1.0, "")]
    [InlineData(true, VerdictKind.Fail, 0.2, 1.1, "")]
    [InlineData(true, VerdictKind.Fail, 0.2, null, "")]
    [InlineData(true, VerdictKind.Pass, 0.8, 1.5, " (at least <0.8>)")]
    [InlineData(true, VerdictKind.Pass, 1.0, 1.5, "")]
    [InlineData(true, VerdictKind.Pass, null, 1.5, "")]
    public void A_proof_tells_the_bound_on_its_own_side(bool atLeast, VerdictKind kind, double? low, double? high, string bound)
    {
        var measurement = new Spoken(atLeast ? AtLeast : AtMost) { Same = 1 };

        Assert.Equal($"seen{bound}; so much is the margin", measurement.Explain(kind, new() { Low = low, High = high }, worse: false));
    }

    [Fact]
    public void Where_there_is_no_difference_to_none_every_bound_is_told()
    {
        var measurement = new Spoken(AtMost);

        Assert.Equal("seen (at least <0.1>); so much is the margin", measurement.Explain(VerdictKind.Fail, new() { Low = 0.1, High = 9 }, worse: false));
        Assert.Equal("seen (at most <9>); so much is the margin", measurement.Explain(VerdictKind.Pass, new() { Low = 0.1, High = 9 }, worse: false));
    }

    [Fact]
    public void An_amount_that_says_its_direction_keeps_it_where_less_is_worse()
    {
        var measurement = new Spoken(AtLeast) { Same = 1, HasDirection = true };

        Assert.Equal("seen (at least <0.8>); so much is the margin", measurement.Explain(VerdictKind.Fail, new() { Low = 0.2, High = 0.8 }, worse: false));
        Assert.Equal("seen (at most <0.8>); so much is the margin", measurement.Explain(VerdictKind.Pass, new() { Low = 0.8, High = 1.5 }, worse: false));
    }

    [Fact]
    public void Harm_beside_Pass_is_said_to_lie_within_the_margin()
    {
        var measurement = new Spoken(AtMost) { Same = 1 };

        Assert.Equal("seen; worse than the baseline, within the margin; so much is the margin", measurement.Explain(VerdictKind.Pass, new() { Low = 1.1, High = 1.5 }, worse: true));
        Assert.Equal("seen (at least <1.1>); so much is the margin", measurement.Explain(VerdictKind.Fail, new() { Low = 1.1, High = 1.5 }, worse: true));
    }

    [Theory]
    [InlineData(0.9, 1.5, "may be between <0.9> and <1.5>")]
    [InlineData(0.9, null, "<0.9> or more")]
    [InlineData(null, 1.5, "<1.5> or less")]
    [InlineData(null, null, "too early to bound it")]
    public void What_is_undecided_tells_where_it_may_lie(double? low, double? high, string range)
    {
        var measurement = new Spoken(AtMost) { Same = 1 };

        Assert.Equal($"seen; {range}; so much is the margin", measurement.Explain(VerdictKind.Undecided, new() { Low = low, High = high }, worse: false));
    }

    [Theory]
    [InlineData(1.99, "too early to bound it")]
    [InlineData(2, "too early to bound it, since answers of the same users and moments are alike: 2 count as one")]
    [InlineData(34.7, "too early to bound it, since answers of the same users and moments are alike: 35 count as one")]
    [InlineData(double.PositiveInfinity, "too few users or moments so far to tell their ways from the version's")]
    public void From_two_that_count_as_one_on_it_is_said(double clustering, string said) =>
        Assert.Equal($"seen; {said}; so much is the margin", new Spoken(AtMost) { CountAsOne = clustering }.Explain(VerdictKind.Undecided, default, worse: false));

    [Theory]
    [InlineData(false, 2.0, false)]
    [InlineData(false, 2.001, true)]
    [InlineData(false, 1.9, false)]
    [InlineData(true, 0.5, false)]
    [InlineData(true, 0.499, true)]
    [InlineData(true, 0.6, false)]
    [InlineData(false, null, false)]
    [InlineData(true, null, false)]
    public void Only_an_estimate_past_the_bad_line_is_beyond_it(bool atLeast, double? estimate, bool beyond) =>
        Assert.Equal(beyond, new Spoken(atLeast ? AtLeast : AtMost) { Numbers = new() { Estimate = estimate } }.IsBeyondBad());

    [Theory]
    [InlineData(SignalKind.ErrorRate, Scale.Ratio, 2, "RateRatio")]
    [InlineData(SignalKind.EventRate, Scale.Ratio, 2, "RateRatio")]
    [InlineData(SignalKind.Accuracy, Scale.Ratio, 0.9, "RateRatioOfSamples")]
    [InlineData(SignalKind.ErrorRate, Scale.Difference, 0.02, "RateDifference")]
    [InlineData(SignalKind.EventRate, Scale.Difference, 0.02, "RateDifference")]
    [InlineData(SignalKind.Accuracy, Scale.Difference, -0.02, "RateDifference")]
    [InlineData(SignalKind.ErrorRate, Scale.Value, 0.02, "RateValue")]
    [InlineData(SignalKind.EventRate, Scale.Value, 0.02, "RateValue")]
    [InlineData(SignalKind.Accuracy, Scale.Value, 0.9, "RateValue")]
    [InlineData(SignalKind.Latency, Scale.Ratio, 1.1, "LatencyComparison")]
    [InlineData(SignalKind.Latency, Scale.Difference, 0.1, "LatencyComparison")]
    [InlineData(SignalKind.Latency, Scale.Value, 0.1, "LatencyValue")]
    [InlineData(SignalKind.FirstToken, Scale.Ratio, 1.1, "LatencyComparison")]
    [InlineData(SignalKind.FirstToken, Scale.Difference, 0.1, "LatencyComparison")]
    [InlineData(SignalKind.FirstToken, Scale.Value, 0.1, "LatencyValue")]
    [InlineData(SignalKind.LatencyDistribution, Scale.Difference, 0.1, "LatencyDistribution")]
    [InlineData(SignalKind.Throughput, Scale.Ratio, 0.9, "ThroughputRatio")]
    [InlineData(SignalKind.PredictionDrift, Scale.JensenShannon, 0.05, "Drift")]
    [InlineData(SignalKind.ConfidenceDrift, Scale.JensenShannon, 0.05, "Drift")]
    [InlineData(SignalKind.AttributionDrift, Scale.JensenShannon, 0.05, "Drift")]
    [InlineData(SignalKind.Calibration, Scale.Difference, 0.05, "Calibration")]
    [InlineData(SignalKind.Calibration, Scale.Value, 0.05, "Calibration")]
    [InlineData(SignalKind.Mean, Scale.Ratio, 1.1, "MeanComparison")]
    [InlineData(SignalKind.Mean, Scale.Difference, 0.1, "MeanComparison")]
    [InlineData(SignalKind.Mean, Scale.Value, 0.1, "MeanValue")]
    [InlineData(SignalKind.Agreement, Scale.Value, 0.9, "AgreementValue")]
    [InlineData(SignalKind.ErrorRate, Scale.JensenShannon, 0.1, null)]
    [InlineData(SignalKind.LatencyDistribution, Scale.Ratio, 1.1, null)]
    [InlineData(SignalKind.Throughput, Scale.Value, 0.9, null)]
    [InlineData(SignalKind.PredictionDrift, Scale.Ratio, 1.1, null)]
    [InlineData(SignalKind.AttributionDrift, Scale.Value, 0.1, null)]
    [InlineData(SignalKind.Calibration, Scale.Ratio, 1.1, null)]
    [InlineData(SignalKind.Mean, Scale.JensenShannon, 0.1, null)]
    [InlineData(SignalKind.Agreement, Scale.Difference, -0.1, null)]
    public void Each_signal_and_scale_has_its_measurement(SignalKind kind, Scale scale, double bad, string? measurement)
    {
        var guard = Slices.Guard(kind, scale, bad, 0.9, kind == SignalKind.Mean ? "change" : GatewayEvents.Refused);
        if (measurement is not null)
        {
            Assert.Equal(measurement, Asked.OfEveryone(guard).Measurement.GetType().Name);
            return;
        }

        var refused = Assert.Throws<ArgumentException>(() => Asked.OfEveryone(guard));
        Assert.StartsWith($"Guard {kind}-{scale}: {kind} cannot be judged by {scale}.", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Scale.Difference)]
    [InlineData(Scale.Value)]
    public void Events_that_come_late_have_no_rate_of_their_own(Scale scale)
    {
        Assert.Equal("RateRatio", Asked.OfEveryone(Slices.Guard(SignalKind.EventRate, Scale.Ratio, 2, 1.5, "complaint")).Measurement.GetType().Name);

        var refused = Assert.Throws<ArgumentException>(() => Asked.OfEveryone(Slices.Guard(SignalKind.EventRate, scale, 0.02, 0.01, "complaint")));

        Assert.StartsWith($"Guard EventRate-{scale}: rate:complaint can only be judged by Ratio: nobody says on which exchanges it did not happen.", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fine_line_that_is_worse_than_the_bad_one_is_refused()
    {
        var guard = Slices.Guard(SignalKind.ErrorRate, Scale.Value, 0.05);
        var refused = Assert.Throws<ArgumentException>(() => Asked.OfEveryone(guard with { Fine = 0.06 }));

        Assert.StartsWith("Guard ErrorRate-Value: the fine line (0.06) must not be worse than the bad line (0.05).", refused.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Asked.OfEveryone(guard with { Fine = 0.04, AtLeast = true }));
        Assert.NotNull(Asked.OfEveryone(guard with { Fine = 0.05 }));
        Assert.NotNull(Asked.OfEveryone(guard with { Fine = 0.05, AtLeast = true }));
        Assert.NotNull(Asked.OfEveryone(guard with { Fine = 0.06, AtLeast = true }));
    }
}

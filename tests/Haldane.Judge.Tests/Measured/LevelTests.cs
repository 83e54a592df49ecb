using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;

namespace Haldane.Judge.Tests.Measured;

/// <summary>Gauges, such as utilisation: judged by spans of ten seconds.</summary>
public sealed class LevelTests
{
    private static readonly GuardSpec Limit = Guard(Scale.Value, 0.8);

    [Fact]
    public void A_plateau_beyond_the_limit_fails_within_two_minutes_and_says_for_how_long()
    {
        var asked = Asked.OfEveryone(Limit);
        var seconds = 0;
        while (asked.Fail < Asked.FailAt)
        {
            seconds++;
            asked.After(Second(0.93));
        }

        Assert.InRange(seconds, 80, 120);
        Assert.True(asked.Measurement.IsBeyondBad());
        Assert.Equal($"gpu was beyond the limit in {seconds / 10} of the last {seconds / 10} spans of ten seconds; 0.8 is the limit", asked.Says(VerdictKind.Fail));
        Assert.Equal((0.93, seconds / 10), (asked.Reading.Estimate, (int)asked.Reading.CanaryCount));
        Assert.Equal(0.93, asked.Reading.CanaryValue!.Value, 12);
    }

    [Fact]
    public void A_level_below_it_passes_within_two_minutes()
    {
        var asked = Asked.OfEveryone(Limit);
        var seconds = 0;
        while (asked.Pass < Asked.PassAt)
        {
            seconds++;
            asked.After(Second(0.55 + 0.01 * (seconds % 7)));
        }

        Assert.InRange(seconds, 50, 120);
        Assert.Contains("gpu is 0.5", asked.Says(VerdictKind.Pass), StringComparison.Ordinal);
        Assert.Contains("(at most 0.", asked.Says(VerdictKind.Pass), StringComparison.Ordinal);
        Assert.False(asked.Measurement.IsBeyondBad());
    }

    [Fact]
    public void Trouble_that_comes_after_a_good_day_is_found_in_minutes()
    {
        var asked = Asked.OfEveryone(Limit).After(Enumerable.Repeat(Second(0.4), 3_600));
        Assert.True(asked.Pass > Asked.PassAt);

        var seconds = 0;
        while (asked.Fail < Asked.FailAt)
        {
            seconds++;
            asked.After(Second(0.9));
        }

        Assert.InRange(seconds, 120, 360);
        Assert.True(asked.Measurement.IsBeyondBad()); // so the Pass of before does not protect it
    }

    // However many servers and however often they are asked, ten seconds prove as much.
    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public void More_readings_of_the_same_moment_prove_no_more(int readings)
    {
        var asked = Asked.OfEveryone(Limit).After(Enumerable.Repeat(Second(0.9, readings: readings), 60));

        Assert.Equal(Asked.OfEveryone(Limit).After(Enumerable.Repeat(Second(0.9), 60)).Fail, asked.Fail);
        Assert.Equal(6, asked.Reading.CanaryCount);
    }

    [Fact]
    public void Readings_that_come_once_a_minute_make_one_span_each()
    {
        var asked = Asked.OfEveryone(Limit).After(Enumerable.Range(0, 600).Select(i => i % 60 == 0 ? Second(0.9) : Second(null)));

        Assert.Equal(10, asked.Reading.CanaryCount);
        Assert.Null(asked.Measurement.Broken());
    }

    [Fact]
    public void Against_the_baseline_spans_are_compared_that_both_have()
    {
        var ratio = Guard(Scale.Ratio, 1.2);
        var worse = Asked.OfEveryone(ratio).After(Enumerable.Range(0, 300).Select(i => Second(i * 1.3, baseline: i * 1.0)));
        var alike = Asked.OfEveryone(ratio).After(Enumerable.Range(0, 300).Select(i => Second(i * 1.02, baseline: i)));
        var difference = Asked.OfEveryone(Guard(Scale.Difference, 5)).After(Enumerable.Range(0, 300).Select(i => Second(i + 7, baseline: i)));

        Assert.True(worse.Fail > Asked.FailAt && worse.Pass < Asked.PassAt);
        Assert.True(alike.Pass > Asked.PassAt && alike.Fail < Asked.FailAt);
        Assert.True(difference.Fail > Asked.FailAt);
        Assert.Equal((1.3, 7.0), (worse.Reading.Estimate!.Value, difference.Reading.Estimate!.Value));
        Assert.Contains("gpu is 1.02 times the baseline's in the middle of 30 spans", alike.Says(VerdictKind.Pass), StringComparison.Ordinal);
        Assert.Contains("5 higher than the baseline's is the limit", difference.Says(VerdictKind.Fail), StringComparison.Ordinal);
        Assert.Equal("no reading of gpu of the baseline so far", Asked.OfEveryone(ratio).After(Enumerable.Repeat(Second(1), 30)).Measurement.Missing());
    }

    [Fact]
    public void A_lower_limit_is_a_limit_too()
    {
        var asked = Asked.OfEveryone(Limit with { AtLeast = true, Bad = 10 });

        Assert.True(asked.After(Enumerable.Repeat(Second(3), 200)).Fail > Asked.FailAt);
        Assert.True(Asked.OfEveryone(Limit with { AtLeast = true, Bad = 10 }).After(Enumerable.Repeat(Second(30), 200)).Pass > Asked.PassAt);
    }

    [Fact]
    public void What_both_versions_suffer_is_not_held_against_the_canary()
    {
        var asked = Asked.OfEveryone(Limit).After(Enumerable.Repeat(Second(0.95, baseline: 0.94), 900));

        Assert.True(asked.Fail <= 0);
        Assert.Contains("the baseline itself is beyond the limit: gpu in the last 90 spans", asked.Measurement.Trouble(), StringComparison.Ordinal);
        Assert.Null(asked.After(Enumerable.Repeat(Second(0.5, baseline: 0.5), 10)).Measurement.Trouble());
    }

    [Fact]
    public void Readings_that_stop_break_the_measurement_until_they_come_again()
    {
        var asked = Asked.OfEveryone(Limit).After(Enumerable.Repeat(Second(0.5), 90));
        Assert.Null(asked.After(Enumerable.Repeat(Second(null), 60)).Measurement.Broken());
        Assert.Equal("no reading of gpu of the canary has come for 61 s, after 90: how high it is now, nobody knows", asked.After(Second(null)).Measurement.Broken());
        Assert.Null(asked.After(Second(0.5)).Measurement.Broken());
    }

    [Fact]
    public void Where_it_is_compared_a_silent_baseline_breaks_it_too()
    {
        var asked = Asked.OfEveryone(Guard(Scale.Ratio, 1.2)).After(Enumerable.Repeat(Second(0.5, baseline: 0.5), 90)).After(Enumerable.Repeat(Second(0.9), 61));
        var limit = Asked.OfEveryone(Limit).After(Enumerable.Repeat(Second(0.5, baseline: 0.5), 90)).After(Enumerable.Repeat(Second(0.5), 61));

        Assert.Equal("no reading of gpu of the baseline has come for 61 s, after 90: how high it is now, nobody knows", asked.Measurement.Broken());
        Assert.Null(limit.Measurement.Broken());
    }

    // Worse than fine and better than bad: both are proven, and the guard is kept.
    [Fact]
    public void Between_the_lines_it_is_kept_and_nobody_says_that_the_limit_was_crossed()
    {
        var asked = Asked.OfEveryone(Guard(Scale.Ratio, 1.10)).After(Enumerable.Repeat(Second(1.07, baseline: 1), 300));

        Assert.True(asked.Fail > Asked.FailAt && asked.Pass > Asked.PassAt);
        Assert.False(asked.Measurement.IsBeyondBad());
        Assert.Equal(
            "gpu was beyond 1.05 times the baseline's, which is fine, in 30 of the last 30 spans of ten seconds; worse than the baseline, within the margin; 1.1 times the baseline's is the limit",
            asked.Says(VerdictKind.Pass, worse: true));
    }

    [Fact]
    public void A_baseline_of_nothing_gives_no_number()
    {
        var asked = Asked.OfEveryone(Guard(Scale.Ratio, 2)).After(Enumerable.Repeat(Second(3, baseline: 0), 200));

        Assert.Equal((null, null), (asked.Reading.Estimate, asked.Reading.High));
        Assert.DoesNotContain("179", asked.Says(VerdictKind.Fail) + asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_reading_there_is_nothing_to_say()
    {
        Assert.Equal("no reading of gpu of the canary so far", Asked.OfEveryone(Limit).After(Enumerable.Repeat(Second(null, baseline: 3), 90)).Measurement.Missing());
        Assert.Equal("readings of gpu of less than ten seconds so far", Asked.OfEveryone(Limit).After(Second(1)).Measurement.Missing());
        Assert.Null(Asked.OfEveryone(Limit).After(Enumerable.Repeat(Second(1), 10)).Measurement.Missing());
        Assert.Equal(default, Asked.OfEveryone(Limit).Reading);
    }

    [Fact]
    public void A_span_does_not_reach_over_the_edge_of_a_stage()
    {
        var asked = Asked.OfEveryone(Limit, 20, 50).After(Enumerable.Repeat(Second(0.9), 9)).After(Enumerable.Repeat(Second(0.2) with { Stage = 1 }, 9));
        Assert.Equal(0, asked.Reading.CanaryCount);
        Assert.Equal(0.2, asked.After(Second(0.2) with { Stage = 1 }).Reading.Estimate);
    }

    // Nothing, numbers far apart and the largest there are.
    [Fact]
    public void Strange_numbers_are_numbers()
    {
        var asked = Asked.OfEveryone(Guard(Scale.Ratio, 2)).After(
            new[] { (0, 0), (1, 0.0), (-1, 1), (1e300, 1e-300), (1, 3) }.SelectMany(p => Enumerable.Repeat(Second(p.Item1, baseline: p.Item2), 10)));

        Assert.Equal(4, asked.Reading.CanaryCount); // a ratio of negative numbers says nothing
        Assert.False(double.IsNaN(asked.Fail) || double.IsNaN(asked.Pass));
    }

    private static GuardSpec Guard(Scale scale, double bad) => new() { Name = "gpu", Signal = new(SignalKind.Gauge, Name: "gpu"), Scale = scale, Bad = bad, Segments = SegmentScan.None };

    private static EvidenceSlice Second(double? canary, double? baseline = null, int readings = 1)
    {
        List<GaugeSum> sums = [new("other", Arm.Canary, 1, 99)];
        if (canary is { } value)
        {
            sums.Add(new("gpu", Arm.Canary, readings, readings * value));
        }

        if (baseline is { } other)
        {
            sums.Add(new("gpu", Arm.Baseline, readings, readings * other));
        }

        return Asked.Quiet() with { Length = TimeSpan.FromSeconds(1), Gauges = sums.ToValueList() };
    }
}

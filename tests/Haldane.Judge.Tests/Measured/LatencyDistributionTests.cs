using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>By how many of its answers the canary is slower, over all latencies.</summary>
public sealed class LatencyDistributionTests
{
    private static readonly GuardSpec Guard = Slices.Guard(SignalKind.LatencyDistribution, Scale.Difference, 0.1);

    // The evidence of two lanes is joined by a union.
    private static readonly double Union = Math.Log(2);

    [Theory]
    [InlineData(59, 1)]
    [InlineData(59, 3)]
    [InlineData(50, 2)]
    public void The_band_tells_arms_apart_that_do_not_overlap_before_there_are_sixty_answers(long each, int stages)
    {
        var asked = Asked.OfEveryone(Guard, [.. Enumerable.Repeat(20, stages)]).After(Timed.Slice(0, 20, [(800, each)], [(900, each)]));

        Assert.Equal(InBand(0.95, each) - Math.Log(stages) - Union, asked.Fail, 6);
        Assert.Equal(InBand(0.95, 3 * each) - Math.Log(stages) - Union, asked.Measurement.After(3).Fail, 6);
        Assert.Equal((-Union, -Union), (asked.Pass, asked.Measurement.After(3).Pass));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_band_tells_that_no_more_than_a_wide_margin_is_slower(int stages)
    {
        var guard = Guard with { Bad = 0.9 };
        var slice = Timed.Slice(0, 20, [(800, 59)], [(800, 59)]);
        var asked = Asked.OfEveryone(guard, [.. Enumerable.Repeat(20, stages)]).After(slice);

        Assert.Equal(InBand(0.9, 59) - Math.Log(stages) - Union, asked.Pass, 6);
        Assert.Equal(InBand(0.9, 118) - Math.Log(stages) - Union, asked.Measurement.After(2).Pass, 6);
        Assert.Equal(-Union, asked.Fail, 12);
        Assert.Equal((-Union, 0.0, 0.0), (Asked.OfSegment(guard).After(slice).Fail, Asked.OfSegment(guard).After(slice).Pass, Asked.OfSegment(guard).After(slice).Measurement.After(9).Pass));
    }

    [Fact]
    public void What_the_band_has_proved_stays_proved()
    {
        var harmed = Asked.OfEveryone(Guard, 20, 50).After(Timed.Slice(0, 20, [(800, 59)], [(900, 59)]));
        var fail = harmed.Fail;
        Assert.Equal(fail, harmed.After(Timed.Slice(1, 50, [(800, 59)], [(800, 59)])).Fail);
        Assert.Equal(fail, harmed.Measurement.After(2).Fail);
        Assert.True(fail > 3);

        var safe = Asked.OfEveryone(Guard with { Bad = 0.9 }, 20, 50).After(Timed.Slice(0, 20, [(800, 59)], [(800, 59)]));
        var pass = safe.Pass;
        Assert.Equal(pass, safe.After(Timed.Slice(1, 50, [(800, 59)], [(900, 59)])).Pass);
        Assert.Equal(pass, safe.Measurement.After(2).Pass);
        Assert.True(pass > 3);
    }

    [Theory]
    [InlineData(140)]
    [InlineData(100)]
    [InlineData(90)]
    public void With_more_answers_the_normal_mixture_over_edges_is_ahead(long slow)
    {
        var slices = Timed.Alike(6, 0, 20, [(800, 100), (810, 100)], [(800, 200 - slow), (810, slow)]);
        var asked = Asked.OfEveryone(Guard).After(slices);

        var (canary, baseline) = Timed.Histograms(slices);
        foreach (var factor in new[] { 1, 3 })
        {
            var evidence = asked.Measurement.After(factor);
            Assert.Equal(Math.Max(0, StochasticOrder.LogEAbove(canary, baseline, 0.05, 0.1, factor)) - Union, evidence.Fail, 9);
            Assert.Equal(Math.Max(0, StochasticOrder.LogEBelow(canary, baseline, 0.1, 0.1, factor)) - Union, evidence.Pass, 9);
        }

        Assert.Equal((slow == 140, slow != 140), (asked.Fail > 5, asked.Pass > 5));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [InlineData(false, true)]
    public void Stages_multiply_but_those_of_users_with_habits_are_added(bool harm, bool habits)
    {
        var (earlier, later) = harm ? (75, 55) : (100, 100);
        EvidenceSlice[] first = Timed.Alike(9, 0, 10, [(800, 100), (810, 100)], [(800, earlier), (810, 200 - earlier)]), second = Timed.Alike(9, 1, 50, [(800, 100), (810, 100)], [(800, later), (810, 200 - later)]);
        second[0] = habits ? second[0].WithHabits(800, 810) : second[0];
        var asked = Asked.OfEveryone(Guard, 10, 50).After(first.Concat(second));

        var (before, now) = (Timed.Histograms(first), Timed.Histograms(second));
        foreach (var factor in new[] { 1, 2 })
        {
            StagedEvidence fail = new(2), pass = new(2);
            fail.Update(StochasticOrder.LogEAbove(before.Canary, before.Baseline, 0.05, 0.1));
            pass.Update(StochasticOrder.LogEBelow(before.Canary, before.Baseline, 0.1, 0.1));
            fail.MoveTo(1);
            pass.MoveTo(1);
            fail.Update(StochasticOrder.LogEAbove(now.Canary, now.Baseline, 0.05, 0.1, factor), habits);
            pass.Update(StochasticOrder.LogEBelow(now.Canary, now.Baseline, 0.1, 0.1, factor), habits);
            Assert.Equal(Math.Max(0, fail.LogE) - Union, asked.Measurement.After(factor).Fail, 9);
            Assert.Equal(Math.Max(0, pass.LogE) - Union, asked.Measurement.After(factor).Pass, 9);
        }

        Assert.Equal(habits, asked.Says(VerdictKind.Undecided).Contains("count as one", StringComparison.Ordinal));
        Assert.True((harm ? asked.Fail : asked.Pass) > 1);
    }

    [Fact]
    public void Less_than_one_answer_in_effect_has_no_bounds()
    {
        // The baseline's slow sixth came all at once: a hundred and more count as one, and the canary has sixty.
        EvidenceSlice Burst(int bucket) => Timed.Slice(0, 20, [(bucket, 100)], [(800, 10)]);

        var reading = Asked.OfEveryone(Guard).After([.. Enumerable.Repeat(Burst(800), 5), Burst(820)]).Reading;

        Assert.Equal((0.0, null, null), (reading.Estimate!.Value, reading.Low, reading.High));
    }

    // n times the design effect of so many answers as one, each with its part of the stages and lanes and arms: ln(2 S) + ln 2.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Bounds_are_those_of_the_bands(int stages)
    {
        var slices = Timed.Alike(6, 0, 20, [(800, 900), (810, 900)], [(800, 100), (810, 180)]);
        var reading = Asked.OfEveryone(Guard, [.. Enumerable.Repeat(20, stages)]).After(slices).Reading;

        var distance = 180 / 280.0 - 0.5;
        double Both(double at) => Radius(1_680, at + Math.Log(4 * stages)) + Radius(10_800, at + Math.Log(4 * stages));
        Assert.Equal(distance, reading.Estimate!.Value, 12);
        Assert.Equal(Math.Max(0, distance - Both(Asked.FailAt)), reading.Low!.Value, 9);
        Assert.Equal(distance + Both(Asked.PassAt), reading.High!.Value, 9);
        Assert.Equal((10_800L, 1_680L, null, null), (reading.BaselineCount, reading.CanaryCount, reading.BaselineValue, reading.CanaryValue));
    }

    [Fact]
    public void Where_many_count_as_one_bounds_and_bands_are_those_of_so_many_fewer()
    {
        // Of each group of users fourteen in twenty are slow, or six: between groups there is 64/63 times 64 x 4^2 / (1,280 x 0.5 x 0.5), less what chance may do.
        var many = 64 / 63.0 * 64 * 16 / 320 - 1.5 * Math.Sqrt((2 + 64 / 320.0) / 63);
        var slices = Timed.Alike(8, 0, 20, [(800, 160), (810, 160)], [(810, 160), (820, 160)]);
        many = 1 + (many - 1) * 2; // 2,560 answers, 1,280 of them reported
        slices[^1] = slices[^1].WithHabits(800, 810);
        var asked = Asked.OfEveryone(Guard).After(slices);

        var n = 2_560 / many;
        Assert.Equal(0.5 - 2 * Radius(n, Asked.FailAt + Math.Log(4)), asked.Reading.Low!.Value, 9);
        Assert.Equal(0.5 + 2 * Radius(n, Asked.PassAt + Math.Log(4)), asked.Reading.High!.Value, 9);
        Assert.Contains($", since answers of the same users and moments are alike: {Say.Number(many, 2)} count as one; ", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.NotEqual(Asked.OfEveryone(Guard).After(Timed.Alike(8, 0, 20, [(800, 160), (810, 160)], [(810, 160), (820, 160)])).Fail, asked.Fail);
    }

    [Fact]
    public void Bounds_end_where_a_part_ends()
    {
        Reading one = Asked.OfEveryone(Guard).After(Timed.Slice(0, 20, [(800, 1)], [(900, 1)])).Reading, apart = Asked.OfEveryone(Guard).After(Timed.Slice(0, 20, [(800, 59)], [(900, 59)])).Reading;

        Assert.Equal((1.0, 0.0, null), (one.Estimate!.Value, one.Low!.Value, one.High));
        Assert.Equal((1 - 2 * Radius(59, Asked.FailAt + Math.Log(4)), null), (apart.Low!.Value, apart.High));
    }

    [Fact]
    public void Five_slices_are_needed_to_tell_bursts_from_slowness()
    {
        // At the last edge there is no difference whatever bursts there are; it must not speak for all.
        var asked = Asked.OfEveryone(Guard).After(Timed.Alike(4, 0, 20, [(800, 900)], [(800, 500), (900, 400)]));

        Assert.Equal((-Union, -Union), (asked.Fail, asked.Pass));
        Assert.Equal(new(-Union, -Union), asked.Measurement.After(2));
        Assert.Equal((4 / 9.0, null, null), (asked.Reading.Estimate!.Value, asked.Reading.Low, asked.Reading.High));
        Assert.EndsWith(
            "; too few users or moments so far to tell their ways from the version's; 10 points of the answers is the margin", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.True(asked.After(Timed.Slice(0, 20, [(800, 900)], [(800, 500), (900, 400)])).Fail > 5);
    }

    [Fact]
    public void Nothing_of_one_arm_proves_nothing_and_says_so()
    {
        foreach (var slice in new[] { Timed.Slice(0, 20, [(800, 90), (810, 90)], []), Timed.Slice(0, 20, [], [(800, 90), (810, 90)]) })
        {
            var asked = Asked.OfEveryone(Guard).After(slice);

            Assert.Equal((-Union, -Union), (asked.Fail, asked.Pass));
            Assert.Equal(new(-Union, -Union), asked.Measurement.After(3));
            Assert.Equal((null, null, null, 180), (asked.Reading.Estimate, asked.Reading.Low, asked.Reading.High, asked.Reading.BaselineCount + asked.Reading.CanaryCount));
            Assert.Equal("no answer of both arms in this stage; too early to bound it; 10 points of the answers is the margin", asked.Says(VerdictKind.Undecided));
        }

        Assert.StartsWith("no answer in country=ID of both arms in this stage; ", Asked.OfSegment(Guard).Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void The_sentence_tells_how_many_more_take_over_how_long()
    {
        // 1.1^100 microseconds; the bound as in the band.
        var slices = Timed.Alike(6, 0, 20, [(800, 900), (810, 900)], [(800, 270), (810, 630)]);
        var low = 0.2 - Radius(5_400, 5 + Math.Log(4)) - Radius(10_800, 5 + Math.Log(4));
        Assert.Equal(
            $"20 points more canary answers take over 13.8 ms (70 % against 50 %) (at least {Say.Number(100 * low, 2)} points); 10 points of the answers is the margin",
            Asked.OfEveryone(Guard).After(slices).Says(VerdictKind.Fail));
        Assert.StartsWith("20 points more canary answers in country=ID take over 13.8 ms ", Asked.OfSegment(Guard).After(slices).Says(VerdictKind.Fail), StringComparison.Ordinal);

        var same = Asked.OfEveryone(Guard with { Bad = 0.01 }).After(Timed.Alike(5, 0, 20, [(800, 100), (810, 100)], [(800, 100), (810, 100)]));
        Assert.Equal("at no latency are more canary answers slower; 1 point of the answers is the margin", same.Says(VerdictKind.Fail)); // a bound of none is no harm
        Assert.StartsWith(
            "at no latency in country=ID are more canary answers slower", Asked.OfSegment(Guard).After(Timed.Slice(0, 20, [(800, 9)], [(800, 9)])).Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void Fewer_than_ten_answers_are_missing_and_each_stage_starts_anew()
    {
        var asked = Asked.OfEveryone(Guard, 20, 50).After(Timed.Slice(0, 20, [(800, 90)], [(800, 90)]), Timed.Slice(1, 50, [(800, 90)], [(800, 9)]));

        Assert.Equal("9 canary answers in this stage, 10 are the least", asked.Measurement.Missing());
        Assert.Null(asked.After(Timed.Slice(1, 50, [], [(800, 1)])).Measurement.Missing());
        Assert.True(asked.Measurement.StartsAnew);
        Assert.Equal("0 canary answers in country=ID in this stage, 10 are the least", Asked.OfSegment(Guard).Measurement.Missing());
    }

    private static double Radius(double n, double at) => 0.85 * Math.Sqrt((Math.Log(1 + Math.Log(n)) + 0.8 * (Math.Log(1_612) + at)) / n);

    // The level at which the bands of two arms of as many answers, half of it for each, are as wide as the gap.
    private static double InBand(double gap, double each) => (Math.Pow(gap / 1.7, 2) * each - Math.Log(1 + Math.Log(each))) / 0.8 - Math.Log(1_612) - Math.Log(2);
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>The canary's own mean against a limit, with subjects and without.</summary>
public sealed class MeanLimitTests
{
    // "change" ranges from -1 to 1, so moved to [0, 1] it is (x + 1) / 2.
    private static readonly GuardSpec AtMost = Slices.Guard(SignalKind.Mean, Scale.Value, 0.3, name: "change") with { Fine = 0.1 };
    private static readonly GuardSpec AtLeast = Slices.Guard(SignalKind.Mean, Scale.Value, -0.4, name: "change") with { Fine = -0.2, AtLeast = true };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_a_subject_the_exact_process_over_the_range_decides(bool atLeast)
    {
        var guard = atLeast ? AtLeast : AtMost;
        var asked = Asked.WithoutSubjects(guard).After(Values(0, 30, 4.5, 6), Values(0, 50, 10, 9), Asked.Quiet());

        EmpiricalBernstein fail = new(Math.Exp(-Asked.FailAt)), pass = new(Math.Exp(-Asked.PassAt));
        foreach (var process in new[] { fail, pass })
        {
            process.Add(30, (4.5 + 30) / 2, (6 + 2 * 4.5 + 30) / 4);
            process.Add(50, (10 + 50.0) / 2, (9 + 2 * 10 + 50.0) / 4);
        }

        var (harm, good) = atLeast ? (Null.AtLeast, Null.AtMost) : (Null.AtMost, Null.AtLeast);
        Assert.Equal(fail.LogE((guard.FineLine + 1) / 2, harm), asked.Fail, 9);
        Assert.Equal(pass.LogE((guard.Bad + 1) / 2, good), asked.Pass, 9);
        Assert.Equal(3 * asked.Fail, asked.Measurement.After(3).Fail, 9);
        Assert.Equal(3 * asked.Pass, asked.Measurement.After(3).Pass, 9);

        var (low, high) = atLeast ? (pass.Interval(Asked.PassAt)!.Value, fail.Interval(Asked.FailAt)!.Value) : (fail.Interval(Asked.FailAt)!.Value, pass.Interval(Asked.PassAt)!.Value);
        Assert.Equal(-1 + 2 * (low.Centre - low.HalfWidth), asked.Reading.Low!.Value, 9);
        Assert.Equal(-1 + 2 * (high.Centre + high.HalfWidth), asked.Reading.High!.Value, 9);
        Assert.Equal((14.5 / 80, 80L), (asked.Reading.Estimate!.Value, asked.Reading.CanaryCount));
    }

    [Fact]
    public void Numbers_of_any_range_are_moved_to_between_0_and_1()
    {
        var guard = Slices.Guard(SignalKind.Mean, Scale.Value, -1, name: "level");
        var asked = Asked.WithoutSubjects(guard).After(Asked.Quiet() with { Values = [Moments("level", Arm.Canary, 0, 0, 30, -50, 120)] });

        // (x + 4) / 6.
        var fail = new EmpiricalBernstein(Math.Exp(-Asked.FailAt));
        fail.Add(30, (-50 + 30 * 4) / 6.0, (120 + 8 * -50 + 30 * 16) / 36.0);
        Assert.Equal(fail.LogE(3 / 6.0, Null.AtMost), asked.Fail, 9);
        Assert.Equal(-50 / 30.0, asked.Reading.Estimate!.Value, 12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void With_a_subject_the_spread_between_groups_decides(bool atLeast)
    {
        var guard = atLeast ? AtLeast : AtMost;
        var slices = Groups(64, 4);
        var asked = Asked.OfEveryone(guard).After(slices);

        double mean = slices.Sum(s => s.Values[0].Sum) / 256, error = Math.Sqrt(slices.Sum(s => Math.Pow(s.Values[0].Sum - 4 * mean, 2)) * 64 / 63 / 256 / 256);
        var sign = atLeast ? -1 : 1;
        double LogE(double excess, double e) => NormalMixture.LogE(excess, GroupedMean.ErrorFor(excess, e), 0.1 * 2);
        Assert.Equal(LogE(sign * (mean - guard.FineLine), error), asked.Fail, 9);
        Assert.Equal(LogE(sign * (guard.Bad - mean), error), asked.Pass, 9);
        Assert.Equal(LogE(sign * (mean - guard.FineLine), error / 2), asked.Measurement.After(4).Fail, 9);
        Assert.Equal(LogE(sign * (guard.Bad - mean), error / 2), asked.Measurement.After(4).Pass, 9);

        var (below, above) = atLeast ? (Asked.PassAt, Asked.FailAt) : (Asked.FailAt, Asked.PassAt);
        Assert.Equal(mean - NormalMixture.Margin(below, error, 0.2), asked.Reading.Low!.Value, 9);
        Assert.Equal(mean + NormalMixture.Margin(above, error, 0.2), asked.Reading.High!.Value, 9);
        Assert.Equal(mean, asked.Reading.CanaryValue!.Value, 12);
    }

    [Fact]
    public void With_a_subject_a_hundred_values_are_the_least()
    {
        Asked few = Asked.OfEveryone(AtMost).After(Groups(33, 3)), enough = Asked.OfEveryone(AtMost).After(Groups(25, 4));

        Assert.Equal((0.0, 0.0, null, null), (few.Fail, few.Pass, few.Reading.Low, few.Reading.High));
        Assert.NotEqual(0, few.Measurement.After(1.1).Fail);
        Assert.NotEqual(0, enough.Fail);
        Assert.NotNull(enough.Reading.High);
        Assert.Equal(default, enough.Measurement.After(0.99));
    }

    [Fact]
    public void Values_that_are_all_alike_show_no_spread_and_prove_nothing()
    {
        var asked = Asked.OfEveryone(AtMost).After(Enumerable.Range(0, 64).Select(g => Values(g, 4, 2, 1)));

        Assert.Equal((0.0, 0.0, null), (asked.Fail, asked.Pass, asked.Reading.Low));
        Assert.Equal(0.5, asked.Reading.Estimate);
    }

    [Fact]
    public void A_segment_can_only_fail()
    {
        Asked bySubject = Asked.OfSegment(AtMost).After(Groups(64, 4, Asked.Segment)), byExchange = Asked.OfSegmentWithoutSubjects(AtMost).After(Groups(64, 4, Asked.Segment));

        foreach (var asked in new[] { bySubject, byExchange })
        {
            Assert.True(asked.Fail < 0);
            Assert.Equal((0.0, 0.0), (asked.Pass, asked.Measurement.After(9).Pass));
        }
    }

    [Fact]
    public void Bounds_at_the_ends_of_the_range_are_none()
    {
        Reading low = Asked.WithoutSubjects(AtMost).After(Values(0, 40, -40, 40)).Reading, high = Asked.WithoutSubjects(AtMost).After(Values(0, 40, 40, 40)).Reading;

        Assert.Null(low.Low);
        Assert.NotNull(low.High);
        Assert.NotNull(high.Low);
        Assert.Null(high.High);
    }

    [Fact]
    public void The_baseline_s_mean_is_told_but_neither_it_nor_other_names_and_cells_decide()
    {
        var alone = Asked.WithoutSubjects(AtMost).After(Values(0, 40, 10, 5));
        var among = Asked.WithoutSubjects(AtMost).After(Values(0, 40, 10, 5) with
        {
            Values =
            [
                Moments("change", Arm.Canary, 0, 0, 40, 10, 5), Moments("change", Arm.Baseline, 0, 3, 50, -20, 9),
                Moments("score", Arm.Canary, 0, 0, 30, 30, 30), Moments("change", Arm.Canary, Asked.Segment, 0, 30, 30, 30),
            ],
        });

        Assert.Equal((alone.Fail, alone.Pass), (among.Fail, among.Pass));
        Assert.Equal((null, 0L), (alone.Reading.BaselineValue, alone.Reading.BaselineCount));
        Assert.Equal((-0.4, 50L), (among.Reading.BaselineValue, among.Reading.BaselineCount));
        Assert.Equal(alone.Reading with { BaselineValue = -0.4, BaselineCount = 50 }, among.Reading);
    }

    [Fact]
    public void Fewer_than_twenty_values_are_missing()
    {
        Assert.Equal("19 values of change of canary exchanges so far, 20 are the least", Asked.OfEveryone(AtMost).After(Values(0, 19, 1, 1)).Measurement.Missing());
        Assert.Null(Asked.OfEveryone(AtMost).After(Values(0, 20, 1, 1)).Measurement.Missing());
        Assert.Equal("0 values of change in country=ID of canary exchanges so far, 20 are the least", Asked.OfSegment(AtMost).Measurement.Missing());
    }

    [Fact]
    public void The_sentence_names_the_mean_and_the_limit()
    {
        var asked = Asked.OfEveryone(AtMost);

        Assert.Equal("no value of change of the canary yet; too early to bound it; 0.3 is the limit", asked.Says(VerdictKind.Undecided));
        Assert.StartsWith("the mean of change is 0.25 over 40 canary values; ", asked.After(Values(0, 40, 10, 5)).Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.Equal("values", asked.Measurement.CountedBy);
        Assert.Equal(default, Asked.OfEveryone(AtMost).Reading);
    }

    [Fact]
    public void A_value_that_the_model_does_not_have_is_refused()
    {
        var refused = Assert.Throws<ArgumentException>(() => Asked.OfEveryone(AtMost with { Signal = new(SignalKind.Mean, 0, "mood") }));

        Assert.StartsWith("Guard Mean-Value: the model has no value mood.", refused.Message, StringComparison.Ordinal);
    }

    // One slice for each group, whose values differ from group to group.
    private static EvidenceSlice[] Groups(int groups, long each, int cell = 0) =>
        [.. Enumerable.Range(0, groups).Select(g => Values(g, each, each * (0.02 * (g % 7) - 0.1), each * 0.1, cell))];

    private static EvidenceSlice Values(int group, long count, double sum, double squares, int cell = 0) =>
        Asked.Quiet() with { Values = [Moments("change", Arm.Canary, cell, group, count, sum, squares)] };

    private static ValueMoments Moments(string name, Arm arm, int cell, int group, long count, double sum, double squares) => new(name, 0, arm, cell, group, count, count, sum, squares);
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>Ratios of rates by subject, with a floor by exchange, seen at once and late.</summary>
public sealed class RateRatioTests
{
    private static readonly GuardSpec Errors = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2);
    private static readonly GuardSpec Conversion = Slices.Guard(SignalKind.EventRate, Scale.Ratio, 0.8, name: SignalSpec.Conversion) with { AtLeast = true };

    // Fine is the root of 2, 6.93 steps of 5 %, rounded up; bad 13.86, rounded down.
    private const int Fine = 107, Bad = 113;

    [Fact]
    public void Subjects_are_compared_by_the_share_of_each_slice()
    {
        var asked = Asked.OfEveryone(Errors, 20, 50).After(Failed(0, 20, 30, 12), Failed(1, 50, 25, 40));

        var profile = Profile((0.2, 12, 30), (0.5, 40, 25));
        Assert.Equal(profile.LogE(Fine, Null.AtMost), asked.Fail, 9);
        Assert.Equal(profile.LogE(Bad, Null.AtLeast), asked.Pass, 9);
        Assert.Equal(profile.LogE(Fine, Null.AtMost, 3), asked.Measurement.After(3).Fail, 9);
        Assert.Equal(profile.LogE(Bad, Null.AtLeast, 3), asked.Measurement.After(3).Pass, 9);

        var bounds = profile.BoundsAt(Asked.FailAt, Asked.PassAt);
        var reading = asked.Reading;
        Assert.Equal((profile.Estimate(), bounds.Low, bounds.High), (reading.Estimate, reading.Low, reading.High));
        Assert.Equal((110 / 2_000.0, 104 / 2_000.0), (reading.BaselineValue, reading.CanaryValue)); // two errors a subject
        Assert.Equal((2_000L, 2_000L), (reading.BaselineCount, reading.CanaryCount));
    }

    [Fact]
    public void With_a_floor_Fail_needs_both_proofs_and_Pass_takes_the_average_of_either()
    {
        var asked = Asked.OfEveryone(Errors with { Floor = 0.04 }).After(Failed(0, 20, 30, 12));

        var profile = Profile((0.2, 12, 30));
        TiltMixture above = TiltMixture.ForRate(0.04, Null.AtMost), below = TiltMixture.ForRate(0.04, Null.AtLeast);
        foreach (var factor in new[] { 1, 4 })
        {
            var evidence = asked.Measurement.After(factor);
            Assert.Equal(Math.Min(profile.LogE(Fine, Null.AtMost, factor), above.LogE(24 * factor, 1_000 * factor)), evidence.Fail, 9);
            Assert.Equal(LogSpace.Average(profile.LogE(Bad, Null.AtLeast, factor), below.LogE(24 * factor, 1_000 * factor)), evidence.Pass, 9);
        }

        Assert.Equal(above.LogE(24, 1_000), asked.Fail, 9); // the smaller one: 2.4 % lie below the floor
        Assert.True(Profile((0.2, 12, 30)).LogE(Fine, Null.AtMost) > asked.Fail);
    }

    [Fact]
    public void A_segment_can_only_fail()
    {
        var asked = Asked.OfSegment(Errors with { Floor = 0.01 }).After(Failed(0, 20, 30, 2));

        Assert.NotEqual(0, asked.Fail);
        Assert.Equal((0.0, 0.0), (asked.Pass, asked.Measurement.After(9).Pass));
    }

    [Fact]
    public void Where_less_is_worse_all_signs_turn()
    {
        var asked = Asked.OfEveryone(Conversion).After(Events(0, 200, 30));

        // Fine is the root of 0.8, -2.23 steps, rounded down; bad -4.46, rounded up.
        var profile = Profile((0.2, 30, 200));
        Assert.Equal(profile.LogE(97, Null.AtLeast), asked.Fail, 9);
        Assert.Equal(profile.LogE(96, Null.AtMost), asked.Pass, 9);

        var bounds = profile.BoundsAt(Asked.PassAt, Asked.FailAt);
        Assert.Equal((bounds.Low, bounds.High), (asked.Reading.Low, asked.Reading.High));
        Assert.Equal((200L, 30L), (asked.Reading.BaselineCount, asked.Reading.CanaryCount));
        Assert.Equal((null, null), (asked.Reading.BaselineValue, asked.Reading.CanaryValue));
        Assert.EndsWith("; 0.8 times is asked", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void Late_events_are_weighed_by_the_share_of_the_stage_of_their_exchange()
    {
        var slice = Slices.Slice(9, 1, 50, Slices.Counts(500), Slices.Counts(500)) with
        {
            Events = [Event(0, Arm.Baseline, 40), Event(0, Arm.Canary, 4), Event(1, Arm.Baseline, 20), Event(1, Arm.Canary, 25), Event(2, Arm.Canary, 99), Event(0, Arm.Canary, 99, Asked.Segment), new("complaint", 0, Arm.Canary, 0, 99, 99)],
        };

        var asked = Asked.OfEveryone(Conversion, 10, 50).After(slice);

        Assert.Equal(Profile((0.1, 4, 40), (0.5, 25, 20)).LogE(97, Null.AtLeast), asked.Fail, 9);
        Assert.Equal((60L, 29L), (asked.Reading.BaselineCount, asked.Reading.CanaryCount));
    }

    [Theory]
    [InlineData(1.1, 1.1, false, false)]
    [InlineData(1.05127109638, 1.05127109638, false, true)]
    [InlineData(1.06, 1.1, false, false)]
    [InlineData(1.05, 1.1, false, true)]
    [InlineData(0.9, 0.9, true, false)]
    [InlineData(0.951229424501, 0.951229424501, true, true)]
    [InlineData(0.94, 0.93, true, false)]
    [InlineData(0.96, 0.9, true, true)]
    public void Lines_within_one_step_of_five_percent_are_too_close(double fine, double bad, bool atLeast, bool apart)
    {
        var refused = Record.Exception(() => Asked.OfEveryone(Errors with { Fine = fine, Bad = bad, AtLeast = atLeast }));

        Assert.Equal(apart, refused is null);
        Assert.True(apart || refused is ArgumentException { ParamName: "question" });
        Assert.True(apart || refused!.Message.StartsWith($"Guard ErrorRate-Ratio: the lines {fine:0.###} and {bad:0.###} are too close; ratios of rates are told apart in steps of 5 %.", StringComparison.Ordinal));
    }

    [Fact]
    public void Subjects_are_counted_where_there_are_subjects()
    {
        Assert.Equal("subjects", Asked.OfEveryone(Errors).Measurement.CountedBy);
        Assert.Equal("exchanges", Asked.WithoutSubjects(Errors).Measurement.CountedBy);
        Assert.Contains(" of the baseline, 12 against 30 subjects: ", Asked.OfEveryone(Errors).After(Failed(0, 20, 30, 12)).Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.Contains("6 % of 1,000 of the baseline: ", Asked.WithoutSubjects(Errors).After(Failed(0, 20, 30, 12)).Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_nothing_happens_on_either_arm_a_floor_is_advised()
    {
        const string Advice = "no errors in 200 canary exchanges and none of the baseline; where nothing happens a ratio says nothing: give the guard a floor";
        var asked = Asked.OfEveryone(Errors).After(Asked.Quiet());

        Assert.Equal(Advice, asked.Says(VerdictKind.Undecided));
        Assert.NotEqual(Advice, asked.Says(VerdictKind.Pass));
        Assert.NotEqual(Advice, asked.After(Failed(0, 20, 1, 0)).Says(VerdictKind.Undecided));
        Assert.NotEqual(Advice, Asked.OfEveryone(Errors).After(Failed(0, 20, 0, 1)).Says(VerdictKind.Undecided));
        Assert.StartsWith("conversion of 0 against 0 subjects; ", Asked.OfEveryone(Conversion).After(Asked.Quiet()).Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void A_clean_canary_is_told_how_many_exchanges_show_that_it_is_below_the_floor()
    {
        var guard = Errors with { Floor = 0.01 };
        var asked = Asked.OfEveryone(guard).After(Failed(0, 20, 6, 0));

        // The average with what the ratio has must reach the line.
        var ratio = Math.Min(Profile((0.2, 0, 6)).LogE(Bad, Null.AtLeast), Asked.PassAt);
        Assert.InRange(ratio, 0.2, 2.9);
        var needed = TiltMixture.ForRate(0.01, Null.AtLeast).CleanObservationsFor(Math.Log(2 * Math.Exp(Asked.PassAt) - Math.Exp(ratio)));
        Assert.Equal($"no errors in 1,000 canary exchanges; about {needed} clean ones show that it is below the floor of 1 %", asked.Says(VerdictKind.Undecided));
        Assert.Equal("no errors in 1,000 canary exchanges; below the floor of 1 %", asked.Says(VerdictKind.Pass));
        Assert.Contains("worse than the baseline, within the margin", asked.Says(VerdictKind.Pass, worse: true), StringComparison.Ordinal);
        Assert.DoesNotContain("floor", asked.After(Failed(0, 20, 1, 1)).Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void A_ratio_that_has_proven_enough_alone_asks_of_the_floor_no_more_than_the_line()
    {
        var asked = Asked.OfEveryone(Errors with { Floor = 0.01 }).After(Failed(0, 20, 300, 0));

        var needed = TiltMixture.ForRate(0.01, Null.AtLeast).CleanObservationsFor(Asked.PassAt);
        Assert.Contains($"; about {needed} clean ones show", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Fact]
    public void A_rate_on_the_floor_is_not_below_it()
    {
        var asked = Asked.OfEveryone(Errors with { Floor = 0.024 }).After(Failed(0, 20, 30, 12));

        Assert.DoesNotContain("below the floor", asked.Says(VerdictKind.Pass), StringComparison.Ordinal);
    }

    private static RateRatioProfile Profile(params (double Share, double Canary, double Baseline)[] slices)
    {
        var profile = new RateRatioProfile();
        foreach (var (share, canary, baseline) in slices)
        {
            profile.Add(RateRatioProfile.PerEvent(share), canary, baseline);
        }

        return profile;
    }

    // A thousand exchanges on each arm, and two errors for each subject that fails.
    private static EvidenceSlice Failed(int stage, int share, long baseline, long canary) => Slices.Slice(
        1, stage, share, Slices.Counts(1_000, 2 * baseline) with { ErrorSubjects = baseline }, Slices.Counts(1_000, 2 * canary) with { ErrorSubjects = canary });

    private static EventCounts Event(int stage, Arm arm, long subjects, int cell = 0) => new(SignalSpec.Conversion, stage, arm, cell, 2 * subjects, subjects);

    private static EvidenceSlice Events(int stage, long baseline, long canary) => Asked.Quiet(stage) with { Events = [Event(stage, Arm.Baseline, baseline), Event(stage, Arm.Canary, canary)] };
}

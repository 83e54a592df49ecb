using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>The verdict's numbers, and which segments it names.</summary>
public sealed class GuardVerdictTests
{
    private static readonly GuardSpec Guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2) with { Fine = 1.5 };

    // With three segments Holm asks for 7, 6.59 and 5.90, and e-BH at 10 % for 3.40, 2.71 and 2.30.
    private static readonly Budget Lines = new(FailAt: 5, SegmentFailAt: 7, PassAt: 3);

    [Fact]
    public void The_verdict_has_the_numbers_of_what_it_is_about()
    {
        var reading = new Reading { Estimate = 1.2, Low = 0.9, High = 1.6, BaselineValue = 0.1, CanaryValue = 0.12, BaselineCount = 800, CanaryCount = 200 };
        var verdict = Judged(new Spoken(Guard) { FailNow = 1, PassNow = 2, Numbers = reading });

        Assert.Equal(
            new()
            {
                Guard = "ErrorRate-Ratio",
                Signal = "error-rate",
                Kind = VerdictKind.Undecided,
                Reason = "seen; may be between <0.9> and <1.6>; so much is the margin",
                Estimate = 1.2,
                Low = 0.9,
                High = 1.6,
                Fine = 1.5,
                Bad = 2,
                CountedBy = "things",
                BaselineCount = 800,
                CanaryCount = 200,
                FailEvidence = 1,
                FailAt = 5,
                PassEvidence = 2,
                PassAt = 3,
                BaselineValue = 0.1,
                CanaryValue = 0.12,
            },
            verdict);
    }

    [Fact]
    public void A_segment_that_fails_has_its_own_numbers_beside_everyone_s_Pass()
    {
        var verdict = Judged(
            new Spoken(Guard) { FailNow = 1, PassNow = 2, Numbers = new() { Estimate = 1.1, CanaryCount = 900 } }, new Spoken(Guard) { FailNow = 8, Numbers = new() { Estimate = 4, Low = 3, CanaryCount = 90 } });

        Assert.Equal((VerdictKind.Fail, "a", 4.0, 90L), (verdict.Kind, verdict.Segment, verdict.Estimate, verdict.CanaryCount));
        Assert.Equal((8.0, 7.0, 2.0), (verdict.FailEvidence, verdict.FailAt, verdict.PassEvidence));
        Assert.Equal("seen (at least <3>); so much is the margin", verdict.Reason);
        Assert.Equal(["a"], verdict.HarmedSegments);
        Assert.Null(verdict.Aside);
    }

    [Fact]
    public void Numbers_without_an_end_do_not_leave_the_judge()
    {
        var verdict = Judged(new Spoken(Guard)
        {
            Numbers = new() { Estimate = double.NaN, Low = double.NegativeInfinity, High = double.PositiveInfinity, BaselineValue = double.NaN, CanaryValue = double.PositiveInfinity },
        });

        Assert.Equal((null, null, null, null, null), (verdict.Estimate, verdict.Low, verdict.High, verdict.BaselineValue, verdict.CanaryValue));
    }

    [Fact]
    public void What_is_wrong_with_the_rollout_is_told_before_what_is_wrong_with_the_guard()
    {
        var judge = new GuardJudge(Guard, Lines, new Spoken(Guard) { WhatIsBroken = "torn", WhatIsMissing = "labels" }, []);

        Assert.Equal((VerdictKind.Broken, "split"), (judge.Judge("split", null).Kind, judge.Judge("split", null).Reason));
        Assert.Equal((VerdictKind.Broken, "torn"), (judge.Judge(null, null).Kind, judge.Judge(null, null).Reason));
        Assert.Equal("labels", new GuardJudge(Guard, Lines, new Spoken(Guard) { WhatIsMissing = "labels" }, []).Judge(null, null).Reason);
    }

    [Theory]
    [InlineData(new[] { 6.7, 3.0, 7.1 }, "c,a", "b")]
    [InlineData(new[] { 6.0, 6.7, 7.1 }, "c,b,a", "")]
    [InlineData(new[] { 6.5, 3.0, 7.1 }, "c", "a,b")]
    [InlineData(new[] { 2.4, 6.9, 2.5 }, "", "b,c,a")]
    [InlineData(new[] { 2.2, 2.8, 3.0 }, "", "c,b")]
    [InlineData(new[] { 2.2, 2.6, 3.5 }, "", "c")]
    [InlineData(new[] { 2.2, 2.6, 3.3 }, "", "")]
    public void Segments_with_proven_harm_and_those_that_look_harmed_are_named_worst_first(double[] evidence, string harmed, string suspects)
    {
        var verdict = Judged(new Spoken(Guard), [.. evidence.Select(e => new Spoken(Guard) { FailNow = e })]);

        Assert.Equal((harmed, suspects), (string.Join(",", verdict.HarmedSegments), string.Join(",", verdict.Suspects)));
    }

    [Fact]
    public void Proof_stands_but_suspicion_is_of_now()
    {
        Spoken everyone = new(Guard), proven = new(Guard) { FailNow = 8 }, suspect = new(Guard) { FailNow = 6 };
        var judge = new GuardJudge(Guard, Lines, everyone, [("a", proven), ("b", suspect)]);
        judge.Add(Asked.Empty());
        var before = judge.Judge(null, null);

        (proven.FailNow, suspect.FailNow) = (0, 0);
        judge.Add(Asked.Empty());
        var after = judge.Judge(null, null);

        Assert.Equal((["a"], ["b"]), (before.HarmedSegments, before.Suspects));
        Assert.Equal((["a"], []), (after.HarmedSegments, after.Suspects));
        Assert.Equal((VerdictKind.Fail, "a", 8.0), (after.Kind, after.Segment, after.FailEvidence));
        Assert.Equal("worth a look: b", before.Aside);
        Assert.Null(after.Aside);
    }

    [Fact]
    public void Of_several_that_fail_the_one_furthest_past_its_line_is_told_and_the_others_beside_it()
    {
        var verdict = Judged(new Spoken(Guard) { FailNow = 6 }, new Spoken(Guard) { FailNow = 7.5 }, new Spoken(Guard) { FailNow = 9 }, new Spoken(Guard) { FailNow = 8.5 });

        Assert.Equal(("b", 9.0), (verdict.Segment, verdict.FailEvidence));
        Assert.Equal("harm is proven in c, a too", verdict.Aside);
    }

    [Fact]
    public void Everyone_s_harm_within_the_margin_does_not_hide_a_segment_that_fails()
    {
        var verdict = Judged(new Spoken(Guard) { FailNow = 50, PassNow = 4, Numbers = new() { Estimate = 1.7 } }, new Spoken(Guard) { FailNow = 7 });

        Assert.Equal((VerdictKind.Fail, "a"), (verdict.Kind, verdict.Segment));
    }

    [Fact]
    public void All_segments_that_are_half_way_to_proof_are_waited_for()
    {
        var everyone = new Spoken(Guard) { FailNow = 5, PassNow = 3, Numbers = new() { Estimate = 1.7 } };
        var verdict = Judged(everyone, new Spoken(Guard) { FailNow = 3.6 }, new Spoken(Guard) { FailNow = 1 }, new Spoken(Guard) { FailNow = 3.5 });

        Assert.Equal(VerdictKind.Undecided, verdict.Kind);
        Assert.Equal("seen; worse than the baseline, within the margin; so much is the margin; waits while a, c looks harmed", verdict.Reason);
        Assert.Null(verdict.Forecast);
    }

    private static Verdict Judged(Spoken everyone, params Spoken[] segments)
    {
        var judge = new GuardJudge(Guard, Lines, everyone, segments.Select((s, i) => (((char)('a' + i)).ToString(), (Measurement)s)));
        judge.Add(Asked.Empty());
        return judge.Judge(null, null);
    }
}

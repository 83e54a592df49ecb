using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>Answers for the share of the traffic: how sure by the spread between groups of subjects.</summary>
public sealed class ThroughputTests
{
    private static readonly GuardSpec Guard = Slices.Guard(SignalKind.Throughput, Scale.Ratio, 0.9);
    private static readonly double Fine = 0.5 * Math.Log(0.9), Bad = Math.Log(0.9);

    [Theory]
    [InlineData(30, 140)]
    [InlineData(35, 140)]
    [InlineData(40, 140)]
    public void Evidence_is_that_of_the_logarithm_of_the_ratio_with_the_spread_between_groups(int canary, int baseline)
    {
        var asked = Asked.OfEveryone(Guard).After(Answers(0, 20, Uneven(baseline, 9), Uneven(canary, 4)));

        var (theta, error) = (Theta(64 * canary, 64 * baseline, 0.2), Error((4, 64 * canary), (9, 64 * baseline)));
        foreach (var factor in new[] { 1, 4 })
        {
            double fail = Fine - theta, pass = theta - Bad, e = error / Math.Sqrt(factor);
            Assert.Equal(NormalMixture.LogE(fail, GroupedMean.ErrorFor(fail, e), -Bad), asked.Measurement.After(factor).Fail, 9);
            Assert.Equal(NormalMixture.LogE(pass, GroupedMean.ErrorFor(pass, e), -Bad), asked.Measurement.After(factor).Pass, 9);
        }

        Assert.Equal((asked.Measurement.After(1).Fail, asked.Measurement.After(1).Pass), (asked.Fail, asked.Pass));
        Assert.Equal(theta < Bad, asked.Fail > 0);
    }

    [Fact]
    public void Bounds_are_of_the_stage_with_its_part_of_the_level()
    {
        var asked = Asked.OfEveryone(Guard, 5, 20).After(Answers(0, 5, Uneven(100, 9), Uneven(3, 1)), Answers(1, 20, Uneven(140, 9), Uneven(32, 4)));

        var theta = Theta(64 * 32, 64 * 140, 0.2);
        var error = GroupedMean.ErrorFor(theta - Fine, Error((4, 64 * 32), (9, 64 * 140)));
        var reading = asked.Reading;
        Assert.Equal(32 / 0.2 / (140 / 0.8), reading.Estimate!.Value, 12);
        Assert.Equal(Math.Exp(theta - NormalMixture.Margin(Asked.PassAt + Math.Log(2), error, -Bad)), reading.Low!.Value, 9);
        Assert.Equal(Math.Exp(theta + NormalMixture.Margin(Asked.FailAt + Math.Log(2), error, -Bad)), reading.High!.Value, 9);
        Assert.Equal((8_960L, 2_048L), (reading.BaselineCount, reading.CanaryCount));
        Assert.Equal((null, null), (reading.BaselineValue, reading.CanaryValue));
        Assert.True(asked.Measurement.StartsAnew);
    }

    // The variance between groups over that of single answers is 64 d^2 / (63 n) for groups of n + d and n - d: with d = 63 one and a half at n = 2,688.
    [Theory]
    [InlineData(2_687, true)]
    [InlineData(2_688, true)]
    [InlineData(2_689, false)]
    public void Stages_multiply_but_are_added_where_groups_of_either_arm_differ_by_half_more_than_chance(int each, bool repeats)
    {
        var first = Answers(0, 5, Uneven(400, 9), Uneven(20, 4));
        foreach (var second in new[] { Answers(1, 20, Uneven(12_000, 9), Uneven(each, 63)), Answers(1, 40, Uneven(each, 63), Uneven(1_700, 9)) })
        {
            var asked = Asked.OfEveryone(Guard, 5, second.Share.BasisPoints / 100).After(first, second);

            var (fail, pass) = Staged(first, second, repeats);
            Assert.Equal(fail.LogE, asked.Fail, 9);
            Assert.Equal(pass.LogE, asked.Pass, 9);
            Assert.NotEqual(pass.LogE, Staged(first, second, !repeats).Pass.LogE, 3);
        }
    }

    [Fact]
    public void A_forecast_goes_on_from_what_earlier_stages_carried()
    {
        var first = Answers(0, 5, Uneven(400, 9), Uneven(20, 4));
        var asked = Asked.OfEveryone(Guard, 5, 20).After(first, Answers(1, 20, Uneven(140, 9), Uneven(30, 4)));

        var (fail, pass) = Staged(first, Answers(0, 20, Uneven(140, 9), Uneven(30, 4)));
        double theta = Theta(64 * 30, 64 * 140, 0.2), error = Error((4, 64 * 30), (9, 64 * 140)) / 3;
        Assert.Equal(fail.LogEIf(NormalMixture.LogE(Fine - theta, GroupedMean.ErrorFor(Fine - theta, error), -Bad)), asked.Measurement.After(9).Fail, 9);
        Assert.Equal(pass.LogEIf(NormalMixture.LogE(theta - Bad, GroupedMean.ErrorFor(theta - Bad, error), -Bad)), asked.Measurement.After(9).Pass, 9);
    }

    [Theory]
    [InlineData(999, 4_000, false)]
    [InlineData(4_000, 999, false)]
    [InlineData(1_000, 4_000, true)]
    [InlineData(4_000, 1_000, true)]
    public void A_thousand_answers_of_each_arm_are_the_least(int canary, int baseline, bool enough)
    {
        var asked = Asked.OfEveryone(Guard).After(Answers(0, 20, Total(baseline), Total(canary)));

        Assert.Equal((enough, enough), (asked.Fail != 0, asked.Pass != 0));
        Assert.NotEqual(0, asked.Measurement.After(1.002).Fail);
        Assert.Equal(0, Asked.OfEveryone(Guard).After(Answers(0, 20, Total(baseline), Total(canary))).Measurement.After(0.5).Fail - asked.Fail, 12); // nothing to go on: as it is
        Assert.NotNull(asked.Reading.Low);
    }

    [Fact]
    public void Groups_that_are_all_alike_show_no_spread_and_prove_nothing()
    {
        var asked = Asked.OfEveryone(Guard).After(Answers(0, 20, Uneven(140, 0), Uneven(30, 0)));

        Assert.Equal((0.0, 0.0), (asked.Fail, asked.Pass));
        Assert.Equal((null, null), (asked.Reading.Low, asked.Reading.High));
        Assert.Equal(30 / 0.2 / (140 / 0.8), asked.Reading.Estimate!.Value, 12);
        Assert.NotEqual(0, Asked.OfEveryone(Guard).After(Answers(0, 20, Uneven(140, 1), Uneven(30, 0))).Fail);
    }

    [Theory]
    [InlineData(0, 140, 30)]
    [InlineData(100, 140, 30)]
    [InlineData(20, 140, 0)]
    [InlineData(20, 0, 30)]
    [InlineData(20, 0, 0)]
    public void Without_both_arms_there_is_nothing_to_compare(int share, int baseline, int canary)
    {
        var asked = Asked.OfEveryone(Guard).After(Answers(0, share, Total(baseline), Total(canary)));

        Assert.Equal(new() { BaselineCount = baseline, CanaryCount = canary }, asked.Reading);
        Assert.Equal((0.0, 0.0), (asked.Fail, asked.Pass));
        Assert.Equal("no answer of both arms in this stage; too early to bound it; 0.9 times is asked", asked.Says(VerdictKind.Undecided));
    }

    [Fact]
    public void Groups_are_counted_of_everyone_only_so_a_segment_has_nothing()
    {
        var asked = Asked.OfSegment(Guard).After(Answers(0, 20, Uneven(140, 9), Uneven(30, 4)));

        Assert.Equal((0.0, 0.0, default), (asked.Fail, asked.Pass, asked.Reading));
    }

    [Fact]
    public void Fewer_than_ten_exchanges_are_missing()
    {
        Assert.Equal("9 canary exchanges in this stage, 10 are the least", Asked.OfEveryone(Guard).After(Slices.Slice(1, 0, 20, Slices.Counts(900), Slices.Counts(9))).Measurement.Missing());
        Assert.Null(Asked.OfEveryone(Guard).After(Slices.Slice(1, 0, 20, Slices.Counts(0), Slices.Counts(10))).Measurement.Missing());
    }

    [Fact]
    public void The_sentence_compares_what_was_answered_with_the_shares()
    {
        var fewer = Asked.OfEveryone(Guard).After(Answers(0, 20, Uneven(140, 9), Uneven(25, 4)));
        var same = Asked.OfEveryone(Guard).After(Answers(0, 20, Uneven(140, 9), Uneven(35, 4)));

        Assert.Equal(
            $"the canary answered 1,600 and the baseline 8,960 in this stage: for their shares 0.71 times the baseline (at most {Say.Number(fewer.Reading.High!.Value, 2)} times); 0.9 times is asked",
            fewer.Says(VerdictKind.Fail));
        Assert.Equal("the canary answered 2,240 and the baseline 8,960 in this stage: for their shares as the baseline", same.Says(VerdictKind.Pass).Split(" (at least ")[0]);
        Assert.DoesNotContain("at most", same.Says(VerdictKind.Fail), StringComparison.Ordinal); // a bound above 1 is no harm
        Assert.Equal("subjects", fewer.Measurement.CountedBy);
        Assert.Equal("exchanges", Asked.WithoutSubjects(Guard).Measurement.CountedBy);
    }

    private static double Theta(double canary, double baseline, double share) => Math.Log(canary / baseline * (1 - share) / share);

    // Groups of n + d and n - d: the sum of (n_g - n)^2 is 64 d^2.
    private static double Error((double D, double Total) canary, (double D, double Total) baseline) =>
        Math.Sqrt(64 / 63.0 * 64 * (Math.Pow(canary.D / canary.Total, 2) + Math.Pow(baseline.D / baseline.Total, 2)));

    // What two stages have proved that each alone would have.
    private static (StagedEvidence Fail, StagedEvidence Pass) Staged(EvidenceSlice first, EvidenceSlice second, bool repeats = false)
    {
        StagedEvidence fail = new(2), pass = new(2);
        foreach (var slice in new[] { first, second })
        {
            var alone = Asked.OfEveryone(Guard, slice.Share.BasisPoints / 100).After(slice with { Stage = 0 });
            fail.MoveTo(slice == first ? 0 : 1);
            pass.MoveTo(slice == first ? 0 : 1);
            fail.Update(alone.Fail, repeats && slice == second);
            pass.Update(alone.Pass, repeats && slice == second);
        }

        return (fail, pass);
    }

    private static EvidenceSlice Answers(int stage, int share, ValueList<long> baseline, ValueList<long> canary)
    {
        var slice = Slices.Slice(1, stage, share, Slices.Counts(1_000), Slices.Counts(1_000));
        return slice with { Baseline = slice.Baseline with { AnswersByGroup = baseline }, Canary = slice.Canary with { AnswersByGroup = canary } };
    }

    // Half of the groups have so much more, half so much less.
    private static ValueList<long> Uneven(int each, int by) => Enumerable.Range(0, 64).Select(g => (long)each + (g % 2 == 0 ? by : -by)).ToValueList();

    // So many in all, shared out as evenly as they can be but for the first group, which has half of it.
    private static ValueList<long> Total(int total) => Enumerable.Range(0, 64).Select(g => g == 0 ? total - 63L * (total / 128) : total / 128).ToValueList();
}

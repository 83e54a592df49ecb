using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>How many requests both versions answer alike, with and without a sample of the baseline's own noise.</summary>
public sealed class AgreementTests
{
    private static readonly GuardSpec Guard = Slices.Guard(SignalKind.Agreement, Scale.Value, 0.95) with { Fine = 0.97 };

    [Fact]
    public void Without_a_sample_of_noise_the_rate_of_different_answers_is_tested()
    {
        var asked = Asked.OfEveryone(Guard).After(Pairs(0, 200, 9), Pairs(0, 100, 3));

        TiltMixture fail = TiltMixture.ForRate(0.03, Null.AtMost), pass = TiltMixture.ForRate(0.05, Null.AtLeast);
        Assert.Equal(fail.LogE(12, 300), asked.Fail, 9);
        Assert.Equal(pass.LogE(12, 300), asked.Pass, 9);
        Assert.Equal(fail.LogE(48, 1_200), asked.Measurement.After(4).Fail, 12);
        Assert.Equal(pass.LogE(48, 1_200), asked.Measurement.After(4).Pass, 12);
    }

    [Fact]
    public void With_a_sample_of_noise_only_what_goes_beyond_it_counts()
    {
        var asked = Asked.OfEveryone(Guard).After(Pairs(0, 200, 19, 50, 2), Pairs(0, 100, 8, 30, 1));

        var beyond = RateComparison.OfDifferences(1 - 0.97, 1 - 0.95, 1);
        beyond.Add(0, new(2, 50), new(19, 200), withPass: true);
        beyond.Add(0, new(1, 30), new(8, 100), withPass: true);
        Assert.Equal((beyond.FailLogE, beyond.PassLogE), (asked.Fail, asked.Pass));
        Assert.Equal(beyond.Weigh(3), asked.Measurement.After(3));
    }

    [Fact]
    public void The_reading_is_of_agreement_not_of_difference()
    {
        Reading alone = Asked.OfEveryone(Guard).After(Pairs(0, 300, 12)).Reading, noisy = Asked.OfEveryone(Guard).After(Pairs(0, 300, 12, 200, 4)).Reading;

        var bounds = TiltMixture.RateBounds(12, 300, Asked.FailAt, Asked.PassAt);
        Assert.Equal(new() { Estimate = 1 - 0.04, Low = 1 - bounds.High, High = 1 - bounds.Low, CanaryValue = 1 - 0.04, CanaryCount = 300 }, alone);
        Assert.Equal(0.98, noisy.Estimate!.Value, 12); // 4 % less the noise of 2 %
        Assert.Equal((0.98, 0.96), (noisy.BaselineValue!.Value, noisy.CanaryValue!.Value));
        Assert.Equal((200L, 300L), (noisy.BaselineCount, noisy.CanaryCount));
        Assert.True(noisy.Low < 0.98 && noisy.High > 0.98);
    }

    [Fact]
    public void Nothing_compared_has_no_numbers()
    {
        var asked = Asked.OfEveryone(Guard).After(Asked.Quiet());

        Assert.Equal(default, asked.Reading);
        Assert.Equal((0.0, 0.0), (asked.Fail, asked.Pass));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public void A_segment_looks_at_its_own_pairs_and_can_only_fail(long noise)
    {
        var asked = Asked.OfSegment(Guard).After(Own(), Own(), Pairs(0, 500, 500, 100, 0));

        Assert.Equal((1_800L, 2 * noise, 0.0), (asked.Reading.CanaryCount, asked.Reading.BaselineCount, asked.Pass));
        Assert.NotEqual(0, asked.Fail);
        Assert.Equal(Asked.OfSegment(Guard).After(Own(), Own()).Fail, asked.Fail);
        Assert.Equal(0, asked.Measurement.After(9).Pass);

        EvidenceSlice Own() => Pairs(Asked.Segment, 900, 90, noise, 0);
    }

    [Fact]
    public void Fewer_than_ten_pairs_are_missing()
    {
        Assert.Equal("9 pairs of answers in country=ID in this stage, 10 are the least", Asked.OfSegment(Guard).After(Pairs(Asked.Segment, 9, 0)).Measurement.Missing());
        Assert.Null(Asked.OfSegment(Guard).After(Pairs(Asked.Segment, 10, 0)).Measurement.Missing());
    }

    [Fact]
    public void The_sentence_names_the_noise_where_it_is_known()
    {
        var noisy = Asked.OfSegment(Guard).After(Pairs(Asked.Segment, 40, 2, 20, 1));

        Assert.StartsWith(
            "95 % of 40 pairs of answers in country=ID agree, where the baseline agrees with itself in 95 % of 20; ", noisy.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.StartsWith("95 % of 40 pairs of answers agree; ", Asked.OfEveryone(Guard).After(Pairs(0, 40, 2)).Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.EndsWith("; 95 % is asked", noisy.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.Equal("pairs", noisy.Measurement.CountedBy);
    }

    private static EvidenceSlice Pairs(int cell, long pairs, long different, long noisePairs = 0, long noise = 0) =>
        Asked.Quiet() with { Pairs = [new(cell, pairs, different, noisePairs, noise, 0, 0, 0)] };
}

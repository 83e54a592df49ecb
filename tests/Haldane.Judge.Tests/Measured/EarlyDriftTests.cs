using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Measured;

/// <summary>Drift while there are few predictions, and what is said of it.</summary>
public sealed class EarlyDriftTests
{
    private static readonly GuardSpec Guard = Slices.Guard(SignalKind.PredictionDrift, Scale.JensenShannon, 0.04);
    private static readonly GuardSpec Confidence = Slices.Guard(SignalKind.ConfidenceDrift, Scale.JensenShannon, 0.04);

    // Of the level the band has a tenth, the normal mixture nine tenths.
    private static readonly double OfBand = Math.Log(0.1), OfMixture = Math.Log(0.9);

    [Theory]
    [InlineData(99, 500, false)]
    [InlineData(500, 99, false)]
    [InlineData(100, 500, true)]
    [InlineData(500, 100, true)]
    public void A_hundred_predictions_of_each_arm_are_the_least_for_the_normal_mixture(long canary, long baseline, bool enough)
    {
        var asked = Asked.OfEveryone(Guard).After(Slices.Slice(1, 0, 20, Classes(baseline - 40, 40), Classes(canary - 40, 40)));

        Assert.Equal(enough, asked.Reading.High is not null);
        Assert.NotNull(asked.Reading.Estimate);
        Assert.Equal(!enough, asked.Says(VerdictKind.Undecided) ==
            $"too few predictions in this stage to compare: {canary} of the canary, {baseline} of the baseline; 100 each are the least");
        Assert.NotEqual(OfMixture, asked.Measurement.After(1.02).Fail);
    }

    // (20 - 1) (1/n + 1/n) / (8 ln 2) is a hundredth at n = 685.3.
    [Theory]
    [InlineData(100, false)]
    [InlineData(685, false)]
    [InlineData(686, true)]
    public void Of_many_kinds_as_many_are_the_least_as_keep_the_bias_below_a_hundredth_of_a_bit(int each, bool enough)
    {
        var cell = Sure([.. Enumerable.Range(0, 20).Select(bin => (bin, bin == 0 ? each - 19L * (each / 20) : each / 20))]);
        var asked = Asked.OfEveryone(Confidence).After(Slices.Slice(1, 0, 20, cell, cell));

        Assert.Equal(enough, asked.Reading.High is not null);
        Assert.Equal(!enough, asked.Says(VerdictKind.Undecided) ==
            $"too few confidences in this stage for 20 kinds of them, by chance alone the mix would seem changed: {each} of the canary, {each} of the baseline");
    }

    [Fact]
    public void A_hundred_are_not_enough_where_many_count_as_one()
    {
        var slice = Slices.Slice(1, 0, 20, Classes(300, 300), Classes(300, 300));
        var asked = Asked.OfEveryone(Guard).After(slice with { Canary = slice.Canary with { ByGroup = new() { Classes = Habits(64) } } });

        var said = asked.Says(VerdictKind.Undecided);
        Assert.StartsWith(
            "too few predictions in this stage to compare: 600 of the canary, 600 of the baseline, since answers of the same users and moments are alike: ", said, StringComparison.Ordinal);
        Assert.EndsWith(" count as one; 100 each are the least", said, StringComparison.Ordinal);
        Assert.Null(asked.Reading.High);
    }

    [Fact]
    public void Too_few_groups_to_tell_prove_nothing()
    {
        var slice = Slices.Slice(1, 0, 20, Classes(900, 100), Classes(100, 900));
        var asked = Asked.OfEveryone(Guard).After(slice with { Baseline = slice.Baseline with { ByGroup = new() { Classes = Habits(4) } } });

        var js = JensenShannon.Of([100, 900], [900, 100]);
        Assert.Equal((OfMixture, OfMixture), (asked.Fail, asked.Pass));
        Assert.Equal((js.Bits - js.Bias, null, null), (asked.Reading.Estimate!.Value, asked.Reading.Low, asked.Reading.High));
        Assert.Contains("; too few users or moments so far to tell their ways from the version's; 0.04 bits is the margin", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    // sqrt((a + ln 2 + x_c) / 2 n_c) + sqrt((a + ln 2 + x_b) / 2 n_b) is the gap, a the logarithm of one over the level.
    [Theory]
    [InlineData(90, 0, 0, 90, 1)]
    [InlineData(85, 5, 8, 190, 1)]
    [InlineData(90, 0, 0, 90, 2)]
    [InlineData(85, 5, 8, 190, 3)]
    public void Until_then_the_band_tells_much_drift(long first, long other, long baselineFirst, long baselineOther, int stages)
    {
        var slice = Slices.Slice(1, 0, 20, Classes(baselineFirst, baselineOther), Classes(first, other));
        var asked = Asked.OfEveryone(Guard, [.. Enumerable.Repeat(20, stages)]).After(slice);

        var gap = (Math.Sqrt(JensenShannon.Of([first, other], [baselineFirst, baselineOther]).Bits) - Math.Sqrt(0.02)) * Math.Sqrt(Math.Log(2));
        Assert.Equal(gap, HalfWidth(asked.Fail - OfBand + Math.Log(stages), [first, other], [baselineFirst, baselineOther]), 6);
        Assert.Equal(OfMixture, asked.Pass, 12);
        Assert.True(asked.Fail > 1);
    }

    [Fact]
    public void The_band_counts_answers_that_count_as_one_once()
    {
        var slice = Slices.Slice(1, 0, 20, Classes(6_000, 0), Classes(3_000, 3_000));
        var asked = Asked.OfEveryone(Guard with { Fine = 0 }).After(slice with { Canary = slice.Canary with { ByGroup = new() { Classes = Habits(64) } } });

        // Kish: 64 groups of 100 answers that are forty off a half, less what chance may do; and as wide as t with 63 degrees of freedom.
        var seen = 64 * 1_600 * 64 / 63.0 / 1_600 - 1.5 * Math.Sqrt((2 + 64 / 1_600.0) / 63);
        var many = 1 + GroupedMean.Widening(64) * (seen - 1);
        var gap = Math.Sqrt(JensenShannon.Of([3_000, 3_000], [6_000, 0]).Bits * Math.Log(2));
        Assert.Equal(gap, HalfWidth(asked.Fail - OfBand, [3_000, 3_000], [6_000, 0], many), 6);
        Assert.True(asked.Fail > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Until_then_the_band_tells_that_there_is_little(int stages)
    {
        var slice = Slices.Slice(1, 0, 20, Classes(180, 90), Classes(63, 33));
        var asked = Asked.OfEveryone(Guard with { Bad = 0.5 }, [.. Enumerable.Repeat(20, stages)]).After(slice);

        var gap = (Math.Sqrt(0.5) - Math.Sqrt(JensenShannon.Of([63, 33], [180, 90]).Bits)) * Math.Sqrt(Math.Log(2));
        Assert.Equal(gap, HalfWidth(asked.Pass - OfBand + Math.Log(stages), [63, 33], [180, 90]), 6);
        Assert.Equal(OfMixture, asked.Fail, 12);
        Assert.True(asked.Pass > 1);
        Assert.Equal(0, Asked.OfSegment(Guard with { Bad = 0.5 }).After(slice).Pass);
    }

    [Fact]
    public void What_the_band_has_proved_stays_proved()
    {
        var harm = Slices.Slice(1, 0, 20, Classes(0, 50), Classes(50, 0));
        var asked = Asked.OfEveryone(Guard, 20, 50).After(harm);
        var proved = asked.Fail;

        Assert.True(proved > 1);
        Assert.Equal(proved, asked.After(Slices.Slice(2, 0, 20, Classes(40, 0), Classes(0, 40))).Fail);
        Assert.Equal(proved, asked.After(Slices.Slice(3, 1, 50, Classes(45, 45), Classes(45, 45))).Fail);

        var quiet = Asked.OfEveryone(Guard with { Bad = 0.5 }, 20, 50).After(Slices.Slice(1, 0, 20, Classes(45, 45), Classes(45, 45)));
        var safe = quiet.Pass;
        Assert.True(safe > 0.5);
        Assert.Equal(safe, quiet.After(Slices.Slice(2, 1, 50, Classes(0, 50), Classes(50, 0))).Pass);
        Assert.Equal(safe, quiet.Measurement.After(1.5).Pass);
    }

    [Fact]
    public void Nothing_of_one_arm_proves_nothing_and_says_so()
    {
        foreach (var slice in new[] { Slices.Slice(1, 0, 20, Classes(200, 50), Classes(0, 0)), Slices.Slice(1, 0, 20, Classes(0, 0), Classes(200, 50)) })
        {
            var asked = Asked.OfEveryone(Guard).After(slice);

            Assert.Equal((OfMixture, OfMixture), (asked.Fail, asked.Pass));
            Assert.Equal((null, null, null, 250), (asked.Reading.Estimate, asked.Reading.Low, asked.Reading.High, asked.Reading.BaselineCount + asked.Reading.CanaryCount));
            Assert.Equal("no predictions of both arms in this stage; 0.04 bits is the margin", asked.Says(VerdictKind.Pass));
            Assert.StartsWith("too few predictions in this stage to compare: ", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_stage_before_does_not_count_in_the_next()
    {
        var asked = Asked.OfEveryone(Guard, 5, 20).After(Slices.Slice(1, 0, 5, Classes(500, 500), Classes(500, 500)), Slices.Slice(2, 1, 20, Classes(0, 0), Classes(0, 0)));

        Assert.Null(asked.Reading.Estimate);
        Assert.True(asked.Measurement.StartsAnew);
    }

    [Theory]
    [InlineData(1_000, 49, 0, false)]
    [InlineData(500, 49, 0, false)]
    [InlineData(500, 50, 0, true)]
    [InlineData(1_000, 50, 0, false)]
    [InlineData(1_000, 51, 0, true)]
    [InlineData(1_100, 51, 100, true)]
    [InlineData(1_200, 51, 100, false)]
    public void Answers_that_cannot_be_read_break_it_from_fifty_and_one_in_twenty_on(long exchanges, long unread, long errors, bool broken)
    {
        var odd = new CellEvidence { Exchanges = exchanges, Errors = errors, Unread = unread, Classes = [exchanges - errors - unread, 0] };
        var whole = new CellEvidence { Exchanges = 1_000, Classes = [1_000, 0] };

        foreach (var (arm, slice) in new[] { ("canary", Slices.Slice(1, 0, 20, whole, odd)), ("baseline", Slices.Slice(1, 0, 20, odd, whole)) })
        {
            var said = $"the prediction of {unread} of {Say.Count(exchanges - errors)} {arm} answers in this stage could not be read; check the signal's pointer";
            Assert.Equal(broken ? said : null, Asked.OfEveryone(Guard).After(slice).Measurement.Broken());
        }

        var both = Asked.OfEveryone(Guard).After(Slices.Slice(1, 0, 20, odd, odd)).Measurement.Broken();
        Assert.Equal(broken, both?.Contains(" canary answers ", StringComparison.Ordinal) ?? false); // the canary is what is new
    }

    [Fact]
    public void A_confidence_in_no_bin_could_not_be_read()
    {
        var odd = new CellEvidence { Exchanges = 1_010, Errors = 10, Unread = 500, Confidence = [.. Sure((3, 940)).Confidence] };
        var asked = Asked.OfEveryone(Confidence).After(Slices.Slice(1, 0, 20, Sure((3, 940)), odd));

        Assert.Equal("the confidence of 60 of 1,000 canary answers in this stage could not be read; check the signal's pointer", asked.Measurement.Broken());
        Assert.Null(Asked.OfEveryone(Confidence).After(Slices.Slice(1, 0, 20, Sure((3, 940)), Sure((3, 940)) with { Unread = 900 })).Measurement.Broken());
    }

    [Theory]
    [InlineData(950, 0, null)]
    [InlineData(949, 0, "the attribution of 51 of 1,000 canary answers in this stage could not be read; check the signal's pointer")]
    [InlineData(949, 32_000, "the attribution of 51 of 1,000 canary answers in this stage could not be read; check the signal's pointer")]
    [InlineData(0, 0, "the attribution of 1,000 of 1,000 canary answers in this stage could not be read; check the signal's pointer")]
    public void An_answer_of_no_feature_could_not_be_read_however_many_predictions_it_brought(long drawn, long predictions, string? said)
    {
        var guard = Slices.Guard(SignalKind.AttributionDrift, Scale.JensenShannon, 0.04);
        var whole = new CellEvidence { Exchanges = 1_000, Classes = [predictions, 0], Attribution = [400, 500, 100] };
        var odd = whole with { Exchanges = 1_010, Errors = 10, Unread = 7, Attribution = [drawn, 0, 0] };

        Assert.Equal(said, Asked.OfEveryone(guard).After(Slices.Slice(1, 0, 20, whole, odd)).Measurement.Broken());
        Assert.Null(Asked.OfEveryone(guard).After(Slices.Slice(1, 0, 20, whole, whole with { Unread = 900 })).Measurement.Broken());
    }

    [Fact]
    public void The_sentence_names_what_moved_most()
    {
        var asked = Asked.OfSegment(Guard).After(Slices.Slice(1, 0, 20, Classes(750, 250), Classes(500, 500)));

        // m = (5/8, 3/8): (log2(4/5) + log2(4/3)) / 4 + (3 log2(6/5) + log2(2/3)) / 8, and 1 / (8 ln 2) (1/1,000 + 1/1,000) off.
        Assert.Equal(
            "the predictions in country=ID are 0.048 bits (Jensen-Shannon divergence) from the baseline's, class-1 75 % -> 50 %; 0.04 bits is the margin",
            asked.Measurement.Explain(VerdictKind.Pass, asked.Reading with { High = null }, worse: false));
    }

    [Fact]
    public void Bins_are_named_by_their_ends_the_first_of_those_that_moved_most()
    {
        var slice = Slices.Slice(1, 0, 20, Sure((3, 256), (7, 512), (12, 256)), Sure((3, 384), (7, 256), (12, 384)));

        Assert.Contains(" from the baseline's, 0.35 to 0.4: 50 % -> 25 %; ", Asked.OfEveryone(Confidence).After(slice).Says(VerdictKind.Undecided), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.00099, "less than 0.001 bits")]
    [InlineData(0.001, "0.001 bits")]
    [InlineData(0.0123, "0.012 bits")]
    public void A_divergence_below_a_thousandth_is_not_told_exactly(double bits, string said)
    {
        var asked = Asked.OfEveryone(Guard).After(Slices.Slice(1, 0, 20, Classes(20, 20), Classes(20, 20)));

        Assert.Equal(
            $"the predictions are {said} (Jensen-Shannon divergence) from the baseline's; 0.04 bits is the margin", asked.Measurement.Explain(VerdictKind.Fail, new() { Estimate = bits }, worse: false));
    }

    [Fact]
    public void A_change_that_is_certain_and_does_not_matter_is_said()
    {
        const string Said = "; that the mix has changed is certain, that it matters is not";
        EvidenceSlice Changed(long by) => Slices.Slice(1, 0, 50, Classes(20_000, 20_000), Classes(20_000 + by, 20_000 - by));
        bool Says(Asked asked, VerdictKind kind) => asked.Says(kind).EndsWith(Said, StringComparison.Ordinal);

        // The evidence that anything differs rises with the change; it is certain from 1,000 to 1 on.
        var certain = Enumerable.Range(1, 1_000).First(by => DriftBand.AnyChangeLogE([20_000 + by, 20_000 - by], [20_000, 20_000]) >= Math.Log(1_000));
        Asked sure = Asked.OfEveryone(Guard).After(Changed(certain)), unsure = Asked.OfEveryone(Guard).After(Changed(certain - 1));
        Assert.Equal((true, true, false), (Says(sure, VerdictKind.Pass), Says(sure, VerdictKind.Undecided), Says(sure, VerdictKind.Fail)));
        Assert.Equal((false, false), (Says(unsure, VerdictKind.Pass), Says(unsure, VerdictKind.Undecided)));
        Assert.False(Says(Asked.OfSegment(Guard).After(Changed(certain)), VerdictKind.Undecided));

        var slice = Changed(certain);
        var alike = Asked.OfEveryone(Guard).After(slice with { Canary = slice.Canary with { ByGroup = new() { Classes = Habits(64) } } });
        Assert.False(Says(alike, VerdictKind.Undecided)); // it supposes that each prediction stands for itself
    }

    [Fact]
    public void Fewer_than_ten_predictions_are_missing()
    {
        Assert.Equal("9 canary predictions in this stage, 10 are the least", Asked.OfEveryone(Guard).After(Slices.Slice(1, 0, 20, Classes(90, 0), Classes(5, 4))).Measurement.Missing());
        Assert.Null(Asked.OfEveryone(Guard).After(Slices.Slice(1, 0, 20, Classes(0, 0), Classes(5, 5))).Measurement.Missing());
    }

    private static double HalfWidth(double at, long[] canary, long[] baseline, double many = 1) =>
        Math.Sqrt((at + Math.Log(2) + DriftBand.Excess(canary)) / (2 * canary.Sum() / many)) + Math.Sqrt((at + Math.Log(2) + DriftBand.Excess(baseline)) / (2 * baseline.Sum() / many));

    private static CellEvidence Classes(long first, long other) => new() { Exchanges = first + other, Classes = [first, other] };

    private static CellEvidence Sure(params (int Bin, long Count)[] bins) => new()
    {
        Exchanges = bins.Sum(b => b.Count),
        Confidence = Enumerable.Range(0, ConfidenceBins.Count).Select(i => bins.Where(b => b.Bin == i).Sum(b => b.Count)).ToValueList(),
    };

    // Of a hundred answers of each group ninety are of the one class or of the other.
    private static SparseCounts Habits(int groups)
    {
        var counts = new long[2 * SubjectGroups.Count];
        for (var group = 0; group < groups; group++)
        {
            (counts[SubjectGroups.Key(0, group)], counts[SubjectGroups.Key(1, group)]) = group % 2 == 0 ? (90, 10) : (10, 90);
        }

        return SparseCounts.Of(counts);
    }
}

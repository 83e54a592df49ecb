using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Measured;

/// <summary>How far mixes are apart once there are predictions enough.</summary>
public sealed class DriftTests
{
    private static readonly GuardSpec Guard = Slices.Guard(SignalKind.PredictionDrift, Scale.JensenShannon, 0.04);
    private static readonly double Fine = Math.Sqrt(0.02), Bad = 0.2;

    // Beside the band, which has a tenth of the level, nine tenths of it are the normal mixture's.
    private static readonly double Part = Math.Log(0.9), PartOfBand = Math.Log(0.1);

    [Theory]
    [InlineData(600, 400)]
    [InlineData(800, 200)]
    [InlineData(1_000, 0)]
    public void Harm_takes_the_bias_off_and_safety_leaves_it_on(long first, long other)
    {
        var asked = Asked.OfEveryone(Guard).After(Predicted(0, (2_400, 1_600), (first, other)));

        var js = JensenShannon.Of([first, other], [2_400, 1_600]);
        Assert.Equal(Math.Max(Part + NormalMixture.LogE(Math.Sqrt(Math.Max(0, js.Bits - js.Bias)) - Fine, js.DistanceError, Bad), PartOfBand), asked.Fail, 9);
        Assert.Equal(Math.Max(Part + NormalMixture.LogE(Bad - Math.Sqrt(js.Bits), js.DistanceError, Bad), PartOfBand), asked.Pass, 9);
        Assert.Equal(js.Bits > 0.04, asked.Fail > 5);
        Assert.Equal(js.Bits < 0.01, asked.Pass > 5);
    }

    [Fact]
    public void More_of_the_same_has_a_smaller_error_and_a_smaller_bias()
    {
        var asked = Asked.OfEveryone(Guard).After(Predicted(0, (500, 500), (400, 100)));

        var js = JensenShannon.Of([400, 100], [500, 500]);
        Assert.Equal(Part + NormalMixture.LogE(Math.Sqrt(js.Bits - js.Bias) - Fine, js.DistanceError / 3, Bad), asked.Measurement.After(9).Fail, 9);
        Asked near = Asked.OfEveryone(Guard).After(Predicted(0, (500, 500), (270, 230)));
        js = JensenShannon.Of([270, 230], [500, 500]);
        Assert.Equal(Part + NormalMixture.LogE(Bad - Math.Sqrt(js.Bits - js.Bias + js.Bias / 9), js.DistanceError / 3, Bad), near.Measurement.After(9).Pass, 9);
        Assert.Equal(new(near.Fail, near.Pass), near.Measurement.After(1));
    }

    [Theory]
    [InlineData(5, true)]
    [InlineData(20, true)]
    [InlineData(20, false)]
    public void Where_users_resemble_themselves_bias_and_error_grow_by_the_worse_arm(int apart, bool canary)
    {
        // Group by group the part of the first class is a half, more or less.
        var slice = Predicted(0, (6_400, 6_400), (4_000, 2_400));
        slice = canary ? slice with { Canary = Habits(slice.Canary, apart) } : slice with { Baseline = Habits(slice.Baseline, apart) };
        var asked = Asked.OfEveryone(Guard).After(slice);

        var spread = new SubjectSpread(2);
        spread.Add(canary ? 6_400 : 12_800, (canary ? slice.Canary : slice.Baseline).ByGroup!.Classes);
        var (many, js) = (spread.Mix, JensenShannon.Of([4_000, 2_400], [6_400, 6_400]));
        Assert.Equal(apart == 20, many > 10);
        foreach (var factor in new[] { 1, 6 })
        {
            var left = 1.0 / factor + many - 1;
            var (fail, pass) = asked.Measurement.After(factor);
            Assert.Equal(Math.Max(PartOfBand, Part + NormalMixture.LogE(Math.Sqrt(Math.Max(0, js.Bits - js.Bias * many)) - Fine, js.DistanceError * Math.Sqrt(left), Bad)), fail, 9);
            Assert.Equal(Math.Max(PartOfBand, Part + NormalMixture.LogE(Bad - Math.Sqrt(js.Bits - js.Bias * many + js.Bias * left), js.DistanceError * Math.Sqrt(left), Bad)), pass, 9);
        }

        var error = js.DistanceError * Math.Sqrt(many);
        var reading = asked.Reading;
        Assert.Equal(js.Bits - js.Bias * many, reading.Estimate!.Value, 12);
        var low = Math.Sqrt(js.Bits - js.Bias * many) - NormalMixture.Margin(Asked.FailAt, error, Bad);
        Assert.Equal(Math.Pow(Math.Max(0, low), 2), reading.Low!.Value, 12);
        Assert.Equal(Math.Pow(Math.Sqrt(js.Bits) + NormalMixture.Margin(Asked.PassAt, error, Bad), 2), reading.High!.Value, 12);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Stages_multiply_but_those_of_users_with_habits_are_added(bool habits)
    {
        // Some drift, which proves a little harm in both stages; and none, which proves safety.
        foreach (var first in new[] { 3_200L, 5_200 })
        {
            EvidenceSlice before = Predicted(0, (3_200, 3_200), (first, 6_400 - first)), now = before;
            now = habits ? now with { Canary = Habits(now.Canary, 20) } : now;
            var asked = Asked.OfEveryone(Guard, 5, 20).After(before, now with { Stage = 1 });

            foreach (var factor in new[] { 1, 4 })
            {
                Evidence one = Asked.OfEveryone(Guard).After(before).Measurement.After(1), other = Asked.OfEveryone(Guard).After(now).Measurement.After(factor);
                var (proved, seen) = first == 3_200 ? (asked.Measurement.After(factor).Pass, (one.Pass, other.Pass)) : (asked.Measurement.After(factor).Fail, (one.Fail, other.Fail));
                var staged = new StagedEvidence(2);
                staged.Update(seen.Item1 - Part);
                staged.MoveTo(1);
                staged.Update(seen.Item2 - Part, habits);
                Assert.Equal(Part + staged.LogE, proved, 9);
                Assert.True(Math.Min(seen.Item1, seen.Item2) > 1);
            }
        }
    }

    [Fact]
    public void Bounds_have_their_stage_s_part_of_the_level_and_end_where_a_divergence_ends()
    {
        var js = JensenShannon.Of([1_400, 600], [2_000, 2_000]);
        var reading = Asked.OfEveryone(Guard, 5, 20).After(Predicted(1, (2_000, 2_000), (1_400, 600))).Reading;

        Assert.Equal(js.Bits - js.Bias, reading.Estimate!.Value, 12);
        Assert.Equal(Math.Pow(Math.Sqrt(js.Bits - js.Bias) - NormalMixture.Margin(Asked.FailAt + Math.Log(2), js.DistanceError, Bad), 2), reading.Low!.Value, 12);
        Assert.Equal(Math.Pow(Math.Sqrt(js.Bits) + NormalMixture.Margin(Asked.PassAt + Math.Log(2), js.DistanceError, Bad), 2), reading.High!.Value, 12);
        Assert.Equal((4_000L, 2_000L, null, null), (reading.BaselineCount, reading.CanaryCount, reading.BaselineValue, reading.CanaryValue));

        var same = Asked.OfEveryone(Guard).After(Predicted(0, (500, 500), (500, 500))).Reading;
        Assert.Equal((0.0, 0.0), (same.Estimate!.Value, same.Low!.Value));
        var other = Asked.OfEveryone(Guard).After(Predicted(0, (1_000, 0), (0, 1_000))).Reading;
        Assert.Null(other.High);
        Assert.InRange(other.Low!.Value, 0.5, 1);
    }

    [Fact]
    public void A_distance_is_not_taken_for_harm_while_it_is_within_the_bias()
    {
        var asked = Asked.OfEveryone(Guard with { Fine = 0 }).After(Predicted(0, (100, 100), (52, 48)));

        var js = JensenShannon.Of([52, 48], [100, 100]);
        Assert.True(js.Bits < js.Bias);
        Assert.Equal((0.0, 0.0), (asked.Reading.Estimate!.Value, asked.Reading.Low!.Value));
        Assert.Equal(Math.Max(PartOfBand, Part + NormalMixture.LogE(0, js.DistanceError, Bad)), asked.Fail, 9);
        Assert.Equal(Math.Max(PartOfBand, Part + NormalMixture.LogE(0, js.DistanceError / 2, Bad)), asked.Measurement.After(4).Fail, 9);
        Assert.Equal(Part + NormalMixture.LogE(Bad, js.DistanceError / 2, Bad), asked.Measurement.After(4).Pass, 9);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.01)]
    public void A_margin_that_is_none_is_refused(double bad)
    {
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => Asked.OfEveryone(Guard with { Bad = bad, Fine = bad }));

        Assert.Equal("question", refused.ParamName);
    }

    [Fact]
    public void A_fine_line_below_none_is_refused_and_none_itself_is_not()
    {
        Assert.Equal("question", Assert.Throws<ArgumentOutOfRangeException>(() => Asked.OfEveryone(Guard with { Fine = -0.01 })).ParamName);
        Assert.NotNull(Asked.OfEveryone(Guard with { Fine = 0 }));
    }

    [Fact]
    public void A_segment_has_its_own_predictions_and_can_only_fail()
    {
        var mixed = new ArmEvidence { Cells = [Cell(0, 900), Cell(500, 500)] };
        var asked = Asked.OfSegment(Guard).After(Predicted(0, (1_000, 0), (0, 1_000)) with { Baseline = mixed, Canary = mixed });

        var js = JensenShannon.Of([500, 500], [500, 500]);
        Assert.Equal(Math.Max(PartOfBand, Part + NormalMixture.LogE(-Fine, js.DistanceError, Bad)), asked.Fail, 9);
        Assert.Equal((0.0, 0.0), (asked.Pass, asked.Measurement.After(9).Pass));
        Assert.Equal((1_000L, 1_000L), (asked.Reading.BaselineCount, asked.Reading.CanaryCount));
    }

    [Fact]
    public void Confidences_are_compared_by_bin_whatever_the_predictions_do()
    {
        var guard = Slices.Guard(SignalKind.ConfidenceDrift, Scale.JensenShannon, 0.04);
        var asked = Asked.OfEveryone(guard).After(Slices.Slice(1, 0, 20, Sure((18, 750), (19, 250)), Sure((18, 250), (19, 750))));

        var js = JensenShannon.Of([250, 750], [750, 250]);
        Assert.Equal(Part + NormalMixture.LogE(Math.Sqrt(js.Bits - js.Bias) - Fine, js.DistanceError, Bad), asked.Fail, 9);
        Assert.Equal((1_000L, 1_000L), (asked.Reading.BaselineCount, asked.Reading.CanaryCount));
        Assert.StartsWith(
            $"the confidences are {Say.Number(js.Bits - js.Bias, 2)} bits (Jensen-Shannon divergence) from the baseline's, 0.9 to 0.95: 75 % -> 25 %; ", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.Equal("0 canary confidences in country=ID in this stage, 10 are the least", Asked.OfSegment(guard).Measurement.Missing());

        // Habits of confidence count, those of prediction do not.
        var slice = Slices.Slice(1, 0, 20, Sure((0, 3_200), (1, 3_200)), Sure((0, 3_200), (1, 3_200)));
        var (sure, plain) = (Habits(slice.Canary, 20), Asked.OfEveryone(guard).After(slice));
        Assert.Equal(plain.Pass, Asked.OfEveryone(guard).After(slice with { Canary = sure }).Pass);
        Assert.True(plain.Pass > Asked.OfEveryone(guard).After(slice with { Canary = sure with { ByGroup = new() { Confidence = sure.ByGroup!.Classes } } }).Pass + 1);
    }

    [Fact]
    public void Attributions_are_compared_by_feature_whatever_the_predictions_do()
    {
        var guard = Slices.Guard(SignalKind.AttributionDrift, Scale.JensenShannon, 0.04);
        var asked = Asked.OfEveryone(guard).After(Slices.Slice(1, 0, 20, Drawn(250, 700, 50), Drawn(700, 250, 50)));

        var js = JensenShannon.Of([700, 250, 50], [250, 700, 50]);
        Assert.Equal(Part + NormalMixture.LogE(Math.Sqrt(js.Bits - js.Bias) - Fine, js.DistanceError, Bad), asked.Fail, 9);
        Assert.Equal((1_000L, 1_000L), (asked.Reading.BaselineCount, asked.Reading.CanaryCount));
        Assert.StartsWith(
            $"the attributions are {Say.Number(js.Bits - js.Bias, 2)} bits (Jensen-Shannon divergence) from the baseline's, income 25 % -> 70 %; ", asked.Says(VerdictKind.Undecided), StringComparison.Ordinal);
        Assert.Contains("from the baseline's, other 5 % -> 40 %", Asked.OfEveryone(guard).After(Slices.Slice(1, 0, 20, Drawn(450, 500, 50), Drawn(250, 350, 400))).Says(VerdictKind.Fail), StringComparison.Ordinal);
        Assert.Equal("0 canary attributions in country=ID in this stage, 10 are the least", Asked.OfSegment(guard).Measurement.Missing());
        Assert.Equal(0, Asked.OfSegment(guard).After(Slices.Slice(1, 0, 20, Drawn(500, 450, 50), Drawn(500, 450, 50))).Pass);
    }

    [Fact]
    public void Habits_of_attribution_count_and_those_of_prediction_and_batches_do_not()
    {
        var guard = Slices.Guard(SignalKind.AttributionDrift, Scale.JensenShannon, 0.04);
        var slice = Slices.Slice(1, 0, 20, Drawn(3_200, 3_200, 0), Drawn(3_200, 3_200, 0));
        var (of, plain) = (Habits(slice.Canary, 20), Asked.OfEveryone(guard).After(slice));

        Assert.Equal(plain.Pass, Asked.OfEveryone(guard).After(slice with { Canary = of }).Pass);
        Assert.True(plain.Pass > With(new() { Attribution = of.ByGroup!.Classes }).Pass + 1);

        // In the segment one caller's batches are as large as all others'; what is drawn of each answer is not theirs.
        SparseCounts even = Of(_ => 10), batches = Of(group => group == 0 ? 6_300 : 100);
        Asked In(SparseCounts? predictions) => Asked.OfSegment(guard).After(slice with { Canary = slice.Canary with { ByGroup = new() { Attribution = of.ByGroup.Classes, Answers = even, Predictions = predictions ?? SparseCounts.Empty } } });
        Assert.Equal(In(null).Fail, In(batches).Fail);

        Asked With(GroupedAnswers groups) => Asked.OfEveryone(guard).After(slice with { Canary = slice.Canary with { ByGroup = groups } });
        static SparseCounts Of(Func<int, long> count) => SparseCounts.Of([.. Enumerable.Range(0, 2 * SubjectGroups.Count).Select(key => count(key % SubjectGroups.Count))]);
    }

    private static CellEvidence Drawn(long first, long second, long other) => new() { Exchanges = first + second + other, Classes = [first, second + other], Attribution = [first, second, other] };

    private static CellEvidence Cell(long first, long other) => new() { Exchanges = first + other, Classes = [first, other] };

    private static CellEvidence Sure(params (int Bin, long Count)[] bins) => new()
    {
        Exchanges = bins.Sum(b => b.Count),
        Classes = [bins[0].Count, 0],
        Confidence = Enumerable.Range(0, ConfidenceBins.Count).Select(i => bins.Where(b => b.Bin == i).Sum(b => b.Count)).ToValueList(),
    };

    private static EvidenceSlice Predicted(int stage, (long First, long Other) baseline, (long First, long Other) canary) =>
        Slices.Slice(1, stage, 20, Cell(baseline.First, baseline.Other), Cell(canary.First, canary.Other));

    // Of a hundred answers of each group fifty are of the first class, more or less so many.
    private static ArmEvidence Habits(ArmEvidence arm, int apart)
    {
        var counts = Enumerable.Range(0, 2 * SubjectGroups.Count).Select(key => 50L + ((key + key / SubjectGroups.Count) % 2 == 0 ? apart : -apart)).ToArray();
        return arm with { ByGroup = new() { Classes = SparseCounts.Of(counts) } };
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Measured;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests;

/// <summary>Splits of subjects and of labels that are not the ones that were asked, exactly at their lines.</summary>
public sealed class SplitTests
{
    [Fact]
    public void A_split_is_broken_from_one_in_two_thousand_on_shared_out_over_counts()
    {
        // The k-th count gets 1 / (k (k + 1)).
        foreach (var k in new[] { 1, 2, 3, 7 })
        {
            var least = Enumerable.Range(100, 400).First(c => MultinomialMixture.LogE([c, 900], [0.1, 0.9]) >= Math.Log(2_000.0 * k * (k + 1)));

            Assert.Null(After(k, Subjects(least - 1, 900)).Broken);
            Assert.NotNull(After(k, Subjects(least, 900)).Broken);
        }
    }

    [Fact]
    public void Counts_of_one_stage_add_up()
    {
        var least = Enumerable.Range(100, 400).First(c => MultinomialMixture.LogE([c, 900], [0.1, 0.9]) >= Math.Log(4_000));

        Assert.NotNull(After(1, Subjects(80, 450), Subjects(least - 80, 450)).Broken);
        Assert.Null(After(1, Subjects(80, 450), Subjects(least - 81, 450)).Broken);
    }

    [Fact]
    public void A_new_stage_and_a_new_process_count_anew()
    {
        var ratio = new SampleRatio();
        ratio.Add(Subjects(140, 900));
        ratio.Add(Subjects(140, 900) with { Fresh = true });
        ratio.Add(Subjects(140, 900, stage: 1));
        ratio.Add(Subjects(140, 900, stage: 1) with { Fresh = true });

        Assert.Null(ratio.Broken);
        Assert.NotNull(After(1, Subjects(560, 3_600)).Broken);
    }

    [Fact]
    public void A_new_process_in_a_new_stage_is_one_new_count()
    {
        var least = Enumerable.Range(100, 400).First(c => MultinomialMixture.LogE([c, 900], [0.1, 0.9]) >= Math.Log(2_000 * 6));
        var ratio = new SampleRatio();
        ratio.Add(Subjects(0, 0));
        ratio.Add(Subjects(least, 900, stage: 1) with { Fresh = true });

        Assert.NotNull(ratio.Broken);
    }

    [Fact]
    public void What_was_broken_stays_broken_and_says_when_it_was()
    {
        var ratio = After(1, Subjects(300, 900));
        const string Said = "the split is not the one that was asked: the canary got 25 % of 1,200 sampled subjects, 10% was asked; the arms cannot be compared";
        Assert.Equal(Said, ratio.Broken);

        ratio.Add(Subjects(1_000, 900));
        ratio.Add(Subjects(100, 900, stage: 1));

        Assert.Equal(Said, ratio.Broken);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    public void With_everyone_on_one_arm_there_is_no_split(int share)
    {
        var ratio = new SampleRatio();

        ratio.Add(Subjects(500, 500, share: share));

        Assert.Null(ratio.Broken);
    }

    [Theory]
    [InlineData(SignalKind.Accuracy, Scale.Difference, -0.04)]
    [InlineData(SignalKind.Accuracy, Scale.Ratio, 0.9)]
    public void Labels_are_uneven_from_one_in_four_thousand_on_beyond_a_quarter_more(SignalKind kind, Scale scale, double bad)
    {
        // ln 1.25 is 4.46 steps of 5 %: rounded to 5 beyond it, on either side.
        static RateRatioProfile Of(int canary, int baseline)
        {
            var profile = new RateRatioProfile();
            profile.Add(RateRatioProfile.PerEvent(0.2), canary, baseline);
            return profile;
        }

        var guard = Slices.Guard(kind, scale, bad);
        var many = Enumerable.Range(100, 400).First(c => Of(c, 400).LogE(105, Null.AtMost) >= Math.Log(4_000));
        var few = Enumerable.Range(0, 100).Last(c => Of(c, 400).LogE(95, Null.AtLeast) >= Math.Log(4_000));

        Assert.Null(Labelled(guard, (0, many - 1, 400)));
        Assert.Equal($"{many} labels of canary answers and only 400 of the baseline, which is not their share of the exchanges; check the feedback of the baseline", Labelled(guard, (0, many, 400)));
        Assert.Null(Labelled(guard, (0, few + 1, 400)));
        Assert.Equal($"400 labels of baseline answers and only {few} of the canary, which is not their share of the exchanges; check the feedback of the canary", Labelled(guard, (0, few, 400)));
        Assert.Equal("400 labels of canary answers and none of the baseline, which is not their share of the exchanges; check the feedback of the baseline", Labelled(guard, (0, 400, 0)));
    }

    [Fact]
    public void Labels_of_each_stage_are_held_to_the_share_of_that_stage_and_all_on_one_arm_to_none()
    {
        var guard = Slices.Guard(SignalKind.Accuracy, Scale.Difference, -0.04);

        Assert.Null(Labelled(guard, (0, 100, 400), (1, 400, 400), (2, 5_000, 0)));
        Assert.Null(Labelled(guard, (0, 100, 400), (2, 100, 300)));
        Assert.NotNull(Labelled(guard, (0, 400, 400), (1, 400, 400)));
        Assert.NotNull(Labelled(guard, (0, 100, 400), (1, 100, 800)));
    }

    [Fact]
    public void Exchanges_that_are_not_split_as_labels_must_be_do_not_break_a_guard_on_errors()
    {
        // 5,000 to 100 where one to four was asked.
        var slice = Slices.Slice(1, 0, 20, Slices.Counts(100), Slices.Counts(5_000));

        Assert.Null(Asked.OfEveryone(Slices.Guard(SignalKind.ErrorRate, Scale.Difference, 0.02)).After(slice).Measurement.Broken());
    }

    private static string? Labelled(GuardSpec guard, params (int Stage, int Canary, int Baseline)[] labels) => Asked.OfEveryone(guard, 20, 50, 100)
        .After(labels.Select(l => Asked.Quiet(l.Stage) with { Labels = [new(l.Stage, Arm.Canary, 0, l.Canary, 0), new(l.Stage, Arm.Baseline, 0, l.Baseline, 0)] }))
        .Measurement.Broken();

    // As the k-th count.
    private static SampleRatio After(int k, params EvidenceSlice[] slices)
    {
        var ratio = new SampleRatio();
        for (var count = 1; count < k; count++)
        {
            ratio.Add(Subjects(0, 0) with { Fresh = true });
        }

        ratio.Add(slices[0] with { Fresh = true });
        foreach (var slice in slices.Skip(1))
        {
            ratio.Add(slice);
        }

        return ratio;
    }

    private static EvidenceSlice Subjects(long canary, long baseline, int stage = 0, int share = 10)
    {
        var slice = Slices.Slice(1, stage, share, CellEvidence.Empty, CellEvidence.Empty);
        return slice with { Canary = slice.Canary with { NewSubjects = canary }, Baseline = slice.Baseline with { NewSubjects = baseline } };
    }
}

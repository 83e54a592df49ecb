using Haldane.Core.Evidence;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Totals;

/// <summary>How the design effect of everyone is carried over to a segment with subjects of its own activity.</summary>
public sealed class SubjectActivityTests
{
    private const int Segment = 1;

    [Fact]
    public void Nothing_reported_leaves_it_as_it_is()
    {
        Assert.Equal(3.5, new SubjectActivity(2).EffectIn(Segment, 3.5));
    }

    [Fact]
    public void A_segment_has_the_correlation_of_everyone_and_repeats_of_its_own()
    {
        // Deviations from the mean of a group: 100 for everyone, 50 in the segment. K = 64 / 63 times 64 deviations^2 over all answers.
        var activity = Activity(group => group % 2 == 0 ? 300 : 100, group => group % 2 == 0 ? 100 : 0);
        double everyone = 64 / 63.0 * 64 * 100 * 100 / 12_800, segment = 64 / 63.0 * 64 * 50 * 50 / 3_200;

        Assert.Equal(1 + 2.5 * (segment - 1) / (everyone - 1), activity.EffectIn(Segment, 3.5), 9);
        Assert.Equal(3.5, activity.EffectIn(SegmentCells.Everyone, 3.5));
    }

    [Fact]
    public void A_segment_of_few_busy_subjects_has_the_larger_effect()
    {
        var activity = Activity(group => 3_000 + group % 2 * 400 + (group < 20 ? 100 : 0), group => group < 20 ? (group == 0 ? 900 : 100) : 0);

        Assert.True(activity.EffectIn(Segment, 3.4) > 20);
    }

    [Fact]
    public void Subjects_who_come_once_in_a_segment_are_independent_there()
    {
        var activity = Activity(group => group % 2 == 0 ? 300 : 100, _ => 10);

        Assert.Equal(1, activity.EffectIn(Segment, 3.5));
    }

    [Fact]
    public void A_segment_of_too_few_groups_tells_nothing()
    {
        var activity = Activity(_ => 100, group => group < 4 ? 50 : 0);

        Assert.Equal(double.PositiveInfinity, activity.EffectIn(Segment, 3.5));
        Assert.Equal(1, activity.EffectIn(Segment, 1));
    }

    [Fact]
    public void A_new_stage_knows_nothing()
    {
        var activity = Activity(_ => 100, group => group < 4 ? 50 : 0);

        activity.Clear();

        Assert.Equal(3.5, activity.EffectIn(Segment, 3.5));
    }

    private static SubjectActivity Activity(Func<int, int> everyone, Func<int, int> segment)
    {
        var row = new long[2 * SubjectGroups.Count];
        for (var group = 0; group < SubjectGroups.Count; group++)
        {
            (row[SubjectGroups.Key(SegmentCells.Everyone, group)], row[SubjectGroups.Key(Segment, group)]) = (everyone(group), segment(group));
        }

        var activity = new SubjectActivity(2);
        activity.Add(SparseCounts.Of(row));
        return activity;
    }
}

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
        // Deviations from the mean of a group: 100 for everyone, 150 in the segment. K = 64 / 63 times 64 deviations^2 over all answers.
        var activity = Activity(group => group % 2 == 0 ? 300 : 100, group => group % 2 == 0 ? 300 : 0);
        double everyone = 64 / 63.0 * 64 * 100 * 100 / 12_800, segment = 64 / 63.0 * 64 * 150 * 150 / 9_600;

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
    public void Five_groups_in_effect_are_enough()
    {
        // Everyone: even groups only, of 200 each, 100 off the mean. The segment: 50 in each of five groups, so squares of 12,500 against 250^2 / 64.
        var activity = Activity(group => group % 2 == 0 ? 200 : 0, group => group < 5 ? 50 : 0);

        double everyone = 64 / 63.0 * 64 * 100 * 100 / 6_400 - 1, segment = 64 / 63.0 * (12_500 - 62_500 / 64.0) / 250 - 1;
        Assert.Equal(1 + 2.5 * segment / everyone, activity.EffectIn(Segment, 3.5), 9);
    }

    [Fact]
    public void Where_hardly_anybody_comes_twice_repeats_are_taken_to_be_one_in_ten()
    {
        var activity = Activity(_ => 10, group => group % 2 == 0 ? 10 : 0);

        // The segment: deviations of 5 from a mean of 5.
        var segment = 64 / 63.0 * 64 * 25 / 320 - 1;
        Assert.Equal(1 + 2.5 * segment / 0.1, activity.EffectIn(Segment, 3.5), 9);
    }

    [Fact]
    public void Reports_add_up_and_an_empty_one_is_none()
    {
        SubjectActivity halves = new(3), whole = new(3), none = new(3);

        halves.Add(Row(3, 2, group => group));
        halves.Add(null);
        halves.Add(SparseCounts.Empty);
        halves.Add(Row(3, 2, group => 2 * group));
        whole.Add(Row(3, 2, group => 3 * group));
        none.Add(null);
        none.Add(SparseCounts.Empty);

        Assert.Equal(whole.EffectIn(2, 3.5), halves.EffectIn(2, 3.5), 12);
        Assert.InRange(whole.EffectIn(2, 3.5), 3.6, 1e9);
        Assert.Equal((3.5, 3.5), (none.EffectIn(1, 3.5), none.EffectIn(2, 3.5)));
    }

    [Fact]
    public void What_a_stage_reported_is_not_added_to_the_next()
    {
        SubjectActivity known = new(3), fresh = new(3);
        known.Add(Row(3, 2, group => 100 - group));

        known.Clear();
        known.Add(Row(3, 2, group => group));
        fresh.Add(Row(3, 2, group => group));

        Assert.Equal(fresh.EffectIn(2, 3.5), known.EffectIn(2, 3.5), 12);
    }

    [Fact]
    public void A_cell_carries_over_both_its_borders_and_its_mix()
    {
        var row = new long[2 * SubjectGroups.Count];
        for (var group = 0; group < SubjectGroups.Count; group++)
        {
            row[SubjectGroups.Key(group % 2, group)] = 50;
        }

        var spread = new SubjectSpread(2);
        spread.Add(row.Sum(), SparseCounts.Of(row));
        var activity = Activity(group => group % 2 == 0 ? 300 : 100, group => group % 2 == 0 ? 300 : 0);

        var cell = new CellSpread(spread, activity, Segment);

        Assert.Equal(activity.EffectIn(Segment, spread.Above(0)), cell.Above(0));
        Assert.Equal(activity.EffectIn(Segment, spread.Mix), cell.Mix);
        Assert.True(cell.Above(0) > spread.Above(0) && spread.Above(0) > 10);
    }

    [Fact]
    public void A_new_stage_knows_nothing()
    {
        var activity = Activity(_ => 100, group => group < 4 ? 50 : 0);

        activity.Clear();

        Assert.Equal(3.5, activity.EffectIn(Segment, 3.5));
    }

    private static SparseCounts Row(int cells, int cell, Func<int, int> of)
    {
        var row = new long[cells * SubjectGroups.Count];
        for (var group = 0; group < SubjectGroups.Count; group++)
        {
            (row[SubjectGroups.Key(SegmentCells.Everyone, group)], row[SubjectGroups.Key(cell, group)]) = (10, of(group));
        }

        return SparseCounts.Of(row);
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

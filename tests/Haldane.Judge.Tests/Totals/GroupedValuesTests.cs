using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Tests.Worlds;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Totals;

/// <summary>Sums of a named number by stage, arm and group, and the error of its mean.</summary>
public sealed class GroupedValuesTests
{
    private const int Cell = 1, Stages = 2;

    [Fact]
    public void Numbers_of_one_group_add_up()
    {
        var values = With(New(Arm.Canary, 0, 3, 2, 10), New(Arm.Canary, 0, 1, 1, 5));

        var side = values.Of(Arm.Canary, 0);

        Assert.Equal((4.0, 3.0, 15.0, 3.75), (side.Count, side.NonZero, side.Sum, side.Mean));
        Assert.Equal(Stages, values.Stages);
    }

    [Fact]
    public void Arms_and_stages_are_kept_apart_and_their_totals_are_over_all_stages()
    {
        var values = With(New(Arm.Canary, 0, 3, 2, 10), New(Arm.Canary, 1, 4, 4, 7), New(Arm.Baseline, 1, 5, 1, -2));

        Assert.Equal((3.0, 10.0), (values.Of(Arm.Canary, 0).Count, values.Of(Arm.Canary, 0).Sum));
        Assert.Equal((4.0, 7.0), (values.Of(Arm.Canary, 1).Count, values.Of(Arm.Canary, 1).Sum));
        Assert.Equal((0.0, 0.0), (values.Of(Arm.Baseline, 0).Count, values.Of(Arm.Baseline, 0).Sum));
        Assert.Equal((7.0, 17.0), values.Total(Arm.Canary));
        Assert.Equal((5.0, -2.0), values.Total(Arm.Baseline));
    }

    [Fact]
    public void Other_cells_names_and_stages_beyond_the_last_are_not_counted()
    {
        var own = New(Arm.Canary, 0, 3, 2, 10);

        var values = With(own with { Cell = 0 }, own with { Cell = 2 }, own with { Name = "score" }, own with { Stage = Stages }, own with { Stage = Stages + 1 });

        Assert.Equal((0.0, 0.0), values.Total(Arm.Canary));
    }

    [Fact]
    public void The_variance_of_a_mean_is_that_between_groups()
    {
        // Sums 6 and 2 of two numbers each: the mean is 2, and the groups move it by (6 - 4) / 4 and (2 - 4) / 4.
        var side = With(New(Arm.Canary, 0, 2, 2, 6), New(Arm.Canary, 0, 2, 2, 2) with { Group = 63 }).Of(Arm.Canary, 0);

        Assert.Equal(2, side.Mean);
        Assert.Equal((0.25 + 0.25) * 64 / 63, side.Variance, 12);
    }

    [Fact]
    public void Groups_of_different_size_move_the_mean_by_what_they_differ_from_it()
    {
        // 30 numbers of 1 and 10 of 5: the mean is 2; -30 and +30 over 40.
        var side = With(New(Arm.Canary, 0, 30, 30, 30), New(Arm.Canary, 0, 10, 10, 50) with { Group = 7 }).Of(Arm.Canary, 0);
        var shifts = new double[SubjectGroups.Count];
        (shifts[0], shifts[7], shifts[9]) = (1, 2, 4);

        side.AddShifts(shifts, 2);

        Assert.Equal(2 * 0.75 * 0.75 * 64 / 63, side.Variance, 12);
        Assert.Equal([1 - 1.5, 2 + 1.5, 4], [shifts[0], shifts[7], shifts[9]]);
        Assert.Equal(7 - 0.0, shifts.Sum(), 12);
    }

    [Fact]
    public void Repeats_of_one_subject_prove_nothing_about_the_mean()
    {
        var once = With(New(Arm.Canary, 0, 1, 1, 1), New(Arm.Canary, 0, 1, 1, 3) with { Group = 1 }).Of(Arm.Canary, 0);
        var often = With(New(Arm.Canary, 0, 100, 100, 100), New(Arm.Canary, 0, 100, 100, 300) with { Group = 1 }).Of(Arm.Canary, 0);

        Assert.Equal(once.Variance, often.Variance, 12);
    }

    private static ValueMoments New(Arm arm, int stage, long count, long nonZero, double sum) => new("revenue", stage, arm, Cell, 0, count, nonZero, sum, 0);

    private static GroupedValues With(params ValueMoments[] moments)
    {
        var values = new GroupedValues("revenue", Cell, Stages);
        values.Add(Slices.Slice(1, 0, 50, CellEvidence.Empty, CellEvidence.Empty) with { Values = moments.ToValueList() });
        return values;
    }
}

using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;
using MathNet.Numerics.Distributions;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>Errors that show between groups of subjects, worked out by hand: 64 groups, so 63 degrees of freedom.</summary>
public sealed class GroupedMeanTests
{
    [Fact]
    public void The_variance_of_a_sum_of_shifts_is_that_of_so_many_groups_less_one()
    {
        Assert.Equal(25 * 64 / 63.0, GroupedMean.VarianceOf(Groups<double>(3, -4)), 12);
        Assert.Equal(64 * 64 / 63.0, GroupedMean.VarianceOf([.. Enumerable.Repeat(1.0, 64)]), 12);
        Assert.Equal(0, GroupedMean.VarianceOf(Groups<double>()));
    }

    [Fact]
    public void Groups_count_in_effect_by_how_even_they_are()
    {
        Assert.Equal(0, GroupedMean.GroupsInEffect(Groups<long>()));
        Assert.Equal(1, GroupedMean.GroupsInEffect(Groups<long>(0, 70)), 12);
        Assert.Equal(16 / 10.0, GroupedMean.GroupsInEffect(Groups<long>(3, 1)), 12);
        Assert.Equal(64, GroupedMean.GroupsInEffect([.. Enumerable.Repeat(5L, 64)]), 12);
        Assert.Equal(2, GroupedMean.GroupsInEffect(Groups(5_000_000_000, 5_000_000_000)), 12);
    }

    [Fact]
    public void A_subject_who_alone_makes_everything_repeats_all_but_the_first()
    {
        Assert.Equal(99, GroupedMean.Repeats(Groups<long>(100)), 9);
        Assert.Equal(1, GroupedMean.RelativeVarianceOfTotal(Groups<long>(100)), 12);
        Assert.Equal(1, GroupedMean.RelativeVarianceOfTotal(Groups(5_000_000_000)), 12);
    }

    [Fact]
    public void Two_groups_are_held_against_an_even_spread_over_all()
    {
        // Squares 900 + 100; an even spread of 40 over 64 has 1,600 / 64 = 25.
        const double Between = (1_000 - 25) * 64 / 63.0;

        Assert.Equal(Between / 1_600, GroupedMean.RelativeVarianceOfTotal(Groups<long>(30, 10)), 12);
        Assert.Equal(Between / 40 - 1, GroupedMean.Repeats(Groups<long>(30, 10)), 12);
    }

    [Fact]
    public void An_even_spread_has_no_variance_and_fewer_repeats_than_chance()
    {
        long[] even = [.. Enumerable.Repeat(5L, 64)];

        Assert.Equal(0, GroupedMean.RelativeVarianceOfTotal(even));
        Assert.Equal(-1, GroupedMean.Repeats(even), 12);
    }

    [Fact]
    public void A_spread_that_is_even_but_for_rounding_has_no_variance_below_zero()
    {
        for (var each = 100_000_001L; each < 1L << 60; each = each * 3 + 1)
        {
            Assert.InRange(GroupedMean.RelativeVarianceOfTotal([.. Enumerable.Repeat(each / 64, 64)]), 0, 1e-12);
        }
    }

    [Fact]
    public void Nothing_repeats_nothing_and_its_total_may_be_anything()
    {
        Assert.Equal(0, GroupedMean.Repeats(Groups<long>()));
        Assert.Equal(double.PositiveInfinity, GroupedMean.RelativeVarianceOfTotal(Groups<long>()));
    }

    [Theory]
    [InlineData(0.3)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void A_t_statistic_of_63_degrees_has_the_normal_number_of_the_same_chance(double t)
    {
        var normal = -Normal.InvCDF(0, 1, StudentT.CDF(0, 1, SubjectGroups.Count - 1, -t));

        Assert.Equal(normal, GroupedMean.NormalFor(t), 3e-4);
        Assert.Equal(-normal, GroupedMean.NormalFor(-t), 3e-4);
    }

    [Fact]
    public void No_excess_is_no_normal_number() => Assert.Equal(0, GroupedMean.NormalFor(0));

    [Theory]
    [InlineData(3, 1.5)]
    [InlineData(-3, 1.5)]
    [InlineData(0.04, 0.01)]
    public void The_error_grows_so_that_the_excess_is_as_improbable_as_its_t_statistic(double excess, double error)
    {
        var grown = GroupedMean.ErrorFor(excess, error);

        Assert.True(grown > error);
        Assert.Equal(StudentT.CDF(0, 1, SubjectGroups.Count - 1, -Math.Abs(excess / error)), Normal.CDF(0, 1, -Math.Abs(excess / grown)), 4);
        Assert.Equal(GroupedMean.NormalFor(excess / error), excess / grown, 12);
    }

    [Theory]
    [InlineData(0, 2)]
    [InlineData(3, 0)]
    [InlineData(0, 0)]
    [InlineData(3, double.NaN)]
    public void An_error_of_nothing_and_one_with_no_excess_stay_as_they_are(double excess, double error) =>
        Assert.Equal(error, GroupedMean.ErrorFor(excess, error));

    private static T[] Groups<T>(params ReadOnlySpan<T> first)
    {
        var groups = new T[SubjectGroups.Count];
        first.CopyTo(groups);
        return groups;
    }
}

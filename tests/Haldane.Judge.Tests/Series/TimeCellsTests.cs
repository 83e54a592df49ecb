using Haldane.Core;
using Haldane.Judge.Series;

namespace Haldane.Judge.Tests.Series;

/// <summary>How the points of both arms meet in cells of time.</summary>
public sealed class TimeCellsTests
{
    [Fact]
    public void Points_without_times_meet_by_their_place()
    {
        var cells = TimeCells.Of(Samples.Metric([1, 2, 3], [4, 5, 6]));

        Assert.Equal((3, 3, 3), (cells.Count, cells.BaselineCount, cells.CanaryCount));
        Assert.Equal([0, 1, 2], cells.Times);
        Assert.Equal([1, 2, 3], cells.Baseline);
        Assert.Equal([4, 5, 6], cells.Canary);
        Assert.Equal([0, 1, 2], cells.BaselineCell);
        Assert.Equal([0, 1, 2], cells.CanaryCell);
    }

    [Fact]
    public void A_point_opposite_a_gap_joins_the_nearest_cell_and_the_earlier_of_two()
    {
        var cells = TimeCells.Of(Samples.Metric([1, double.NaN, 3, 4, 5], [6, 7, 8, 9, 10]));

        Assert.Equal([0, 2, 3, 4], cells.Times);
        Assert.Equal([0, 1, 2, 3], cells.BaselineCell);
        Assert.Equal([0, 0, 1, 2, 3], cells.CanaryCell);
        Assert.Equal([6, 7, 8, 9, 10], cells.Canary);
        Assert.Equal((4, 5), (cells.BaselineCount, cells.CanaryCount));
    }

    [Fact]
    public void Where_an_arm_is_silent_for_long_the_other_s_points_are_left_out()
    {
        var cells = TimeCells.Of(Samples.Timed(Steps(0, 10), [0, 1, 2, 8, 9, 10]));

        Assert.Equal([0, 1, 2, 8, 9, 10], cells.Times);
        Assert.Equal([0, 1, 2, 2, 2, 3, 3, 3, 4, 5], cells.BaselineCell);
        Assert.Equal([100, 101, 102, 103, 104, 106, 107, 108, 109, 110], cells.Baseline);
        Assert.Equal((11, 10), (cells.BaselineCount, cells.Baseline.Length));
    }

    [Theory]
    [InlineData(40.9, 5)]
    [InlineData(41, 5)]
    [InlineData(41.1, 4)]
    public void A_point_belongs_to_a_cell_up_to_two_steps_away(double late, int kept)
    {
        var cells = TimeCells.Of(Samples.Timed([0, 20, 40, 60, 60 + late], [0, 20, 40, 60]));

        Assert.Equal((4, kept), (cells.Count, cells.Baseline.Length));
    }

    [Theory]
    [InlineData(47.5, 5)]
    [InlineData(47.6, 4)]
    public void Points_make_a_cell_when_they_are_less_than_three_quarters_of_a_step_apart(double last, int count)
    {
        Assert.Equal(count, TimeCells.Of(Samples.Timed([0, 10, 20, 30, 40], [0, 10, 20, 30, last])).Count);
        Assert.Equal(count, TimeCells.Of(Samples.Timed([0, 10, 20, 30, last], [0, 10, 20, 30, 40])).Count);
    }

    [Fact]
    public void The_arm_with_fewer_points_makes_the_cells_and_the_canary_where_both_have_as_many()
    {
        Assert.Equal([1, 11, 21], TimeCells.Of(Samples.Timed([0, 10, 20, 30], [1, 11, 21])).Times);
        Assert.Equal([0, 10, 20], TimeCells.Of(Samples.Timed([0, 10, 20], [1, 11, 21, 31])).Times);
        Assert.Equal([1, 11, 21], TimeCells.Of(Samples.Timed([0, 10, 20], [1, 11, 21])).Times);
    }

    [Fact]
    public void Different_numbers_of_points_without_times_span_the_same_window()
    {
        var cells = TimeCells.Of(Samples.Metric([1, 2, 3, 4], [5, 6]));

        Assert.Equal([0.25, 0.75], cells.Times);
        Assert.Equal([0, 0, 1, 1], cells.BaselineCell);
        Assert.Equal([0, 1], cells.CanaryCell);
    }

    [Fact]
    public void A_gap_keeps_its_place_in_the_window()
    {
        Assert.Equal([0, 2], TimeCells.Of(Samples.Metric([1, double.NaN, 3], [5, double.PositiveInfinity, 7])).Times);
        Assert.Equal([0.125, 0.625], TimeCells.Of(Samples.Metric([1, double.NaN, 3, double.NaN], [5, 6, 7, 8, 9])).Times);
    }

    [Theory]
    [InlineData(1_000, 5_000, 10, 10)]
    [InlineData(0, 5, 11, 6)]
    [InlineData(0, 6, 11, 11)]
    [InlineData(5, 0, 11, 6)]
    [InlineData(6, 0, 11, 11)]
    public void Windows_that_meet_for_less_than_half_both_start_at_0(double baseline, double canary, int points, int count)
    {
        var cells = TimeCells.Of(Samples.Timed(Steps(baseline, baseline + points - 1), Steps(canary, canary + points - 1)));

        Assert.Equal(count, cells.Count);
        Assert.Equal(count == points ? 0 : Math.Max(baseline, canary), cells.Times[0]);
    }

    [Theory]
    [InlineData(15, 15)]
    [InlineData(16, 0)]
    public void Half_of_the_shorter_window_is_enough_to_meet(double canary, double first)
    {
        var cells = TimeCells.Of(Samples.Timed(Steps(0, 20), Steps(canary, canary + 10)));

        Assert.Equal(first, cells.Times[0]);
    }

    [Fact]
    public void A_window_within_the_other_meets_it()
    {
        Assert.Equal(1_000, TimeCells.Of(Samples.Timed(Steps(1_000, 1_010), Steps(995, 1_030))).Times[0]);
        Assert.Equal(1_000, TimeCells.Of(Samples.Timed(Steps(995, 1_030), Steps(1_000, 1_010))).Times[0]);
    }

    [Fact]
    public void Points_without_times_in_different_parts_of_the_window_do_not_meet()
    {
        double[] first = [.. Samples.Repeat(10, 5), .. Samples.Repeat(20, double.NaN)], last = [.. Samples.Repeat(20, double.NaN), .. Samples.Repeat(10, 5)];

        Assert.Equal(0, TimeCells.Of(Samples.Metric(first, last)).Count);
    }

    [Fact]
    public void A_window_starts_with_its_first_point_be_it_a_gap()
    {
        var metric = Samples.Timed(Steps(1_000, 1_009), Steps(5_000, 5_009));
        var cells = TimeCells.Of(metric with { Baseline = [metric.Baseline[0] with { Value = double.NaN }, .. metric.Baseline.Skip(1)] });

        Assert.Equal(Steps(1, 9), cells.Times);
        Assert.Equal([0, 0, 1, 2, 3, 4, 5, 6, 7, 8], cells.CanaryCell);
    }

    [Fact]
    public void Without_a_point_in_one_arm_there_are_no_cells()
    {
        var (none, gaps) = (TimeCells.Of(Samples.Metric([1, 2, 3], [])), TimeCells.Of(Samples.Metric([double.NaN, double.NaN], [1, 2])));

        Assert.Equal((0, 3, 0), (none.Count, none.BaselineCount, none.CanaryCount));
        Assert.Equal((0, 0, 2), (gaps.Count, gaps.BaselineCount, gaps.CanaryCount));
        Assert.Equal((0, 0), (none.Baseline.Length, gaps.Canary.Length));
        Assert.Null(none.Silent);
    }

    [Fact]
    public void A_single_point_in_each_arm_is_one_cell_when_they_meet()
    {
        Assert.Equal(1, TimeCells.Of(Samples.Metric([1], [2])).Count);
        Assert.Equal(1, TimeCells.Of(Samples.Timed([7], [7])).Count);
    }

    [Fact]
    public void Two_points_in_each_arm_have_a_step()
    {
        var cells = TimeCells.Of(Samples.Timed([5, 15], [0, 10]));

        Assert.Equal([0, 10], cells.Times);
        Assert.Equal([0, 1], cells.BaselineCell);
    }

    [Fact]
    public void Times_in_one_arm_only_do_not_meet_the_places_of_the_other()
    {
        var (timed, placed) = (Samples.Timed(Steps(1_000, 1_019), Steps(1_000, 1_019)), Samples.Metric(Steps(1, 20), Steps(1, 20)));

        Assert.Equal((0, 20), (TimeCells.Of(timed with { Canary = placed.Canary }).Count, TimeCells.Of(timed with { Canary = placed.Canary }).BaselineCount));
        Assert.Equal(0, TimeCells.Of(placed with { Canary = timed.Canary }).Count);
    }

    [Theory]
    [InlineData(20, 15, true)]
    [InlineData(20, 16, false)]
    [InlineData(16, 12, false)]
    [InlineData(17, 12, true)]
    [InlineData(17, 13, false)]
    [InlineData(20, 20, false)]
    public void An_arm_is_silent_without_a_point_in_the_last_quarter_where_the_other_has_five(int points, int silent, bool isSilent)
    {
        var (all, some) = (Steps(0, points - 1), Steps(0, silent - 1));

        Assert.Equal(isSilent ? Arm.Canary : null, TimeCells.Of(Samples.Timed(all, some)).Silent);
        Assert.Equal(isSilent ? Arm.Baseline : null, TimeCells.Of(Samples.Timed(some, all)).Silent);
        Assert.Equal(isSilent ? Arm.Canary : null, TimeCells.Of(Samples.Timed(all, some)).Since(3).Silent);
    }

    [Fact]
    public void The_last_quarter_is_that_of_both_arms_together()
    {
        Assert.Null(TimeCells.Of(Samples.Timed(Steps(0, 39), Steps(20, 32))).Silent);
        Assert.Equal(Arm.Canary, TimeCells.Of(Samples.Timed(Steps(0, 39), Steps(17, 29))).Silent);
        Assert.Equal(Arm.Canary, TimeCells.Of(Samples.Timed(Steps(1_000, 1_019), Steps(1_000, 1_014))).Silent);
    }

    [Fact]
    public void A_contrast_is_the_mean_of_the_canary_less_that_of_the_baseline()
    {
        var cells = TimeCells.Of(Samples.Metric([1, 2, 3, 4], [5, 6]));

        Assert.Equal([5 - 1.5, 6 - 3.5], cells.Contrast([1, 2, 3, 4], [5, 6]));
        Assert.Equal([1.5, 3.5], cells.BaselineMeans([1, 2, 3, 4]));
        Assert.Equal([5, 6], cells.CanaryMeans([5, 6]));
        Assert.Equal([1.5 - 5, 3.5 - 6], TimeCells.Of(Samples.Metric([5, 6], [1, 2, 3, 4])).Contrast([5, 6], [1, 2, 3, 4]));
    }

    [Fact]
    public void The_cells_from_one_on_are_counted_anew()
    {
        var whole = TimeCells.Of(Samples.Metric([1, double.NaN, 3, 4, 5], [6, 7, 8, 9, 10]));
        var rest = whole.Since(2);

        Assert.Same(whole, whole.Since(0));
        Assert.Equal((2, 4, 5), (rest.Count, rest.BaselineCount, rest.CanaryCount));
        Assert.Equal([3, 4], rest.Times);
        Assert.Equal([4, 5], rest.Baseline);
        Assert.Equal([9, 10], rest.Canary);
        Assert.Equal([0, 1], rest.BaselineCell);
        Assert.Equal([0, 1], rest.CanaryCell);
        Assert.Equal([7, 8, 9, 10], whole.Since(1).Canary.Prepend(7).Where(v => v is > 6 and < 11));
        Assert.Equal((0, 0, 0), (whole.Since(4).Count, whole.Since(4).Baseline.Length, whole.Since(4).CanaryCell.Length));
    }

    [Fact]
    public void Each_point_is_in_its_nearest_cell_or_out_of_reach_and_each_cell_holds_both_arms()
    {
        for (var seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            double[] Times() => [.. Enumerable.Range(0, 50).Where(_ => random.Next(3) > 0).Select(i => i * 10 + 4 * random.NextDouble())];
            var (baseline, canary) = (Times(), Times());
            var cells = TimeCells.Of(Samples.Timed(baseline, canary));
            var step = Math.Max(Step(baseline), Step(canary));

            Assert.Equal(cells.Times.Order(), cells.Times);
            Assert.Equal(Enumerable.Range(0, cells.Count), cells.BaselineCell.Distinct());
            Assert.Equal(Enumerable.Range(0, cells.Count), cells.CanaryCell.Distinct());
            Assert.Equal(Expected(baseline, cells, step, 100), cells.Baseline.Zip(cells.BaselineCell));
            Assert.Equal(Expected(canary, cells, step, 200), cells.Canary.Zip(cells.CanaryCell));
        }
    }

    private static IEnumerable<(double, int)> Expected(double[] times, TimeCells cells, double step, double first) => times
        .Select((time, i) => (Time: time, Value: first + i, Cell: Enumerable.Range(0, cells.Count).MinBy(c => Math.Abs(cells.Times[c] - time))))
        .Where(p => Math.Abs(cells.Times[p.Cell] - p.Time) <= 2.05 * step)
        .Select(p => (p.Value, p.Cell));

    private static double Step(double[] times) => Samples.Median(times.Zip(times.Skip(1), (a, b) => b - a));

    private static double[] Steps(double first, double last) => [.. Enumerable.Range(0, (int)(last - first) + 1).Select(i => first + i)];
}

using Haldane.Core.Series;
using Haldane.Judge.Series;

namespace Haldane.Judge.Tests.Series;

/// <summary>Where fine ends and bad begins, by default and as asked.</summary>
public sealed class MetricLinesTests
{
    private const double Mad = 1.482602218505602;

    [Theory]
    [InlineData(100, 0, 1, 5)]
    [InlineData(100, 2, 1, 5)]
    [InlineData(100, 10, Mad, 12.5 * Mad)]
    [InlineData(100, 4, 1, 5 * Mad)]
    [InlineData(0, 4, 0.4 * Mad, 5 * Mad)]
    [InlineData(-100, 2, 1, 5)]
    public void By_default_they_are_parts_of_the_level_or_of_the_noise_whichever_is_more(double level, double half, double fine, double bad)
    {
        var (lines, r) = Of(Arms(level, half));

        Assert.Equal(fine, lines.Fine * r.Scale, 1e-6);
        Assert.Equal(bad, lines.Bad * r.Scale, 1e-6);
        Assert.False(lines.IsAsked);
    }

    [Fact]
    public void Of_rare_counts_three_quarters_of_a_deviation_are_bad()
    {
        // Two of thirty-two are 8: a deviation of 2.
        var (lines, r) = Of(Samples.Metric([.. Samples.Repeat(14, 0), 8, 8], Samples.Repeat(16, 0)));

        Assert.Equal(0.2, lines.Fine * r.Scale, 1e-6);
        Assert.Equal(1.5, lines.Bad * r.Scale, 1e-6);
    }

    [Theory]
    [InlineData(null, "12%", 6, 12)]
    [InlineData("3%", "12%", 3, 12)]
    [InlineData(null, "20", 10, 20)]
    [InlineData("1", "20", 1, 20)]
    [InlineData(null, "2sd", 10 * Mad, 20 * Mad)]
    [InlineData("0.5sd", "30", 5 * Mad, 30)]
    [InlineData("0", "0", 0, 0)]
    [InlineData("30", "20", 20, 30)]
    public void As_asked_they_are_in_percent_in_deviations_or_in_the_metric_s_own_unit(string? fine, string bad, double expectedFine, double expectedBad)
    {
        var (lines, r) = Of(Arms(100, 10) with { Fine = fine is null ? null : Margin(fine), Bad = Margin(bad) });

        Assert.Equal(expectedFine, lines.Fine * r.Scale, 1e-6);
        Assert.Equal(expectedBad, lines.Bad * r.Scale, 1e-6);
        Assert.True(lines.IsAsked);
    }

    [Fact]
    public void A_fine_line_alone_leaves_bad_as_it_is_unless_it_lies_further_out()
    {
        var (near, r) = Of(Arms(100, 2) with { Fine = Margin("2") });
        var (far, _) = Of(Arms(100, 2) with { Fine = Margin("9") });

        Assert.Equal((2, 5, false), (Math.Round(near.Fine * r.Scale, 6), Math.Round(near.Bad * r.Scale, 6), near.IsAsked));
        Assert.Equal((5, 9), (Math.Round(far.Fine * r.Scale, 6), Math.Round(far.Bad * r.Scale, 6)));
    }

    [Fact]
    public void Lines_lie_on_the_grid()
    {
        var (lines, _) = Of(Samples.Of("plain"));

        Assert.Equal((UnitFree.OnGrid(lines.Fine), UnitFree.OnGrid(lines.Bad)), (lines.Fine, lines.Bad));
    }

    [Theory]
    [InlineData(100, 100, 1)]
    [InlineData(100, 150, 1.5)]
    [InlineData(100, 50, 1)]
    [InlineData(-100, -150, 1.5)]
    [InlineData(-100, 150, 1)]
    [InlineData(100, -150, 1)]
    [InlineData(0, 150, 1)]
    [InlineData(100, 0, 1)]
    [InlineData(1, 1_000, 100)]
    public void So_much_more_fluctuation_is_granted_as_the_level_grew(double baseline, double canary, double growth)
    {
        var (lines, _) = Of(Samples.Metric(Samples.Repeat(20, baseline), Samples.Repeat(20, canary)));

        Assert.Equal(growth, lines.Growth, 1e-6);
        Assert.Equal((1.1 * lines.Growth, 2.5 * lines.Growth), (lines.SpreadFine, lines.SpreadBad));
    }

    // Half the points above the level and half below, in a rhythm of its own in each arm, so that they do not move together.
    private static MetricSeries Arms(double level, double half) =>
        Samples.Metric(Samples.Repeat(24, level - half, level + half), Samples.Repeat(24, level - half, level - half, level + half, level + half));

    private static (MetricLines, Residuals) Of(MetricSeries metric) => Samples.Residuals(metric) is var r ? (MetricLines.Of(metric, r), r) : default;

    private static SeriesMargin Margin(string text) => SeriesMargin.TryParse(text, out var margin) ? margin : throw new ArgumentException(text, nameof(text));
}

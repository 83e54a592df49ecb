using Haldane.Judge.Statistics;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>Two arms' rates against a line on their relation, against a naive search for the nearest point of the null.</summary>
public sealed class TwoRatesTests
{
    public static TheoryData<bool, double, bool, double> Processes => new()
    {
        { false, 0.05, true, 0.2 },
        { false, 0.05, false, -0.1 },
        { false, -0.1, true, 0.1 },
        { true, 1.2, true, 2 },
        { true, 0.8, false, 0.5 },
        { true, 2.5, false, 1 },
        { true, 1.2, true, 50 },
        { false, 0.05, true, 0.9 },
    };

    [Theory]
    [MemberData(nameof(Processes))]
    public void The_evidence_is_the_likelihood_of_the_prediction_over_that_of_the_nearest_point_of_the_null(bool isRatio, double line, bool atMost, double alternative)
    {
        var side = atMost ? Null.AtMost : Null.AtLeast;
        var process = new TwoRates(new(isRatio, line), side, new RateLine(isRatio, alternative));
        double b = 0, x = 0, c = 0, y = 0, expected = 0;
        foreach (var (baseline, ofBaseline, canary, ofCanary) in new[] { (40.0, 9.0, 30.0, 14.0), (0, 0, 12, 5), (25, 25, 20, 19), (60, 0, 50, 50), (7, 2, 0, 0), (80, 21, 70, 33) })
        {
            process.Add(baseline, ofBaseline, canary, ofCanary);

            if (baseline > 0 && canary > 0)
            {
                // Where the alternative holds and all events of the past and half an event beside are expected.
                var rate = isRatio ? (x + y + 0.5) / (b + 1 + alternative * c) : (x + y + 0.5 - alternative * c) / (b + 1 + c);
                var least = 0.5 / (b + c + 1);
                double t = Math.Clamp(rate, least, 1 - least), u = Math.Clamp(isRatio ? alternative * rate : rate + alternative, least, 1 - least);
                var (p, q) = Nearest(baseline, t, canary, u, isRatio, line, side);
                expected += Log(ofBaseline, t / p) + Log(baseline - ofBaseline, (1 - t) / (1 - p)) + Log(ofCanary, u / q) + Log(canary - ofCanary, (1 - u) / (1 - q));
            }

            (b, x, c, y) = (b + baseline, x + ofBaseline, c + canary, y + ofCanary);
            Oracle.Agrees(expected, process.LogE, 1e-5);
        }
    }

    [Fact]
    public void The_evidence_is_the_mean_over_alternatives_and_each_grows_with_the_factor()
    {
        RateLine near = RateLine.Difference(0.2), far = RateLine.Difference(0.5);
        TwoRates both = Seen(new(RateLine.Difference(0.1), Null.AtMost, near, far)), one = Seen(new(RateLine.Difference(0.1), Null.AtMost, near)), other = Seen(new(RateLine.Difference(0.1), Null.AtMost, far));

        Assert.Equal(LogSpace.Average(one.LogE, other.LogE), both.LogE, 12);
        Assert.Equal(3 * one.LogE, one.LogEAfter(3), 12);
        Assert.Equal(LogSpace.Average(3 * one.LogE, 3 * other.LogE), both.LogEAfter(3), 12);
        Assert.NotEqual(one.LogE, other.LogE);

        static TwoRates Seen(TwoRates process)
        {
            process.Add(50, 10, 40, 20);
            process.Add(50, 11, 40, 18);
            return process;
        }
    }

    [Fact]
    public void Lines_that_no_two_rates_can_meet_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TwoRates(RateLine.Ratio(0), Null.AtMost));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TwoRates(RateLine.Ratio(-1), Null.AtMost));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TwoRates(RateLine.Difference(1), Null.AtMost));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TwoRates(RateLine.Difference(-1), Null.AtMost));
        Assert.Null(Record.Exception(() => new TwoRates(RateLine.Difference(-0.99), Null.AtMost)));
        Assert.Null(Record.Exception(() => new TwoRates(RateLine.Ratio(1.5), Null.AtMost)));
    }

    [Fact]
    public void A_relation_seen_from_the_other_side_is_the_same_relation()
    {
        foreach (var line in new[] { RateLine.Ratio(1.6), RateLine.Difference(0.07), RateLine.Difference(-0.07) })
        {
            Assert.Equal(0.2, line.Swapped.Of(line.Of(0.2)), 12);
            Assert.Equal(line.IsRatio, line.Swapped.IsRatio);

            var first = line.FirstFor(24, 60, 40);
            Assert.Equal(24, 60 * first + 40 * line.Of(first), 12);
        }
    }

    [Fact]
    public void Rates_inside_the_null_and_on_its_line_are_their_own_nearest_point()
    {
        Assert.Equal((0.3, 0.3), Projection.Of(10, 0.3, 10, 0.3, RateLine.Difference(0.1)));
        Assert.Equal((0.25, 0.5), Projection.Of(10, 0.25, 10, 0.5, RateLine.Ratio(2)));
        Assert.Equal((0.25, 0.5), Projection.Of(10, 0.25, 10, 0.5, RateLine.Difference(0.25)));
    }

    [Theory]
    [InlineData(true, 2, 0.3, 0.999999)]
    [InlineData(true, 0.5, 0.999999, 0.999999)]
    [InlineData(false, 0.5, 0.000001, 0.999999)]
    [InlineData(false, -0.5, 0.999999, 0.999999)]
    [InlineData(false, -0.5, 0.000001, 0.000001)]
    public void The_nearest_point_is_a_pair_of_chances_on_the_line_even_near_the_corners(bool isRatio, double value, double first, double second)
    {
        var line = new RateLine(isRatio, value);
        var (a, b) = Projection.Of(1_000, first, 10, second, line);
        var (p, q) = Nearest(1_000, first, 10, second, isRatio, value, Null.AtMost);

        Assert.InRange(a, 0, 1);
        Assert.InRange(b, 0, 1);
        Assert.Equal(line.Of(a), b, 12);
        Assert.Equal(p, a, 5);
        Assert.Equal(q, b, 5);
    }

    private static double Log(double times, double ratio) => times == 0 ? 0 : times * Math.Log(ratio);

    // Ternary search along the line: the sum of divergences is convex there.
    private static (double First, double Second) Nearest(double n, double t, double m, double u, bool isRatio, double line, Null side)
    {
        double On(double a) => isRatio ? line * a : a + line;
        if (side == Null.AtMost ? u <= On(t) : u >= On(t))
        {
            return (t, u);
        }

        double Far(double a) => n * Kl(t, a) + m * Kl(u, On(a));
        double low = isRatio ? 0 : Math.Max(0, -line), high = isRatio ? Math.Min(1, 1 / line) : Math.Min(1, 1 - line);
        for (var step = 0; step < 200; step++)
        {
            double left = low + (high - low) / 3, right = high - (high - low) / 3;
            (low, high) = Far(left) < Far(right) ? (low, right) : (left, high);
        }

        return ((low + high) / 2, On((low + high) / 2));
    }

    private static double Kl(double p, double q) => p * Math.Log(p / q) + (1 - p) * Math.Log((1 - p) / (1 - q));
}

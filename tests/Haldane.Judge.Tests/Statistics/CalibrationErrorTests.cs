using Haldane.Judge.Statistics;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>The calibration error of a few bins, with its error and its bias.</summary>
public sealed class CalibrationErrorTests
{
    [Fact]
    public void Value_error_and_bias_add_up_over_bins_by_their_part_of_the_labels()
    {
        // Of 400 labels 300 say 0.9 and 0.8 are right; 100 say 0.6 and 0.62 are right.
        var error = CalibrationError.Of([300, 0, 100], [240, 0, 62], [270, 0, 60], [300, 0, 100]);

        double first = Own(240, 300) / 300, second = Own(62, 100) / 100;
        Assert.Equal(0.75 * 0.1 + 0.25 * 0.02, error.Value, 12);
        Assert.Equal(Math.Sqrt(0.75 * 0.75 * first + 0.25 * 0.25 * second), error.Error, 12);
        Assert.Equal(0.75 * Excess(Math.Sqrt(0.01 - first), Math.Sqrt(first)) + 0.25 * Excess(0, Math.Sqrt(second)), error.Bias, 6);
    }

    [Fact]
    public void A_gap_somewhat_above_its_own_noise_is_somewhat_too_large()
    {
        var error = CalibrationError.Of([100], [80], [86], [100]);

        var own = Own(80, 100) / 100;
        Assert.Equal(Excess(Math.Sqrt(0.0036 - own), Math.Sqrt(own)), error.Bias, 6);
        Assert.InRange(error.Bias, 1e-3, 0.02);
    }

    [Fact]
    public void Labels_that_weigh_more_than_one_are_less_sure()
    {
        // 50 labels that weigh 2 each: sums of 100, squares of 200.
        var error = CalibrationError.Of([100], [80], [86], [200]);

        Assert.Equal(0.06, error.Value, 12);
        Assert.Equal(Math.Sqrt(Own(80, 100) * 200 / 10_000), error.Error, 12);
    }

    [Fact]
    public void No_more_is_taken_off_than_there_is()
    {
        var error = CalibrationError.Of([100, 100], [80, 60], [80, 60], [100, 100]);

        Assert.Equal((0.0, 0.0), (error.Value, error.Bias));
    }

    private static double Own(double right, double labelled) => (right + 0.5) / (labelled + 1) * (1 - (right + 0.5) / (labelled + 1));

    // E|N(mean, s)| - mean, by adding up.
    private static double Excess(double mean, double s)
    {
        const int Steps = 200_000;
        var sum = 0.0;
        for (var i = 0; i < Steps; i++)
        {
            var z = -10 + 20 * (i + 0.5) / Steps;
            sum += Math.Abs(mean + s * z) * Math.Exp(-0.5 * z * z) / Math.Sqrt(2 * Math.PI) * 20 / Steps;
        }

        return sum - mean;
    }
}

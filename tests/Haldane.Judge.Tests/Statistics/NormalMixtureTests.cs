using Haldane.Judge.Statistics;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>The one-sided normal mixture, against its definition.</summary>
public sealed class NormalMixtureTests
{
    [Theory]
    [InlineData(0.3, 0.1, 0.2)]
    [InlineData(-0.1, 0.1, 0.2)]
    [InlineData(0, 0.5, 0.05)]
    [InlineData(2, 0.5, 3)]
    public void The_evidence_is_the_likelihood_ratio_averaged_over_a_half_normal_effect(double excess, double error, double effect)
    {
        // Simpson over effects from 0 to where nothing is left.
        const int Steps = 20_000;
        var width = 12 * effect / Steps;
        var sum = 0.0;
        for (var i = 0; i <= Steps; i++)
        {
            var theta = i * width;
            var density = 2 * Math.Exp(-0.5 * theta * theta / (effect * effect)) / (effect * Math.Sqrt(2 * Math.PI));
            var ratio = Math.Exp((theta * excess - 0.5 * theta * theta) / (error * error));
            sum += (i is 0 or Steps ? 1 : i % 2 == 1 ? 4 : 2) * density * ratio;
        }

        Assert.Equal(Math.Log(sum * width / 3), NormalMixture.LogE(excess, error, effect), 7);
    }

    [Theory]
    [InlineData(3, 0.1, 0.2)]
    [InlineData(7, 0.02, 0.3)]
    [InlineData(5, 1, 0.5)]
    public void A_bound_lies_where_the_evidence_just_reaches_its_line_or_slightly_further(double at, double error, double effect)
    {
        var margin = NormalMixture.Margin(at, error, effect);

        Assert.InRange(NormalMixture.LogE(margin, error, effect), at, at + 0.1);
    }

    [Theory]
    [InlineData(-21)]
    [InlineData(-30)]
    [InlineData(-100)]
    public void The_far_tail_is_that_of_the_continued_fraction(double x)
    {
        // Mills' ratio: 1 / (t + 1 / (t + 2 / (t + 3 / ...))).
        double t = -x, fraction = t;
        for (var k = 60; k >= 1; k--)
        {
            fraction = t + k / fraction;
        }

        Assert.Equal(-0.5 * t * t - 0.5 * Math.Log(2 * Math.PI) - Math.Log(fraction), NormalMixture.LogNormalCdf(x), 8);
    }

    [Fact]
    public void Both_forms_of_the_tail_meet()
    {
        Assert.Equal(NormalMixture.LogNormalCdf(-20 + 1e-12), NormalMixture.LogNormalCdf(-20), 7);
        Assert.Equal(Math.Log(0.5), NormalMixture.LogNormalCdf(0), 12);
    }
}

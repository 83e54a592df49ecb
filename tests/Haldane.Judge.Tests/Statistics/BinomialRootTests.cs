using Haldane.Judge.Statistics;
using MathNet.Numerics.Distributions;

namespace Haldane.Judge.Tests.Statistics;

/// <summary>The signed root of the binomial deviance.</summary>
public sealed class BinomialRootTests
{
    [Theory]
    [InlineData(0.5, 0.5, 0)]
    [InlineData(0.75, 0.5, 0.51149)]
    [InlineData(0.25, 0.5, -0.51149)]
    [InlineData(0, 0.01, -0.14178)]
    [InlineData(1, 0.01, 3.03485)]
    [InlineData(0.02, 0.01, 0.08847)]
    public void Is_the_root_of_twice_the_divergence(double part, double expected, double root) => Assert.Equal(root, BinomialRoot.Of(part, expected), 5);

    [Theory]
    [InlineData(100, 0.5)]
    [InlineData(3_000, 0.99)]
    [InlineData(3_000, 0.01)]
    public void Is_as_improbable_as_a_normal_number_even_far_out(int observations, double expected)
    {
        // Half of a count's own chance belongs to it, as for any continuity correction; the plain z of a rare event is wrong by far more, so far out.
        for (var count = 0; count <= observations; count++)
        {
            double below = count == 0 ? 0 : Binomial.CDF(expected, observations, count - 1), own = Binomial.PMF(expected, observations, count);
            var exact = Math.Min(below + own / 2, 1 - below - own / 2);
            if (exact is > 1e-6 and < 0.4)
            {
                var normal = Normal.CDF(0, 1, -Math.Abs(BinomialRoot.Of((double)count / observations, expected) * Math.Sqrt(observations)));
                Assert.InRange(normal / exact, 0.65, 1.5);
            }
        }
    }

    [Fact]
    public void The_part_at_a_root_has_that_root()
    {
        foreach (var expected in new[] { 0.001, 0.05, 0.5, 0.9, 0.999 })
        {
            foreach (var root in new[] { -3, -0.5, -0.04, -0.001, 0, 0.001, 0.04, 0.5, 3 })
            {
                var part = BinomialRoot.PartAt(root, expected);
                if (part is > 0 and < 1)
                {
                    Assert.Equal(root, BinomialRoot.Of(part, expected), 7);
                }
                else
                {
                    Assert.Equal(root < 0 ? 0 : 1, part);
                    Assert.True(Math.Abs(BinomialRoot.Of(part, expected)) <= Math.Abs(root));
                }
            }
        }
    }
}

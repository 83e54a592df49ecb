namespace Haldane.Simulation.Runs;

/// <summary>Where a chance may lie after so many of so many runs.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct ExactInterval(double Low, double High)
{
    /// <summary>The 95 % interval of Clopper and Pearson, "The use of confidence or fiducial limits", Biometrika 26 (1934): exact at any number of runs.</summary>
    public static ExactInterval Of(long count, long runs) => new(
        count == 0 ? 0 : Solve(p => 1 - UpTo(count - 1, runs, p) < 0.025),
        count == runs ? 1 : Solve(p => UpTo(count, runs, p) > 0.025));

    private static double Solve(Predicate<double> below)
    {
        double low = 0, high = 1;
        for (var step = 0; step < 60; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = below(middle) ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    private static double UpTo(long count, long runs, double chance)
    {
        var sum = 0.0;
        for (var k = 0L; k <= count; k++)
        {
            sum += Math.Exp(
                Chance.LogFactorial.Of(runs) - Chance.LogFactorial.Of(k) - Chance.LogFactorial.Of(runs - k)
                + k * Math.Log(chance) + (runs - k) * Math.Log(1 - chance));
        }

        return sum;
    }
}

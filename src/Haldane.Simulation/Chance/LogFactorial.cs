namespace Haldane.Simulation.Chance;

/// <summary>Natural logarithms of factorials.</summary>
internal static class LogFactorial
{
    private static readonly double[] Small = Table(1024);

    /// <summary>ln n!, to 1e-13.</summary>
    /// <remarks>A table, then Stirling's series with two terms (Abramowitz and Stegun, 6.1.41): its error is below 1e-17 from 1,024 on.</remarks>
    /// <param name="n">A whole number, at least 0.</param>
    public static double Of(double n) => n < Small.Length
        ? Small[(int)n]
        : (n + 0.5) * Math.Log(n) - n + 0.9189385332046727 + (1 - 1 / (30 * n * n)) / (12 * n);

    private static double[] Table(int count)
    {
        var table = new double[count];
        for (var n = 2; n < count; n++)
        {
            table[n] = table[n - 1] + Math.Log(n);
        }

        return table;
    }
}

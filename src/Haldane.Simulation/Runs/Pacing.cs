namespace Haldane.Simulation.Runs;

/// <summary>How long simulated slices are: a second at first, later longer, so that long stages take few slices.</summary>
/// <remarks>
/// A slice lasts a fixed part of the time that its stage has lasted. The judge then looks less often than in production, so a verdict comes later by at most that
/// part; it never comes more often, and counts are drawn as exactly as for short slices.
/// </remarks>
/// <param name="Part">Of the time in the stage, in [0, 1); 0: every slice is a second.</param>
public readonly record struct Pacing(double Part)
{
    /// <summary>As in production: a second each.</summary>
    public static readonly Pacing Seconds = new(0);

    /// <summary>Within 4 % of the time.</summary>
    public static readonly Pacing Fine = new(0.04);

    /// <summary>Within 8 % of the time: for forecasts, which are not more exact than that.</summary>
    public static readonly Pacing Coarse = new(0.08);

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    /// <summary>How long the next slice lasts.</summary>
    /// <param name="inStage">How long the stage has lasted.</param>
    /// <param name="bake">How long it must last: a slice never reaches past that.</param>
    public TimeSpan Next(TimeSpan inStage, TimeSpan bake)
    {
        var seconds = Math.Max(1, Math.Floor(inStage.TotalSeconds * Part));
        var length = Second * seconds;
        return inStage < bake && inStage + length > bake ? Max(bake - inStage, TimeSpan.FromMilliseconds(1)) : length;
    }

    private static TimeSpan Max(TimeSpan a, TimeSpan b) => a > b ? a : b;
}

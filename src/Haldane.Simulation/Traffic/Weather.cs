using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>What conditions mean at a moment.</summary>
internal sealed class Weather(Conditions conditions)
{
    /// <summary>The weather of a slice.</summary>
    public Moment At(Dice dice, int stage, TimeSpan elapsed, TimeSpan length)
    {
        var middle = elapsed + length / 2;
        var swing = Swing(middle);
        return new(
            stage,
            elapsed,
            length,
            Math.Pow(conditions.DailyErrors, swing) * Math.Pow(conditions.ErrorsPerHour, middle.TotalHours),
            Outage(dice, length),
            Math.Pow(conditions.LatencyPerHour, middle.TotalHours),
            conditions.DailyClasses * swing);
    }

    /// <summary>What the rate of requests is multiplied by.</summary>
    public double Rate(in Moment moment) => 1 + conditions.DailyRate * Swing(moment.Elapsed + moment.Length / 2);

    // The part of a slice's seconds in which exchanges fail together.
    private double Outage(Dice dice, TimeSpan length)
    {
        if (conditions.Outages is not { } outages)
        {
            return 0;
        }

        var seconds = Math.Max(1, (long)length.TotalSeconds);
        return dice.Binomial(seconds, outages.Chance) / (double)seconds;
    }

    private static double Swing(TimeSpan time) => Math.Sin(2 * Math.PI * time.TotalDays);
}

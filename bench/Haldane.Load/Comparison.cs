namespace Haldane.Load;

/// <summary>What one way costs beside another, of which a machine that is now quick, now slow would say anything in long rounds: both in turn, a moment each, a hundred times.</summary>
/// <remarks>
/// Which of a pair comes first is drawn. The quantiles are those of all moments of a way together; how far chance may have moved their ratio is told by drawing the pairs again with repetition
/// (Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13: percentile intervals), so a slow moment of the machine counts as one, not as a thousand slow requests.
/// </remarks>
/// <param name="one">The one way.</param>
/// <param name="other">The other.</param>
/// <param name="rate">Requests a second.</param>
/// <param name="moment">How long each turn is, in seconds; a fifth of it is not counted, so that none sees what the other has left behind.</param>
internal sealed class Comparison(Driver one, Driver other, double rate, double moment)
{
    private const int Resamples = 400;
    private const double Uncounted = 0.2;

    private readonly Random _chance = new(1);
    private readonly List<(Histogram One, Histogram Other)> _pairs = [];
    private long _failed;

    /// <summary>Drives both in turn.</summary>
    /// <param name="seconds">For so long in all.</param>
    /// <returns>The line that is printed.</returns>
    public string Run(double seconds)
    {
        Turn(one);
        Turn(other);
        for (var left = Math.Max(1, (int)(seconds / (2 * moment))); left > 0; left--)
        {
            var isFirst = _chance.Next(2) == 0;
            var first = Turn(isFirst ? one : other);
            var second = Turn(isFirst ? other : one);
            _pairs.Add(isFirst ? (first, second) : (second, first));
        }

        var (a, b) = (Sum(_pairs.Select(pair => pair.One)), Sum(_pairs.Select(pair => pair.Other)));
        return $"result {a.Count} {a.Quantile(0.5):F0} {a.Quantile(0.99):F0} {b.Count} {b.Quantile(0.5):F0} {b.Quantile(0.99):F0} {string.Join(' ', Ratios(a, b, 0.5, 0.99))} {_failed}";
    }

    private Histogram Turn(Driver driver)
    {
        var driven = driver.Run(rate, Uncounted * moment, (1 - Uncounted) * moment);
        _failed += driven.Failed;
        return driven.Latency;
    }

    // Of the other to the one, each with the 95 % interval.
    private IEnumerable<string> Ratios(Histogram a, Histogram b, params double[] parts)
    {
        var pairs = _pairs.ToArray();
        var ratios = new double[Resamples][];
        for (var i = 0; i < Resamples; i++)
        {
            var drawn = _chance.GetItems(pairs, pairs.Length);
            var (one, other) = (Sum(drawn.Select(pair => pair.One)), Sum(drawn.Select(pair => pair.Other)));
            ratios[i] = [.. parts.Select(part => other.Quantile(part) / one.Quantile(part))];
        }

        return parts.Select((part, at) =>
        {
            double[] sorted = [.. ratios.Select(r => r[at]).Order()];
            return $"{b.Quantile(part) / a.Quantile(part):F3} {sorted[(int)(0.025 * Resamples)]:F3} {sorted[(int)(0.975 * Resamples)]:F3}";
        });
    }

    private static Histogram Sum(IEnumerable<Histogram> parts)
    {
        var sum = new Histogram();
        foreach (var part in parts)
        {
            sum.Add(part);
        }

        return sum;
    }
}

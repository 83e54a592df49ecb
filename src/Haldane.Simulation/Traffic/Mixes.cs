using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Simulation.Traffic;

/// <summary>Distributions over a few kinds: with a mean that is asked for, or at a distance that is asked for.</summary>
public static class Mixes
{
    private const int Bisections = 60;

    /// <summary>Bins of confidence with a mean, and otherwise as even as can be: the chance of a bin is an exponential of its middle.</summary>
    /// <param name="mean">In (0, 1); what lies outside of the middles of the bins counts as their end.</param>
    public static ValueList<double> ConfidenceOfMean(double mean)
    {
        double low = -500, high = 500;
        for (var step = 0; step < Bisections; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = Mean(Tilted(middle)) < mean ? (middle, high) : (low, middle);
        }

        return Tilted(low).ToValueList();

        static double[] Tilted(double tilt)
        {
            var weights = new double[ConfidenceBins.Count];
            for (var bin = 0; bin < weights.Length; bin++)
            {
                weights[bin] = Math.Exp(tilt * (Behaviour.Middle(bin) - (tilt > 0 ? 1 : 0)));
            }

            var total = weights.Sum();
            return [.. weights.Select(w => w / total)];
        }

        static double Mean(double[] chances) => chances.Select((chance, bin) => chance * Behaviour.Middle(bin)).Sum();
    }

    /// <summary>The mix that has moved so far from another that their Jensen-Shannon divergence is as asked, towards the kind that was the rarest.</summary>
    /// <param name="mix">Chances that add up to 1.</param>
    /// <param name="bits">In [0, 1); more than the way has in it gives its end.</param>
    public static ValueList<double> Drifted(ValueList<double> mix, double bits)
    {
        var target = 0;
        for (var i = 1; i < mix.Count; i++)
        {
            // Kinds that never happen are no aim: "other" often is one.
            target = mix[i] > 0 && (mix[target] == 0 || mix[i] < mix[target]) ? i : target;
        }

        double low = 0, high = 1;
        for (var step = 0; step < Bisections; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = Divergence(mix, Moved(mix, target, middle)) < bits ? (middle, high) : (low, middle);
        }

        return Moved(mix, target, low);
    }

    /// <summary>Jensen-Shannon divergence with equal weights, bits.</summary>
    /// <remarks>Lin, "Divergence measures based on the Shannon entropy", IEEE Trans. Inf. Theory 37 (1991).</remarks>
    public static double Divergence(ValueList<double> one, ValueList<double> other)
    {
        var bits = 0.0;
        for (var i = 0; i < one.Count; i++)
        {
            var middle = (one[i] + other[i]) / 2;
            bits += Part(one[i], middle) + Part(other[i], middle);
        }

        return bits;

        static double Part(double chance, double middle) => chance > 0 ? chance * Math.Log2(chance / middle) / 2 : 0;
    }

    /// <summary>The part of the outcomes that would have to change to turn one mix into the other: total variation.</summary>
    public static double Changed(ValueList<double> one, ValueList<double> other)
    {
        var changed = 0.0;
        for (var i = 0; i < one.Count; i++)
        {
            changed += Math.Abs(one[i] - other[i]) / 2;
        }

        return changed;
    }

    private static ValueList<double> Moved(ValueList<double> mix, int target, double by) =>
        mix.Select((chance, i) => (1 - by) * chance + (i == target ? by : 0)).ToValueList();
}

namespace Haldane.Simulation.Chance;

/// <summary>Draws from a fixed discrete distribution in constant time.</summary>
/// <remarks>Walker's alias method as Vose builds it ("A linear algorithm for generating random numbers with a given distribution", IEEE TSE 17 (1991)). Immutable.</remarks>
public sealed class AliasTable
{
    private readonly double[] _keep;
    private readonly int[] _alias;

    /// <summary>Prepares the draws.</summary>
    /// <param name="weights">At least one, none negative, not all 0; their sum does not matter.</param>
    public AliasTable(ReadOnlySpan<double> weights)
    {
        var total = 0.0;
        foreach (var weight in weights)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(weight, nameof(weights));
            total += weight;
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(total, nameof(weights));
        var n = weights.Length;
        (_keep, _alias) = (new double[n], new int[n]);
        var scaled = new double[n];
        Stack<int> small = new(n), large = new(n);
        for (var i = 0; i < n; i++)
        {
            scaled[i] = weights[i] * n / total;
            (scaled[i] < 1 ? small : large).Push(i);
        }

        while (small.Count > 0 && large.Count > 0)
        {
            int low = small.Pop(), high = large.Pop();
            (_keep[low], _alias[low]) = (scaled[low], high);
            scaled[high] -= 1 - scaled[low];
            (scaled[high] < 1 ? small : large).Push(high);
        }

        foreach (var full in large.Concat(small))
        {
            (_keep[full], _alias[full]) = (1, full);
        }
    }

    /// <summary>One outcome.</summary>
    public int Draw(Dice dice)
    {
        var x = dice.NextDouble() * _keep.Length;
        var i = (int)x;
        return x - i < _keep[i] ? i : _alias[i];
    }
}

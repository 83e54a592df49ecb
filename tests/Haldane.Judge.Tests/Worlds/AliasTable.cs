namespace Haldane.Judge.Tests.Worlds;

/// <summary>Draws from a fixed discrete distribution in constant time (Walker's alias method).</summary>
internal sealed class AliasTable
{
    private readonly double[] _keep;
    private readonly int[] _alias;

    public AliasTable(IReadOnlyList<double> weights)
    {
        var n = weights.Count;
        var total = weights.Sum();
        (_keep, _alias) = (new double[n], new int[n]);
        var scaled = weights.Select(w => w * n / total).ToArray();
        Stack<int> small = new(Enumerable.Range(0, n).Where(i => scaled[i] < 1)), large = new(Enumerable.Range(0, n).Where(i => scaled[i] >= 1));
        while (small.Count > 0 && large.Count > 0)
        {
            var (s, l) = (small.Pop(), large.Pop());
            (_keep[s], _alias[s]) = (scaled[s], l);
            scaled[l] -= 1 - scaled[s];
            (scaled[l] < 1 ? small : large).Push(l);
        }

        foreach (var i in small.Concat(large))
        {
            _keep[i] = 1;
        }
    }

    public int Draw(Random random)
    {
        var x = random.NextDouble() * _keep.Length;
        var i = (int)x;
        return x - i < _keep[i] ? i : _alias[i];
    }
}

namespace Haldane.Samples.Payments;

/// <summary>Grows one tree after the other on the same payments; keeps the log-odds reached so far. One thread.</summary>
internal sealed class TreeGrower
{
    // L2 penalty on leaf values, in units of curvature (a payment counts at most 0.25): keeps nearly empty leaves tame.
    private const double Penalty = 1.0;

    private readonly double _rate;
    private readonly bool[] _isFraud;
    private readonly byte[] _rows;
    private readonly double[] _logOdds;
    private readonly int[] _node;
    private readonly Slope[] _slopes;

    // [node of the level][feature][bin]; a level has at most four nodes to split.
    private readonly Slope[] _histogram = new Slope[BoostedModel.Leaves / 2 * FeatureBins.Features * FeatureBins.AmountBins];

    public TreeGrower(FeatureBins bins, ReadOnlySpan<PaymentCase> cases, double rate)
    {
        _rate = rate;
        _isFraud = new bool[cases.Length];
        _rows = new byte[cases.Length * FeatureBins.Features];
        _logOdds = new double[cases.Length];
        _node = new int[cases.Length];
        _slopes = new Slope[cases.Length];
        var frauds = 0;
        for (var i = 0; i < cases.Length; i++)
        {
            bins.Fill(Row(i), cases[i].Payment);
            _isFraud[i] = cases[i].IsFraud;
            frauds += cases[i].IsFraud ? 1 : 0;
        }

        Prior = Math.Log((frauds + 1.0) / (cases.Length - frauds + 1.0));
        Array.Fill(_logOdds, Prior);
    }

    /// <summary>The log-odds before the first tree.</summary>
    public double Prior { get; }

    /// <summary>Writes the next tree and moves the log-odds by it.</summary>
    public void Grow(Span<Split> splits, Span<double> leaves)
    {
        for (var i = 0; i < _slopes.Length; i++)
        {
            var p = Logistic.Of(_logOdds[i]);
            _slopes[i] = new((_isFraud[i] ? 1.0 : 0.0) - p, p * (1.0 - p));
            _node[i] = 0;
        }

        for (var first = 0; first < BoostedModel.Splits; first = 2 * first + 1)
        {
            SplitLevel(first, splits);
        }

        FillLeaves(leaves);
    }

    private Span<byte> Row(int i) => _rows.AsSpan(i * FeatureBins.Features, FeatureBins.Features);

    private void SplitLevel(int first, Span<Split> splits)
    {
        Array.Clear(_histogram);
        for (var i = 0; i < _slopes.Length; i++)
        {
            var row = Row(i);
            var bin = (_node[i] - first) * FeatureBins.Features * FeatureBins.AmountBins;
            for (var feature = 0; feature < row.Length; feature++, bin += FeatureBins.AmountBins)
            {
                _histogram[bin + row[feature]] += _slopes[i];
            }
        }

        for (var node = first; node <= 2 * first; node++)
        {
            splits[node] = Best(node - first);
        }

        for (var i = 0; i < _node.Length; i++)
        {
            _node[i] = splits[_node[i]].Child(_node[i], Row(i));
        }
    }

    private Split Best(int node)
    {
        var (best, bestGain) = (Split.None, 1e-9); // a gain that is only rounding is none
        for (var feature = 0; feature < FeatureBins.Features; feature++)
        {
            var bins = _histogram.AsSpan((node * FeatureBins.Features + feature) * FeatureBins.AmountBins, FeatureBins.AmountBins);
            Slope all = default, left = default;
            foreach (var bin in bins)
            {
                all += bin;
            }

            for (var bin = 0; bin < bins.Length - 1; bin++)
            {
                left += bins[bin];
                var gain = left.Score + (all - left).Score - all.Score;
                if (gain > bestGain)
                {
                    (best, bestGain) = (new((byte)feature, (byte)bin), gain);
                }
            }
        }

        return best;
    }

    private void FillLeaves(Span<double> leaves)
    {
        Span<Slope> sums = stackalloc Slope[BoostedModel.Leaves];
        for (var i = 0; i < _node.Length; i++)
        {
            sums[_node[i] - BoostedModel.Splits] += _slopes[i];
        }

        for (var leaf = 0; leaf < leaves.Length; leaf++)
        {
            leaves[leaf] = _rate * sums[leaf].Gradient / (sums[leaf].Curvature + Penalty);
        }

        for (var i = 0; i < _node.Length; i++)
        {
            _logOdds[i] += leaves[_node[i] - BoostedModel.Splits];
        }
    }

    private readonly record struct Slope(double Gradient, double Curvature)
    {
        public double Score => Gradient * Gradient / (Curvature + Penalty);

        public static Slope operator +(Slope a, Slope b) => new(a.Gradient + b.Gradient, a.Curvature + b.Curvature);

        public static Slope operator -(Slope a, Slope b) => new(a.Gradient - b.Gradient, a.Curvature - b.Curvature);
    }
}

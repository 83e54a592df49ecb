namespace Haldane.Gateway.Observation;

/// <summary>The scores of one row, one after the other: which class is the best, and how sure that is.</summary>
/// <remarks>Scores that are no probabilities (they do not sum to 1) are made some by the soft-max of Bridle (1990), summed as they come.</remarks>
internal struct Scores
{
    // Half-precision numbers of a thousand classes sum to 1 no better than so.
    private const double Rounding = 0.01;

    private int _count;
    private double _largest;
    private double _sum;
    private double _exponentials;
    private bool _isNoProbability;
    private bool _isBroken;

    /// <summary>Index of the largest.</summary>
    public int Best { get; private set; }

    public readonly int Count => _count;

    public readonly double Largest => _largest;

    /// <summary>Whether there are scores, and all of them numbers.</summary>
    public readonly bool AreRead => _count > 0 && !_isBroken;

    /// <summary>The probability of the largest; null when it cannot be told.</summary>
    public readonly double? Confidence
    {
        get
        {
            var probability = !_isNoProbability && Math.Abs(_sum - 1) <= Rounding ? _largest : 1 / _exponentials;
            return probability is >= 0 and <= 1 ? probability : null;
        }
    }

    public void Add(double score)
    {
        _isBroken |= double.IsNaN(score);
        _isNoProbability |= score is not (>= 0 and <= 1);
        _sum += score;
        if (_count == 0 || score > _largest)
        {
            _exponentials = _count == 0 ? 1 : _exponentials * Math.Exp(_largest - score) + 1;
            (_largest, Best) = (score, _count);
        }
        else
        {
            _exponentials += Math.Exp(score - _largest);
        }

        _count++;
    }
}

namespace Haldane.Judge.Statistics;

/// <summary>The e-process and the confidence sequence of the mean of numbers in [0, 1], from their moments slice by slice.</summary>
/// <remarks>
/// <para>Each slice t bets lambda_t, chosen from earlier slices only: lambda = min(1/2, sqrt(2 ln(2/a) / (s^2 t ln(t + 1)))). Against "the mean is at most m":
/// ln e = sum lambda (x - m) - 4 (x - mu)^2 psi(lambda), psi(l) = (-ln(1 - l) - l) / 4, mu and s^2 the mean and variance predicted from the past; the other side with the sign of
/// x - m turned. t counts observations.</para>
/// <para>Exact for bounded observations whose mean, given the past, lies in the null; the variance need not be known. Waudby-Smith and Ramdas,
/// "Estimating means of bounded random variables by betting", J. R. Stat. Soc. B 86 (2024), theorem 2. For one thread.</para>
/// </remarks>
/// <param name="alpha">The level that the bets are tuned to; moves speed, not validity.</param>
internal sealed class EmpiricalBernstein(double alpha)
{
    private const double LargestBet = 0.5;

    private double _bets, _betSum, _penalty;
    private double _count;
    private double _sum = 0.5;
    private double _spread = 0.25;

    /// <summary>Adds a slice.</summary>
    /// <param name="count">How many numbers.</param>
    /// <param name="sum">Their sum.</param>
    /// <param name="sumOfSquares">The sum of their squares.</param>
    public void Add(double count, double sum, double sumOfSquares)
    {
        if (count == 0)
        {
            return;
        }

        // The predicted variance is the spread over t, so t cancels.
        var mean = _sum / (_count + 1);
        var bet = Math.Min(LargestBet, Math.Sqrt(2 * Math.Log(2 / alpha) / (_spread * Math.Log(_count + 2))));
        var around = Math.Max(0, sumOfSquares - 2 * mean * sum + count * mean * mean);
        _bets += bet * count;
        _betSum += bet * sum;
        _penalty += around * (-LogSpace.Log1P(-bet) - bet);
        _count += count;
        _sum += sum;
        var newMean = _sum / (_count + 1);
        _spread += Math.Max(0, sumOfSquares - 2 * newMean * sum + count * newMean * newMean);
    }

    /// <summary>Natural logarithm of the e-value against a mean on one side of a line.</summary>
    public double LogE(double line, Null side) => (side == Null.AtMost ? _betSum - line * _bets : line * _bets - _betSum) - _penalty;

    /// <summary>The same if so many times as much had come in the same proportions; for forecasts only.</summary>
    public double LogEAfter(double factor, double line, Null side) => factor * LogE(line, side);

    /// <summary>Centre and half-width of the interval that holds at all times.</summary>
    /// <param name="at">ln(1 / the chance that one of its ends is ever wrong).</param>
    public (double Centre, double HalfWidth)? Interval(double at) => _bets > 0 ? (_betSum / _bets, (at + _penalty) / _bets) : null;
}

namespace Haldane.Judge.Statistics;

/// <summary>Evidence that something that should be so at most half of the time, whatever came before, is so more often from some moment on.</summary>
/// <remarks>
/// <para>Bets on the next sign: a part b of the stake is won when it is beyond and lost when it is not, so that a bet that begins with sign k is worth prod_(i >= k) (1 + b s_i), s_i = +1 beyond and -1 not. As long as
/// the chance of each next "beyond", given the past, is at most 1/2, no bet grows. e_t = the mean over b in {0.3, 0.6, 0.9} of sum_(k at most t) w_k prod_(i = k..t) (1 + b s_i) + sum_(k beyond t) w_k, with
/// w_k = 1 / (k (k + 1)), which sum to 1: an e-process that a long good past does not hold back.</para>
/// <para>The past may say as much as it likes about the next sign, so that numbers that hang together need no model. Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", J. Royal
/// Statistical Society B 86 (2024), section 4; the mixture over beginnings as in Shin, Ramdas and Rinaldo, see <see cref="EDetector"/>. For one thread.</para>
/// </remarks>
internal sealed class SignBets
{
    private static readonly double[] Parts = [0.3, 0.6, 0.9];

    private readonly double[] _logWorth = [double.NegativeInfinity, double.NegativeInfinity, double.NegativeInfinity];
    private long _signs;
    private double _cusum;

    /// <summary>ln e.</summary>
    public double LogE { get; private set; }

    /// <summary>Of the stretch that speaks most for a change, how many signs were beyond.</summary>
    public long LatelyBeyond { get; private set; }

    /// <summary>How many signs it has.</summary>
    public long Lately { get; private set; }

    /// <summary>Takes a sign.</summary>
    public void Add(bool isBeyond)
    {
        _signs++;
        var begins = -Math.Log(_signs) - Math.Log(_signs + 1);
        var waiting = -Math.Log(_signs + 1); // what is kept for bets that begin later: the sum of their weights is 1 / (t + 1)
        for (var i = 0; i < Parts.Length; i++)
        {
            _logWorth[i] = LogSpace.Add(_logWorth[i], begins) + Factor(Parts[i], isBeyond);
        }

        LogE = LogSpace.Add(LogSpace.Mean(_logWorth), waiting);
        _cusum += Factor(Parts[1], isBeyond);
        (Lately, LatelyBeyond) = (Lately + 1, LatelyBeyond + (isBeyond ? 1 : 0));
        if (_cusum <= 0)
        {
            (_cusum, Lately, LatelyBeyond) = (0, 0, 0);
        }
    }

    private static double Factor(double part, bool isBeyond) => Math.Log(isBeyond ? 1 + part : 1 - part);
}

namespace Haldane.Judge.Statistics;

/// <summary>The e-process of the difference of two rates that are measured on the same requests, canary minus baseline.</summary>
/// <remarks>
/// <para>Each pair gives D in {-1, 0, 1}: 1 where the canary alone was wrong, -1 where the baseline alone was. Two lanes, averaged. McNemar: given that a pair differs, D is a fair coin if
/// neither is worse, so the <see cref="TiltMixture"/> of the canary's wrong ones against 1/2 tests "not worse". It speaks where the line is no difference or less. Paired bounded differences: the
/// <see cref="EmpiricalBernstein"/> of (D + 1) / 2 against any line.</para>
/// <para>Exact at any number of looks for independent pairs. McNemar, Psychometrika 12 (1947), made sequential. Rates are fractions. For one thread.</para>
/// </remarks>
internal sealed class PairedDifference
{
    private readonly double _line;
    private readonly Null _side;
    private readonly TiltMixture? _mcNemar;
    private readonly EmpiricalBernstein _bounded;
    private double _canary, _baseline;

    /// <summary>Nothing seen.</summary>
    /// <param name="line">The difference that the null ends at, in (-1, 1).</param>
    /// <param name="side">Which differences the null holds.</param>
    /// <param name="alpha">The level that the bets are tuned to.</param>
    public PairedDifference(double line, Null side, double alpha)
    {
        (_line, _side, _bounded) = (line, side, new(alpha));
        _mcNemar = (side == Null.AtMost ? line <= 0 : line >= 0) ? McNemar(side) : null;
    }

    /// <summary>Tests the canary's part of the pairs where one alone was wrong.</summary>
    public static TiltMixture McNemar(Null side) => TiltMixture.ForRate(0.5, side);

    /// <summary>Natural logarithm of the e-value so far.</summary>
    public double LogE => LogEAfter(1);

    /// <summary>Adds pairs.</summary>
    /// <param name="pairs">All of them.</param>
    /// <param name="canary">Those where the canary alone was wrong.</param>
    /// <param name="baseline">Those where the baseline alone was wrong.</param>
    public void Add(double pairs, double canary, double baseline)
    {
        _canary += canary;
        _baseline += baseline;
        var even = pairs - canary - baseline;
        _bounded.Add(pairs, canary + even / 2, canary + even / 4);
    }

    /// <summary>The same if so many times as much had come in the same proportions; for forecasts only.</summary>
    public double LogEAfter(double factor)
    {
        var bounded = _bounded.LogEAfter(factor, (_line + 1) / 2, _side);
        return _mcNemar is null ? bounded : LogSpace.Average(_mcNemar.LogE(factor * _canary, factor * (_canary + _baseline)), bounded);
    }
}

using Haldane.Judge.Statistics;

namespace Haldane.Judge.Guards;

/// <summary>Tests the canary's own rate of harm against a fine and a bad line.</summary>
/// <remarks>One arm, so slices of all stages add up. Rates are fractions; higher is worse.</remarks>
internal sealed class LineLanes
{
    private readonly TiltMixture _fail;
    private readonly TiltMixture _pass;

    /// <summary>Nothing seen.</summary>
    public LineLanes(double fine, double bad)
    {
        if (fine > bad)
        {
            throw new ArgumentException($"The fine line ({fine:0.####}) must not be worse than the bad line ({bad:0.####}).", nameof(fine));
        }

        (_fail, _pass) = (TiltMixture.ForRate(fine, Null.AtMost), TiltMixture.ForRate(bad, Null.AtLeast));
    }

    /// <summary>The canary's rate.</summary>
    public Rate Canary { get; private set; }

    /// <summary>Natural logarithm of the e-value against "fine".</summary>
    public double FailLogE => _fail.LogE(Canary.Events, Canary.Count);

    /// <summary>Natural logarithm of the e-value against "bad".</summary>
    public double PassLogE => _pass.LogE(Canary.Events, Canary.Count);

    /// <summary>Adds what arrived together.</summary>
    public void Add(Rate canary) => Canary += canary;
}

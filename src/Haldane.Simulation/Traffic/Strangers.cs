using Haldane.Core;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>Each exchange has a subject of its own.</summary>
internal sealed class Strangers : ISubjects
{
    // The gateway notes new subjects in a bitmap of so many places; when it is full nobody is new any more.
    private const double Places = 1 << 17;

    private long _taken;

    /// <inheritdoc/>
    public double CanaryPart { get; private set; }

    /// <inheritdoc/>
    public void Enter(Share share)
    {
        CanaryPart = share.Fraction;
        _taken = 0;
    }

    /// <inheritdoc/>
    public double ErrorFactor(Arm arm) => 1;

    /// <inheritdoc/>
    public (long Baseline, long Canary) NewOf(Dice dice, long baseline, long canary)
    {
        var all = baseline + canary;
        if (all == 0)
        {
            return (0, 0);
        }

        // Each free place is hit by chance; who hits it first is of an arm by chance.
        var taken = Math.Min(all, dice.Binomial((long)Places - _taken, -double.ExpM1(-all / Places)));
        _taken += taken;
        var ofCanary = dice.Hypergeometric(all, canary, taken);
        return (taken - ofCanary, ofCanary);
    }

    /// <inheritdoc/>
    public long FirstsOf(Dice dice, Arm arm, int what, long count) => count;
}

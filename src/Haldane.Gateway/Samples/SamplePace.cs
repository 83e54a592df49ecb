using Haldane.Core;
using Haldane.Gateway.Copies;

namespace Haldane.Gateway.Samples;

/// <summary>Chooses exchanges for one evaluator: at every time as many of one arm as of the other, so that scores which change over the day change for both alike. Any thread, no lock.</summary>
/// <remarks>The rarer arm sets the pace; neither gets further ahead than a few, whatever came of what was chosen.</remarks>
/// <param name="perSecond">Exchanges of each arm at most.</param>
/// <param name="isPaired">Whether both arms have callers; else there is nothing to keep up with.</param>
/// <param name="time">The clock.</param>
internal sealed class SamplePace(double perSecond, bool isPaired, TimeProvider time)
{
    private const int MostAhead = 8;

    private readonly RateCap _baseline = new(perSecond, time), _canary = new(perSecond, time);
    private int _ahead; // the canary, before the baseline

    /// <summary>Whether an exchange is taken.</summary>
    public bool TryPass(Arm arm)
    {
        var (cap, step) = arm == Arm.Canary ? (_canary, 1) : (_baseline, -1);
        if ((isPaired && Volatile.Read(ref _ahead) * step >= MostAhead) || !cap.TryPass())
        {
            return false;
        }

        Interlocked.Add(ref _ahead, step);
        return true;
    }
}

using Haldane.Core;
using Haldane.Core.Ports;

namespace Haldane.Gateway.Counting;

/// <summary>A model's totals since the gateway started; they outlive stages and snapshots. Any thread.</summary>
internal sealed class ModelTotals(string model)
{
    // In whole cache lines, so that an arm's counters share none with the other's.
    private const int PerArm = 16;

    private readonly long[] _counters = new long[2 * PerArm];

    public void Ended(Arm arm) => Add(arm, 0);

    public void Failed(Arm arm) => Add(arm, 1);

    public void Unread(Arm arm) => Add(arm, 2);

    public void FailedOver(Arm arm) => Add(arm, 3);

    public void Abandoned(Arm arm) => Add(arm, 4);

    public void Retried(Arm arm) => Add(arm, 5);

    public void Unfit(Arm arm) => Add(arm, 6);

    public void Overloaded(Arm arm) => Add(arm, 7);

    public void Ejected(Arm arm) => Add(arm, 8);

    public IEnumerable<ModelTraffic> Rows()
    {
        foreach (var arm in (Arm[])[Arm.Baseline, Arm.Canary])
        {
            if (Get(arm, 0) + Get(arm, 4) + Get(arm, 5) + Get(arm, 6) + Get(arm, 7) + Get(arm, 8) > 0)
            {
                yield return new(model, arm, Get(arm, 0), Get(arm, 1), Get(arm, 2), Get(arm, 3), Get(arm, 4))
                {
                    Retried = Get(arm, 5), Unfit = Get(arm, 6), Overloaded = Get(arm, 7), Ejected = Get(arm, 8),
                };
            }
        }
    }

    private void Add(Arm arm, int counter) => Interlocked.Increment(ref _counters[(int)arm * PerArm + counter]);

    private long Get(Arm arm, int counter) => Volatile.Read(ref _counters[(int)arm * PerArm + counter]);
}

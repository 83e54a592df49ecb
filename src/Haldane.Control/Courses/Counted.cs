using Haldane.Core;

namespace Haldane.Control.Courses;

/// <summary>A count for each arm.</summary>
internal sealed class Counted
{
    public long Baseline { get; private set; }

    public long Canary { get; private set; }

    public void Add(Arm arm, long count)
    {
        if (arm == Arm.Canary)
        {
            Canary += count;
        }
        else
        {
            Baseline += count;
        }
    }
}

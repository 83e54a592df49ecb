using Haldane.Core.Evidence;

namespace Haldane.Judge;

/// <summary>Adds up how long the stage was under traffic, from the lengths of slices.</summary>
/// <remarks>For one thread.</remarks>
internal sealed class StageClock
{
    /// <summary>
    /// How long callers may be quiet before it counts as silence: shorter pauses are normal for a service with one request every few seconds, and a
    /// longer one must neither bake nor pass for health.
    /// </summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private TimeSpan _pause;

    /// <summary>How long the stage has been under traffic. A pause counts only once traffic has come back after it.</summary>
    public TimeSpan Baked { get; private set; }

    /// <summary>How long the stage has lasted, silence included.</summary>
    public TimeSpan InStage { get; private set; }

    /// <summary>How long no exchange has ended on either arm.</summary>
    public TimeSpan QuietFor { get; private set; }

    /// <summary>Whether callers are silent.</summary>
    public bool IsSilent => QuietFor > LongestPause;

    /// <summary>Takes a slice into account.</summary>
    public void Add(EvidenceSlice slice)
    {
        InStage += slice.Length;
        if (slice.Baseline.Cells[SegmentCells.Everyone].Exchanges + slice.Canary.Cells[SegmentCells.Everyone].Exchanges == 0)
        {
            QuietFor += slice.Length;
            _pause += slice.Length;
            return;
        }

        Baked += slice.Length + (IsSilent ? TimeSpan.Zero : _pause);
        QuietFor = TimeSpan.Zero;
        _pause = TimeSpan.Zero;
    }

    /// <summary>A new stage begins.</summary>
    public void EnterStage()
    {
        InStage = TimeSpan.Zero;
        Baked = TimeSpan.Zero;
        _pause = TimeSpan.Zero;
    }
}

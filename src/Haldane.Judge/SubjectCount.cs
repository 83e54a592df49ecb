using Haldane.Core.Evidence;

namespace Haldane.Judge;

/// <summary>How many subjects the canary has served in a stage.</summary>
/// <remarks>
/// After a restart of the gateway subjects may be counted as new again, so counts on both sides of one are not added up: the larger counts, which is too few rather than too many. For one thread.
/// </remarks>
public sealed class SubjectCount
{
    private int _stage = -1;
    private long _canary, _baseline;
    private double _most;

    /// <summary>So far in this stage.</summary>
    public long Canary => (long)Math.Max(_most, Now);

    private double Now => _canary == 0 ? 0 : SubjectPlaces.Estimate(_canary + _baseline) * _canary / (_canary + _baseline);

    /// <summary>Takes a slice into account.</summary>
    public void Add(EvidenceSlice slice)
    {
        if (slice.Stage != _stage)
        {
            (_stage, _canary, _baseline, _most) = (slice.Stage, 0, 0, 0);
        }
        else if (slice.Fresh)
        {
            (_most, _canary, _baseline) = (Math.Max(_most, Now), 0, 0);
        }

        _canary += slice.Canary.NewSubjects;
        _baseline += slice.Baseline.NewSubjects;
    }
}

using Haldane.Core.Evidence;
using Haldane.Core.Reports;

namespace Haldane.Core.Ports;

/// <summary>A run from its beginning until now, in some hundred points however long it was.</summary>
/// <param name="Run">The run.</param>
/// <param name="SlicesPerPoint">How many slices of evidence, a second each, a point is of; it doubles as the run goes on.</param>
/// <param name="Curves">How both versions did.</param>
/// <param name="Bands">What the judge said of each guard, a point for each of the curves.</param>
public sealed record RunCourse(int Run, int SlicesPerPoint, ValueList<CurvePoint> Curves, ValueList<GuardBand> Bands)
{
    /// <summary>Latencies of both versions in the stage that it is in or ended in; null where nobody answered.</summary>
    public LatencyShape? Latency { get; init; }

    /// <summary>What both versions answered in that stage: classes, confidence, attribution, as far as they are read.</summary>
    public ValueList<MixShape> Mixes { get; init => field = value ?? []; } = [];

    /// <summary>Whom the canary has reached, in all stages; null where that is not kept.</summary>
    public BlastRadius? Reach { get; init; }

    /// <summary>Sudden changes inside the canary, the oldest first, the last fifty.</summary>
    public ValueList<CourseMark> Marks { get; init => field = value ?? []; } = [];
}

/// <summary>What answers were, by kind.</summary>
/// <param name="Mix">What they are told apart by.</param>
/// <param name="Kinds">The kinds.</param>
/// <param name="Baseline">The baseline's answers of each kind.</param>
/// <param name="Canary">The canary's.</param>
public sealed record MixShape(Mix Mix, ValueList<string> Kinds, ValueList<long> Baseline, ValueList<long> Canary);

/// <summary>A sudden change inside the canary.</summary>
/// <param name="At">When it was noticed.</param>
/// <param name="Signal">What changed, see <see cref="Judging.Anomaly"/>.</param>
/// <param name="UpToSlice">The slice that showed it.</param>
/// <param name="Reason">One sentence with the numbers.</param>
public sealed record CourseMark(DateTimeOffset At, string Signal, long UpToSlice, string Reason);

/// <summary>How latencies are distributed.</summary>
/// <param name="UpTo">The upper edges of buckets, seconds, rising; each bucket is 5 % wide.</param>
/// <param name="Baseline">Answers of the baseline in each bucket.</param>
/// <param name="Canary">The same of the canary.</param>
public sealed record LatencyShape(ValueList<double> UpTo, ValueList<long> Baseline, ValueList<long> Canary)
{
    /// <summary>The stage, from 0.</summary>
    public int Stage { get; init; }

    /// <summary>Median, 95th and 99th percentile of the baseline, seconds; empty without answers.</summary>
    public ValueList<double> BaselineQuantiles { get; init; } = [];

    /// <summary>The same of the canary.</summary>
    public ValueList<double> CanaryQuantiles { get; init; } = [];
}

/// <summary>What the judge said of a guard over time.</summary>
/// <param name="Guard">The guard.</param>
/// <param name="Points">In order of time.</param>
public sealed record GuardBand(string Guard, ValueList<BandPoint> Points);

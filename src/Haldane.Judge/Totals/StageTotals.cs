using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Totals;

/// <summary>Which time of an exchange is meant.</summary>
internal enum Clock
{
    /// <summary>To the last byte.</summary>
    LastByte,

    /// <summary>To the first byte of the body.</summary>
    FirstByte,
}

/// <summary>Everything the current stage has brought, by arm and cell.</summary>
/// <remarks>
/// Starts anew with each stage: evidence under different shares must not be pooled. Histograms are kept for cells and clocks that somebody asked for before
/// the first slice. For one thread.
/// </remarks>
internal sealed class StageTotals
{
    private readonly ArmTotals[] _baseline;
    private readonly ArmTotals[] _canary;
    private readonly ArmSpreads _baselineSpreads;
    private readonly ArmSpreads _canarySpreads;
    private readonly ArmSpreads _everyStageSpreads;
    private readonly Dictionary<(Clock Clock, int Cell), LatencyHistogram> _everyStage = [];

    /// <summary>Nothing yet.</summary>
    /// <param name="cells">How many cells there are.</param>
    /// <param name="mixes">How many kinds are counted.</param>
    public StageTotals(int cells, MixSizes mixes)
    {
        (_baselineSpreads, _canarySpreads, _everyStageSpreads) = (new(cells, mixes), new(cells, mixes), new(cells, mixes));
        _baseline = [.. Enumerable.Range(0, cells).Select(cell => new ArmTotals(mixes, cell, _baselineSpreads))];
        _canary = [.. Enumerable.Range(0, cells).Select(cell => new ArmTotals(mixes, cell, _canarySpreads))];
    }

    /// <summary>What an arm has brought in a cell.</summary>
    public ArmTotals Of(Arm arm, int cell) => (arm == Arm.Canary ? _canary : _baseline)[cell];

    /// <summary>The canary's times of all stages together, for limits on the canary alone.</summary>
    public LatencyHistogram CanaryInEveryStage(Clock clock, int cell)
    {
        if (!_everyStage.TryGetValue((clock, cell), out var histogram))
        {
            _everyStage[(clock, cell)] = histogram = new(_everyStageSpreads.Times(clock, cell));
        }

        return histogram;
    }

    /// <summary>Adds a slice of the current stage.</summary>
    public void Add(EvidenceSlice slice)
    {
        for (var cell = 0; cell < _canary.Length; cell++)
        {
            _baseline[cell].Add(slice.Baseline.Cells[cell]);
            _canary[cell].Add(slice.Canary.Cells[cell]);
        }

        _baseline[SegmentCells.Everyone].AddGroups(slice.Baseline.AnswersByGroup);
        _canary[SegmentCells.Everyone].AddGroups(slice.Canary.AnswersByGroup);
        _baselineSpreads.Add(slice.Baseline);
        _canarySpreads.Add(slice.Canary);
        if (_everyStage.Count > 0)
        {
            _everyStageSpreads.Add(slice.Canary);
        }

        foreach (var ((clock, cell), histogram) in _everyStage)
        {
            histogram.Add(slice.Canary.Cells[cell].TimesOf(clock));
        }
    }

    /// <summary>Forgets the stage that is over.</summary>
    public void Clear()
    {
        for (var cell = 0; cell < _canary.Length; cell++)
        {
            _baseline[cell].Clear();
            _canary[cell].Clear();
        }

        _baselineSpreads.Clear();
        _canarySpreads.Clear();
    }
}

/// <summary>What one arm has brought in one cell of the current stage.</summary>
internal sealed class ArmTotals(MixSizes mixes, int cell, ArmSpreads spreads)
{
    private readonly long[][] _counts = [.. MixSizes.All.ToArray().Select(mix => new long[mixes[mix]])];
    private readonly CellSpread[] _spreads = [.. MixSizes.All.ToArray().Select(mix => spreads.Of(mix, cell))];
    private readonly long[] _groups = new long[SubjectGroups.Count];
    private LatencyHistogram? _latency;
    private LatencyHistogram? _firstByte;

    /// <summary>Exchanges that ended, failed ones included.</summary>
    public long Exchanges { get; private set; }

    /// <summary>Exchanges that failed.</summary>
    public long Errors { get; private set; }

    /// <summary>See <see cref="CellEvidence.Unread"/>.</summary>
    public long Unread { get; private set; }

    /// <summary>Answers by group of subjects, see <see cref="SubjectGroups"/>; only of everyone.</summary>
    public ReadOnlySpan<long> Groups => _groups;

    /// <summary>Exchanges that succeeded.</summary>
    public long Answers => Exchanges - Errors;

    /// <summary>Counts by the kinds of a mix.</summary>
    public ReadOnlySpan<long> Counts(Mix mix) => _counts[(int)mix];

    /// <summary>How far the answers of one subject resemble each other in a mix.</summary>
    public CellSpread Spread(Mix mix) => _spreads[(int)mix];

    /// <summary>Times of successful exchanges; kept from the first time that it is asked for.</summary>
    public LatencyHistogram Times(Clock clock) => clock == Clock.LastByte ? _latency ??= new(spreads.Times(clock, cell)) : _firstByte ??= new(spreads.Times(clock, cell));

    /// <summary>Adds a slice.</summary>
    public void Add(CellEvidence slice)
    {
        Exchanges += slice.Exchanges;
        Errors += slice.Errors;
        Unread += slice.Unread;
        _latency?.Add(slice.Latency);
        _firstByte?.Add(slice.FirstToken);
        foreach (var mix in MixSizes.All)
        {
            AddTo(_counts[(int)mix], slice.Of(mix));
        }
    }

    /// <summary>Adds a slice's answers by group of subjects.</summary>
    public void AddGroups(ValueList<long> groups) => AddTo(_groups, groups);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        (Exchanges, Errors, Unread) = (0, 0, 0);
        _latency?.Clear();
        _firstByte?.Clear();
        Array.ForEach(_counts, Array.Clear);
        Array.Clear(_groups);
    }

    private static void AddTo(long[] sums, ValueList<long> counts)
    {
        var many = counts.AsSpan();
        for (var i = 0; i < many.Length; i++)
        {
            sums[i] += many[i];
        }
    }
}

/// <summary>How far the answers to one subject resemble each other in one arm.</summary>
internal sealed class ArmSpreads(int cells, MixSizes mixes)
{
    private readonly SubjectActivity _activity = new(cells);
    private readonly SubjectActivity _predictions = new(cells);
    private readonly SubjectSpread[] _mixes = [.. MixSizes.All.ToArray().Select(mix => new SubjectSpread(mixes[mix]))];
    private readonly SubjectSpread _latency = new(LatencySteps.Count);
    private readonly SubjectSpread _firstByte = new(LatencySteps.Count);

    /// <summary>By the kinds of a mix. An answer may bring many predictions, and is drawn one feature of.</summary>
    public CellSpread Of(Mix mix, int cell) => new(_mixes[(int)mix], _activity, cell) { Batches = mix == Mix.Attribution ? null : _predictions };

    /// <summary>By <see cref="LatencySteps"/>.</summary>
    public CellSpread Times(Clock clock, int cell) => new(clock == Clock.LastByte ? _latency : _firstByte, _activity, cell);

    /// <summary>Adds a slice.</summary>
    public void Add(ArmEvidence arm)
    {
        var everyone = arm.Cells[SegmentCells.Everyone];
        _latency.Add(everyone.Latency.Total(), arm.ByGroup?.Latency);
        _firstByte.Add(everyone.FirstToken.Total(), arm.ByGroup?.FirstToken);
        _activity.Add(arm.ByGroup?.Answers);
        _predictions.Add(arm.ByGroup?.Predictions);
        foreach (var mix in MixSizes.All)
        {
            _mixes[(int)mix].Add(everyone.Of(mix).AsSpan().Sum(), arm.ByGroup?.Of(mix));
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _latency.Clear();
        _firstByte.Clear();
        _activity.Clear();
        _predictions.Clear();
        Array.ForEach(_mixes, mix => mix.Clear());
    }
}

/// <summary>What goes with a clock.</summary>
internal static class Clocks
{
    /// <summary>The words after the name of a quantile.</summary>
    public static string Said(this Clock clock) => clock == Clock.LastByte ? "" : " of the time to the first byte";

    /// <summary>The times by a clock.</summary>
    public static SparseCounts TimesOf(this CellEvidence cell, Clock clock) => clock == Clock.LastByte ? cell.Latency : cell.FirstToken;

    /// <summary>How many of how many lie above a bucket's upper edge.</summary>
    public static Rate Above(this SparseCounts times, int bucket)
    {
        long all = 0, above = 0;
        ReadOnlySpan<int> buckets = times.Buckets.AsSpan();
        ReadOnlySpan<long> counts = times.Counts.AsSpan();
        for (var i = 0; i < buckets.Length; i++)
        {
            all += counts[i];
            above += buckets[i] > bucket ? counts[i] : 0;
        }

        return new(above, all);
    }
}

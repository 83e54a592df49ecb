using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Judge.Totals;

/// <summary>Everything the current stage has brought, by arm and cell.</summary>
/// <remarks>Starts anew with each stage: evidence under different shares must not be pooled. Fixed size. For one thread.</remarks>
internal sealed class StageTotals
{
    private readonly ArmTotals[] _baseline;
    private readonly ArmTotals[] _canary;

    /// <summary>Nothing yet.</summary>
    public StageTotals(int cells, int classes)
    {
        _baseline = [.. Enumerable.Range(0, cells).Select(_ => new ArmTotals(classes))];
        _canary = [.. Enumerable.Range(0, cells).Select(_ => new ArmTotals(classes))];
    }

    /// <summary>What an arm has brought in a cell.</summary>
    public ArmTotals Of(Arm arm, int cell) => (arm == Arm.Canary ? _canary : _baseline)[cell];

    /// <summary>Adds a slice of the current stage.</summary>
    public void Add(EvidenceSlice slice)
    {
        for (var cell = 0; cell < _canary.Length; cell++)
        {
            _baseline[cell].Add(slice.Baseline.Cells[cell]);
            _canary[cell].Add(slice.Canary.Cells[cell]);
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
    }
}

/// <summary>What one arm has brought in one cell of the current stage.</summary>
internal sealed class ArmTotals(int classes)
{
    private readonly long[] _classes = new long[classes];

    /// <summary>Exchanges that ended, failed ones included.</summary>
    public long Exchanges { get; private set; }

    /// <summary>Exchanges that failed.</summary>
    public long Errors { get; private set; }

    /// <summary>Successful answers whose prediction could not be read.</summary>
    public long Unread { get; private set; }

    /// <summary>Predictions that were read.</summary>
    public long Predictions { get; private set; }

    /// <summary>Latency of successful exchanges.</summary>
    public LatencyHistogram Latency { get; } = new();

    /// <summary>Predictions by class.</summary>
    public ReadOnlySpan<long> Classes => _classes;

    /// <summary>Exchanges that succeeded.</summary>
    public long Answers => Exchanges - Errors;

    /// <summary>Adds a slice.</summary>
    public void Add(CellEvidence cell)
    {
        Exchanges += cell.Exchanges;
        Errors += cell.Errors;
        Unread += cell.Unread;
        Latency.Add(cell.Latency);
        var many = cell.Classes.AsSpan();
        for (var i = 0; i < many.Length; i++)
        {
            _classes[i] += many[i];
            Predictions += many[i];
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        (Exchanges, Errors, Unread, Predictions) = (0, 0, 0, 0);
        Latency.Clear();
        Array.Clear(_classes);
    }
}

using Haldane.Core.Evidence;
using Haldane.Core.Specification;

namespace Haldane.Judge.Guards;

/// <summary>Notices that feedback that a guard lives on has stopped coming, while callers still come.</summary>
/// <remarks>What stops at a version's worst moment is often the feedback itself: whoever reports it has broken too, and what came before looks as if all were well. For one thread.</remarks>
internal sealed class FeedbackSilence(SignalSpec signal)
{
    // Batches that come once a day, and events that are rare, have pauses of hours; see Silence.
    private readonly Silence _silence = new(flowed: TimeSpan.FromMinutes(30), least: TimeSpan.FromMinutes(10));

    /// <summary>Takes a slice into account.</summary>
    public void Add(EvidenceSlice slice)
    {
        // Where nobody calls, nobody tells.
        var isBusy = slice.Baseline.Cells[SegmentCells.Everyone].Exchanges + slice.Canary.Cells[SegmentCells.Everyone].Exchanges > 0;
        _silence.Add(isBusy ? slice.Length : TimeSpan.Zero, Came(slice));
    }

    /// <summary>Why the guard cannot be trusted, or null.</summary>
    public string? Broken() => _silence.Standing is { } quiet ? $"no feedback for {signal} has come for {Say.Time(quiet)} of traffic, far longer than it usually takes" : null;

    private bool Came(EvidenceSlice slice) => signal.Kind switch
    {
        SignalKind.Accuracy => slice.Labels.Count > 0,
        SignalKind.Calibration => slice.Calibration.Count > 0,
        SignalKind.Mean => slice.Values.Any(v => v.Name == signal.Name),
        _ => slice.Events.Any(e => e.Name == signal.Name),
    };
}

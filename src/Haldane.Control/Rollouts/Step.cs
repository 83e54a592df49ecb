using Haldane.Core.Judging;
using Haldane.Core.Ledger;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Rollouts;

/// <summary>A transition on its way: decided, then recorded, then taken over and published.</summary>
/// <param name="Transition">What was decided.</param>
/// <param name="Judgement">What the judge had said; null when it was not asked.</param>
/// <param name="Tracker">What is kept of the run; null when there is none.</param>
internal sealed record Step(Transition Transition, Judgement? Judgement, RunTracker? Tracker)
{
    /// <summary>What is to be recorded; null for nothing.</summary>
    public LedgerEntry? Entry { get; init; }
}

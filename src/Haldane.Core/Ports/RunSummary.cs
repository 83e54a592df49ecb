using Haldane.Core.Judging;

namespace Haldane.Core.Ports;

/// <summary>What is kept of a run that has ended to be looked at; ledger and evidence have all that it is made of.</summary>
/// <param name="Run">The run.</param>
/// <param name="Judgement">What the judge said last.</param>
/// <param name="Totals">What the arms did, baseline first.</param>
/// <param name="Course">How it went.</param>
public sealed record RunSummary(int Run, Judgement Judgement, ValueList<ArmTotals> Totals, RunCourse Course)
{
    /// <summary>What was seen in each segment, in the last stage.</summary>
    public ValueList<SegmentState> Segments { get; init => field = value ?? []; } = [];
}

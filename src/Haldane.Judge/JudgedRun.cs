using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;

namespace Haldane.Judge;

/// <summary>A run as it is judged from its stored slices: which of them count, and the digest of the evidence up to the last that did.</summary>
/// <remarks>The controller judges by it while a run lasts, and a replay by it afterwards: what the ledger says of a run is what this says. For one thread.</remarks>
/// <param name="model">The model as it was when the run began: only it can say what cells and classes mean.</param>
/// <param name="rollout">What was asked.</param>
/// <exception cref="ArgumentException">A guard's lines cannot be judged; the message says why.</exception>
public sealed class JudgedRun(ModelSpec model, RolloutSpec rollout)
{
    private readonly ValueList<StageSpec> _stages = rollout.Stages;
    private readonly RolloutJudge _judge = new(model, rollout);

    /// <summary>Digest of the evidence up to the last slice that was judged, hex; empty when there was none.</summary>
    public string Digest { get; private set; } = "";

    /// <summary>Takes the next slice.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="digest">The run's digest after it, hex.</param>
    /// <exception cref="ArgumentException">The slice is out of order or does not fit the specification.</exception>
    public void Take(EvidenceSlice slice, string digest)
    {
        // On its way back a canary has another share than its stage asks: it was judged, and what comes now is kept for the record only. A stage that there is not, the judge refuses.
        if (slice.Stage < 0 || slice.Stage >= _stages.Count || slice.Share == _stages[slice.Stage].Share)
        {
            _judge.Add(slice);
            Digest = digest;
        }
    }

    /// <summary>What is seen in each segment.</summary>
    public ValueList<SegmentState> Segments() => _judge.Segments();

    /// <summary>What the judge says to all that counted.</summary>
    /// <param name="forecast">Whether undecided verdicts say how much longer they take; that is most of the work.</param>
    public Judgement Judge(bool forecast = true) => _judge.Evaluate(forecast);
}

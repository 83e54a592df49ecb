using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Statistics;
using Haldane.Judge.Totals;

namespace Haldane.Judge;

/// <summary>Judges one run of a rollout from its evidence, slice by slice.</summary>
/// <remarks>
/// <para>Deterministic: the same slices in the same order give the same judgement, whenever and however often it is asked for. No clock, no
/// randomness, no input or output. Memory does not grow with the number of slices.</para>
/// <para>Keeps the rollout's promise over all looks, guards, segments and stages together; <c>docs/how-it-decides.md</c> says how. For one thread.</para>
/// </remarks>
public sealed class RolloutJudge
{
    // Fewer exchanges of the canary than this in a stage are no trial at all.
    private const int FewestExchanges = 10;

    private readonly RolloutSpec _rollout;
    private readonly SegmentCells _cells;
    private readonly MixSizes _mixes;
    private readonly StageTotals _totals;
    private readonly StageClock _clock = new();
    private readonly SampleRatio _sampleRatio = new();
    private readonly SubjectCount _subjects = new();
    private readonly Anomalies _anomalies;
    private readonly ShareTables _shares = new();
    private readonly GuardJudge[] _guards;
    private long _canaryInAll;
    private long _upTo;
    private int _stage;

    /// <summary>Nothing has arrived yet.</summary>
    /// <param name="model">The model that moves.</param>
    /// <param name="rollout">What was asked.</param>
    /// <exception cref="ArgumentException">A guard's lines cannot be judged; the message says why.</exception>
    public RolloutJudge(ModelSpec model, RolloutSpec rollout)
    {
        _rollout = rollout;
        var cells = new SegmentCells(model.Segments);
        ValueList<string> classes = model.Signals.Prediction is { } prediction ? [.. prediction.Classes, SegmentCells.Other] : [];
        (_cells, _mixes) = (cells, MixSizes.Of(model.Signals));
        _totals = new(cells.Count, _mixes);
        _anomalies = new(classes, _totals);
        _guards = [.. rollout.Guards.Select(guard => Open(model, guard, cells, classes))];
    }

    /// <summary>Takes the next slice into account.</summary>
    /// <exception cref="ArgumentException">The slice is out of order or does not fit the specification.</exception>
    public void Add(EvidenceSlice slice)
    {
        Check(slice);
        if (slice.Stage != _stage)
        {
            _stage = slice.Stage;
            _totals.Clear();
            _clock.EnterStage();
        }

        _upTo = slice.Number;
        _clock.Add(slice);
        _totals.Add(slice);
        _canaryInAll += slice.Canary.Cells[SegmentCells.Everyone].Exchanges;
        _sampleRatio.Add(slice);
        _subjects.Add(slice);
        _anomalies.Add(slice, _rollout.Stages[slice.Stage].PartIn(slice));
        foreach (var guard in _guards)
        {
            guard.Add(slice);
        }
    }

    /// <summary>What the evidence says by now.</summary>
    /// <param name="forecast">Whether undecided verdicts say how much longer they take; that is most of the work, and simulations have no use for it.</param>
    public Judgement Evaluate(bool forecast = true) => new()
    {
        UpToSlice = _upTo,
        Stage = _stage,
        Baked = _clock.Baked,
        InStage = _clock.InStage,
        CanaryExchanges = CanaryExchanges,
        CanarySubjects = _subjects.Canary,
        NoData = Silence(),
        Anomalies = _anomalies.Standings,
        Verdicts = _guards.Select(guard => guard.Judge(_sampleRatio.Broken, forecast ? Progress : null)).ToValueList(),
    };

    /// <summary>What is seen in each segment, in this stage.</summary>
    public ValueList<SegmentState> Segments()
    {
        var guards = _guards.SelectMany(g => g.Segments()).ToLookup(s => s.Segment, s => s.State, StringComparer.Ordinal);
        return Enumerable.Range(1, _cells.Count - 1)
            .Select(cell => new SegmentState(_cells.Names[cell], Sum(_totals.Of(Arm.Baseline, cell)), Sum(_totals.Of(Arm.Canary, cell)), guards[_cells.Names[cell]].ToValueList()) { IsOfStart = _cells.Segments[_cells.Owners[cell]].ColdFor is not null })
            .ToValueList();

        static SegmentArm Sum(Totals.ArmTotals arm) => new(arm.Exchanges, arm.Errors);
    }

    private Progress Progress => new(CanaryExchanges, _canaryInAll, _clock.Baked);

    private long CanaryExchanges => _totals.Of(Arm.Canary, SegmentCells.Everyone).Exchanges;

    private string? Silence() => this switch
    {
        { _upTo: 0 } => "nothing has arrived yet",
        { _clock.IsSilent: true } => $"callers have been silent for {Say.Time(_clock.QuietFor)}",
        { CanaryExchanges: < FewestExchanges } =>
            $"{Say.Count(CanaryExchanges)} canary exchanges in this stage, {FewestExchanges} are the least",
        _ => null,
    };

    private GuardJudge Open(ModelSpec model, GuardSpec guard, SegmentCells cells, ValueList<string> classes)
    {
        int[] scanned =
        [
            .. Enumerable.Range(1, cells.Count - 1).Where(cell => guard.Segments.Covers(model.Segments[cells.Owners[cell]].Name)),
        ];
        var budget = Budget.Of(_rollout, guard, scanned.Length);
        return new(guard, budget, Ask(SegmentCells.Everyone), scanned.Select(cell => (cells.Names[cell], Ask(cell))));

        Measurement Ask(int cell) => Measurements.For(new()
        {
            Guard = guard,
            Cell = cell,
            Where = cell == SegmentCells.Everyone ? "" : $" in {cells.Names[cell]}",
            Stages = _rollout.Stages,
            BySubject = model.Subject is not null,
            Signals = model.Signals,
            Classes = classes,
            FailAt = cell == SegmentCells.Everyone ? budget.FailAt : budget.SegmentFailAt,
            PassAt = budget.PassAt,
            Totals = _totals,
            Shares = _shares,
        });
    }

    private void Check(EvidenceSlice slice)
    {
        if (slice.Number <= _upTo || slice.Stage < _stage || slice.Stage >= _rollout.Stages.Count)
        {
            throw new ArgumentException(
                $"Slice {slice.Number} of stage {slice.Stage} cannot follow slice {_upTo} of stage {_stage} in a rollout of {_rollout.Stages.Count} stages.",
                nameof(slice));
        }

        if (slice.Baseline.Cells.Count != _cells.Count || slice.Canary.Cells.Count != _cells.Count)
        {
            throw new ArgumentException($"Slice {slice.Number} must have {_cells.Count} cells in each arm, as the model's segments ask.", nameof(slice));
        }

        foreach (var arm in (ReadOnlySpan<ArmEvidence>)[slice.Baseline, slice.Canary])
        {
            foreach (var cell in arm.Cells.AsSpan())
            {
                foreach (var mix in MixSizes.All)
                {
                    if (cell.Of(mix).Count != 0 && cell.Of(mix).Count != _mixes[mix])
                    {
                        throw new ArgumentException($"Slice {slice.Number} must count {_mixes[mix]} {KindsOf(mix)} signal asks.", nameof(slice));
                    }
                }
            }

            if (arm.ByGroup is { } groups
                && !(SubjectSpread.Fits(groups.Answers, _cells.Count) && SubjectSpread.Fits(groups.Predictions, _cells.Count) && SubjectSpread.Fits(groups.Latency, LatencySteps.Count) && SubjectSpread.Fits(groups.FirstToken, LatencySteps.Count)
                    && SubjectSpread.Fits(groups.Classes, _mixes.Classes) && SubjectSpread.Fits(groups.Confidence, _mixes.Confidence) && SubjectSpread.Fits(groups.Attribution, _mixes.Attribution)))
            {
                throw new ArgumentException(
                    $"Slice {slice.Number} must tell answers by group in buckets of {_cells.Count} cells, {LatencySteps.Count} latencies, {_mixes.Classes} classes, {_mixes.Confidence} confidences or {_mixes.Attribution} features, times {SubjectGroups.Count} groups.",
                    nameof(slice));
            }
        }
    }

    private static string KindsOf(Mix mix) => mix switch
    {
        Mix.Classes => "classes, as the model's prediction",
        Mix.Confidence => "bins, as the model's confidence",
        _ => "features, as the model's attribution",
    };
}

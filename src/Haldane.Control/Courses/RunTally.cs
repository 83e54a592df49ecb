using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Specification;

namespace Haldane.Control.Courses;

/// <summary>Adds up what both arms did in a run, by stage and on the way back. For one thread.</summary>
/// <param name="model">The model as it was when the run began.</param>
/// <param name="rollout">What was asked.</param>
internal sealed class RunTally(ModelSpec model, RolloutSpec rollout)
{
    private static readonly double[] Shown = [0.5, 0.95, 0.99];

    private readonly StageTally[] _stages = [.. rollout.Stages.Select(_ => new StageTally())];
    private readonly StageTally _back = new();
    private int _stage;

    /// <summary>By stage.</summary>
    public IReadOnlyList<StageTally> Stages => _stages;

    /// <summary>Adds a slice.</summary>
    public void Add(EvidenceSlice slice)
    {
        _stage = slice.Stage;
        var isBack = slice.Share != rollout.Stages[slice.Stage].Share;
        (isBack ? _back : _stages[slice.Stage]).Add(slice);
        foreach (var counts in slice.Events.Where(e => e.Cell == SegmentCells.Everyone))
        {
            // What the gateway sees is of this slice; feedback may be of an exchange long before.
            (isBack && GatewayEvents.All.Contains(counts.Name) ? _back : _stages[counts.Stage]).Add(counts);
        }

        foreach (var counts in slice.Labels.Where(l => l.Cell == SegmentCells.Everyone))
        {
            _stages[counts.Stage].Add(counts);
        }
    }

    /// <summary>Whom the canary has reached.</summary>
    public BlastRadius Reach()
    {
        var (served, copied) = (new List<StageTally>(), new List<StageTally>());
        for (var i = 0; i < _stages.Length; i++)
        {
            (rollout.Stages[i].Kind == StageKind.Shadow ? copied : served).Add(_stages[i]);
        }

        served.Add(_back);
        return new()
        {
            Exchanges = served.Sum(s => s.Baseline.Sum.Exchanges + s.Canary.Sum.Exchanges),
            Canary = served.Aggregate(ArmSum.Nothing, (sum, s) => sum + s.Canary.Sum),
            FailedOver = served.Sum(s => s.Canary.FailedOver),
            Copies = copied.Aggregate(ArmSum.Nothing, (sum, s) => sum + s.Canary.Sum),
            Subjects = model.Subject is null ? 0 : served.Max(s => s.Subjects),
            Failover = PackWords.Failover(model.Failover),
            Harm = HarmEstimates.Of(served, rollout.Guards),
        };
    }

    /// <summary>Latencies in the stage that it is in; null where nobody answered.</summary>
    public LatencyShape? Latency()
    {
        var (baseline, canary) = (_stages[_stage].Baseline.Latency, _stages[_stage].Canary.Latency);
        ushort[] steps = [.. baseline.Steps.ToArray().Union(canary.Steps.ToArray()).Order()];
        return steps.Length == 0 ? null : new(
            steps.Select(s => LatencyBuckets.Edge(LatencySteps.Last(s))).ToValueList(), steps.Select(baseline.In).ToValueList(), steps.Select(canary.In).ToValueList())
        {
            Stage = _stage,
            BaselineQuantiles = Quantiles(baseline),
            CanaryQuantiles = Quantiles(canary),
        };
    }

    /// <summary>What was answered in the stage that it is in.</summary>
    public ValueList<MixShape> Mixes()
    {
        var shapes = new List<MixShape>();
        foreach (var mix in MixSizes.All)
        {
            var (baseline, canary) = _stages[_stage].Of(mix);
            if (baseline.Count + canary.Count > 0)
            {
                var kinds = KindsOf(mix);
                shapes.Add(new(mix, kinds, Full(baseline, kinds.Count), Full(canary, kinds.Count)));
            }
        }

        return [.. shapes];
    }

    private ValueList<string> KindsOf(Mix mix) => mix switch
    {
        Mix.Classes => [.. model.Signals.Prediction?.Classes ?? [], SegmentCells.Other],
        Mix.Attribution => [.. model.Signals.Attribution?.Features ?? [], SegmentCells.Other],
        _ => Enumerable.Range(0, ConfidenceBins.Count).Select(ConfidenceBins.NameOf).ToValueList(),
    };

    // An arm without any answer has no counts.
    private static ValueList<long> Full(ValueList<long> counts, int length) => counts.Count > 0 ? counts : ValueList.Create<long>(new long[length]);

    private static ValueList<double> Quantiles(StepCounts counts) => Shown.Select(counts.Quantile).OfType<double>().ToValueList();
}

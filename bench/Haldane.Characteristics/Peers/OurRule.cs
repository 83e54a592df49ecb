using Haldane.Core.Evidence;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Judge;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Characteristics.Peers;

/// <summary>Haldane: five guards over everyone and eight segments, the default promise, one stage that bakes ten minutes; the judge and the rollout machine themselves.</summary>
internal sealed class OurRule
{
    private static readonly ModelSpec Model = Slices.Model(new SegmentSpec("country", "x-country", ["a", "b", "c", "d", "e", "f", "g"])) with
    {
        Subject = null,
        Signals = new() { Prediction = new("/class", ["first", "second"]) },
    };

    private readonly RolloutJudge _judge;
    private Rollout _rollout;

    public OurRule(int sharePercent)
    {
        var spec = Slices.Rollout(
            [
                Guard("errors", SignalKind.ErrorRate, Scale.Ratio, 1.5) with { Floor = 0.001 },
                Guard("p99", SignalKind.Latency, Scale.Ratio, 1.1, 0.99),
                Guard("p99-limit", SignalKind.Latency, Scale.Value, 1, 0.99),
                Guard("drift", SignalKind.PredictionDrift, Scale.JensenShannon, 0.05),
                Guard("accuracy", SignalKind.Accuracy, Scale.Difference, -0.02),
            ],
            sharePercent);
        spec = spec with { Stages = [new(new(sharePercent * 100), TimeSpan.FromMinutes(10))] };
        _judge = new(Model, spec);
        _rollout = RolloutMachine.Next(new() { Spec = spec }, new Signal.Start(1, "characteristics"), Slices.Start).Next;
    }

    /// <summary>Where the rollout stands.</summary>
    public Phase Phase => _rollout.Phase;

    /// <summary>The guard and segment that took it back.</summary>
    public string Culprit => _rollout.Segment is { } segment ? $"{_rollout.Guard} in {segment}" : _rollout.Guard ?? "";

    /// <summary>Exchanges of the canary so far.</summary>
    public long CanaryExchanges { get; private set; }

    /// <summary>Takes a slice; whether it wants more.</summary>
    public bool Take(EvidenceSlice slice)
    {
        _judge.Add(slice);
        CanaryExchanges += slice.Canary.Cells[SegmentCells.Everyone].Exchanges;
        _rollout = RolloutMachine.Next(_rollout, new Signal.Judged(_judge.Evaluate()), slice.From + slice.Length).Next;
        return !_rollout.Ended;
    }

    private static GuardSpec Guard(string name, SignalKind kind, Scale scale, double bad, double quantile = 0) =>
        Slices.Guard(kind, scale, bad, quantile) with { Name = name, Segments = SegmentScan.All };
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic.Streams;

/// <summary>Labels together with how sure the model said it was: <see cref="LabelStream"/> by bins of confidence.</summary>
internal sealed class CalibratedLabelStream(TrafficModel traffic, SegmentCells layout) : IStream
{
    private readonly Later<Batch> _later = new(traffic.Conditions);

    // By cell a row of the wrong ones by bin, then the right ones by bin.
    private sealed record Batch(int Stage, Arm Arm, long[][] Rows);

    /// <inheritdoc/>
    public void Add(in Scene scene)
    {
        var labelled = scene.Subjects.FirstsOf(
            scene.Dice, scene.Arm, (int)Once.Label, scene.Dice.Binomial(scene.Answers.Count, traffic.LabelCoverage));
        if (labelled == 0 || scene.Behaviour.Confidence.Count == 0)
        {
            return;
        }

        var rest = scene.Answers.Sample(scene.Dice, labelled);
        var pieces = _later.Split(scene.Dice, labelled);
        Span<long> kinds = stackalloc long[2 * ConfidenceBins.Count];
        for (var piece = 0; piece < pieces.Length; piece++)
        {
            scene.Dice.Multinomial(pieces[piece], scene.Behaviour.Confidence.AsSpan(), kinds[ConfidenceBins.Count..]);
            for (var bin = 0; bin < ConfidenceBins.Count; bin++)
            {
                ref var right = ref kinds[ConfidenceBins.Count + bin];
                kinds[bin] = scene.Dice.Binomial(right, 1 - scene.Behaviour.RightIn(bin));
                right -= kinds[bin];
            }

            long[][] rows = [.. Enumerable.Range(0, layout.Count).Select(_ => new long[2 * ConfidenceBins.Count])];
            rest.Take(scene.Dice, pieces[piece]).Deal(scene.Dice, kinds, 0, rows);
            _later.Add(new(scene.Moment.Stage, scene.Arm, rows), piece, scene.Moment.End, traffic.LabelDelay);
        }
    }

    /// <inheritdoc/>
    public EvidenceSlice Release(EvidenceSlice slice, TimeSpan end)
    {
        SortedDictionary<(int Stage, Arm Arm), long[][]> sums = [];
        foreach (var batch in _later.Due(end))
        {
            if (!sums.TryAdd((batch.Stage, batch.Arm), batch.Rows))
            {
                Add(sums[(batch.Stage, batch.Arm)], batch.Rows);
            }
        }

        if (sums.Count == 0)
        {
            return slice;
        }

        List<LabelCounts> labels = [];
        List<CalibrationCounts> bins = [];
        foreach (var ((stage, arm), rows) in sums)
        {
            for (var cell = 0; cell < rows.Length; cell++)
            {
                Report(stage, arm, cell, rows[cell], labels, bins);
            }
        }

        return slice with { Labels = labels.ToValueList(), Calibration = bins.ToValueList() };
    }

    private static void Report(int stage, Arm arm, int cell, long[] row, List<LabelCounts> labels, List<CalibrationCounts> bins)
    {
        long all = 0, wrong = 0;
        for (var bin = 0; bin < ConfidenceBins.Count; bin++)
        {
            long ownWrong = row[bin], ownRight = row[ConfidenceBins.Count + bin];
            if (ownWrong + ownRight > 0)
            {
                all += ownWrong + ownRight;
                wrong += ownWrong;
                bins.Add(new(stage, arm, cell, bin, ownWrong + ownRight, ownRight, (ownWrong + ownRight) * Behaviour.Middle(bin)));
            }
        }

        if (all > 0)
        {
            labels.Add(new(stage, arm, cell, all, wrong));
        }
    }

    private static void Add(long[][] sum, long[][] rows)
    {
        for (var cell = 0; cell < sum.Length; cell++)
        {
            for (var i = 0; i < sum[cell].Length; i++)
            {
                sum[cell][i] += rows[cell][i];
            }
        }
    }
}

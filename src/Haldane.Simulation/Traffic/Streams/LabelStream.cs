using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic.Streams;

/// <summary>Labels: what was right and what was wrong, known later; each subject's first of a stage.</summary>
internal sealed class LabelStream(TrafficModel traffic, SegmentCells layout) : IStream
{
    private readonly Later<Batch> _later = new(traffic.Conditions);

    private sealed record Batch(int Stage, Arm Arm, Crowd Right, Crowd Wrong);

    /// <inheritdoc/>
    public void Add(in Scene scene)
    {
        var labelled = scene.Subjects.FirstsOf(
            scene.Dice, scene.Arm, (int)Once.Label, scene.Dice.Binomial(scene.Answers.Count, traffic.LabelCoverage));
        var rest = scene.Answers.Sample(scene.Dice, labelled);
        var pieces = _later.Split(scene.Dice, labelled);
        for (var piece = 0; piece < pieces.Length; piece++)
        {
            var wrong = scene.Dice.Binomial(pieces[piece], 1 - scene.Behaviour.Accuracy);
            var right = rest.Take(scene.Dice, pieces[piece] - wrong);
            _later.Add(new(scene.Moment.Stage, scene.Arm, right, rest.Take(scene.Dice, wrong)), piece, scene.Moment.End, traffic.LabelDelay);
        }
    }

    /// <inheritdoc/>
    public EvidenceSlice Release(EvidenceSlice slice, TimeSpan end)
    {
        SortedDictionary<(int Stage, Arm Arm), (Crowd Labelled, Crowd Wrong)> sums = [];
        foreach (var batch in _later.Due(end))
        {
            var key = (batch.Stage, batch.Arm);
            if (!sums.TryGetValue(key, out var sum))
            {
                sums[key] = sum = (Crowd.Nobody(layout), Crowd.Nobody(layout));
            }

            sum.Labelled.Add(batch.Right);
            sum.Labelled.Add(batch.Wrong);
            sum.Wrong.Add(batch.Wrong);
        }

        return sums.Count == 0 ? slice : slice with { Labels = sums.SelectMany(s => Counts(s.Key.Stage, s.Key.Arm, s.Value.Labelled, s.Value.Wrong)).ToValueList() };
    }

    private static List<LabelCounts> Counts(int stage, Arm arm, Crowd labelled, Crowd wrong)
    {
        List<LabelCounts> counts = [];
        for (var cell = 0; cell < labelled.Cells.Length; cell++)
        {
            if (labelled.Cells[cell] > 0)
            {
                counts.Add(new(stage, arm, cell, labelled.Cells[cell], wrong.Cells[cell]));
            }
        }

        return counts;
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic.Streams;

/// <summary>Labels: what was right and what was wrong, known later; each subject's first of a stage.</summary>
internal sealed class LabelStream(TrafficModel traffic, SegmentCells layout) : IStream
{
    private readonly LaterCrowds _later = new(layout, traffic.Conditions);

    /// <inheritdoc/>
    public void Add(in Scene scene)
    {
        var labelled = scene.Subjects.FirstsOf(
            scene.Dice, scene.Arm, (int)Once.Label, scene.Dice.Binomial(scene.Answers.Count, traffic.LabelCoverage));
        var rest = scene.Answers.Sample(scene.Dice, labelled);
        var pieces = _later.Split(scene.Dice, labelled);
        for (var piece = 0; piece < pieces.Length; piece++)
        {
            var mistakes = scene.Dice.Binomial(pieces[piece], 1 - scene.Behaviour.Accuracy);
            var all = rest.Take(scene.Dice, pieces[piece] - mistakes);
            var wrong = rest.Take(scene.Dice, mistakes);
            all.Add(wrong);
            _later.Add(scene, piece, traffic.LabelDelay, all, wrong);
        }
    }

    /// <inheritdoc/>
    public EvidenceSlice Release(EvidenceSlice slice, TimeSpan end)
    {
        var due = _later.Due(end);
        return due.Count == 0 ? slice : slice with { Labels = due.Select(d => new LabelCounts(d.Stage, d.Arm, d.Cell, d.All, d.Marked)).ToValueList() };
    }
}

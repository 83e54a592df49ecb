using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic.Streams;

/// <summary>Exchanges of which something becomes known later, and those among them of which more does: wrong ones, first ones of their subject.</summary>
/// <remarks>For one thread.</remarks>
internal sealed class LaterCrowds(SegmentCells layout, Conditions conditions)
{
    private readonly Later<Batch> _later = new(conditions);

    private sealed record Batch(int Stage, Arm Arm, Crowd All, Crowd Marked);

    /// <summary>Divides a count evenly at random over the pieces in which it becomes known.</summary>
    public long[] Split(Dice dice, long count) => _later.Split(dice, count);

    /// <summary>Adds a piece of what a scene's exchanges come to.</summary>
    public void Add(in Scene scene, int piece, TimeSpan delay, Crowd all, Crowd marked) =>
        _later.Add(new(scene.Moment.Stage, scene.Arm, all, marked), piece, scene.Moment.End, delay);

    /// <summary>What became known by a time, of cells in which there is something.</summary>
    public List<(int Stage, Arm Arm, int Cell, long All, long Marked)> Due(TimeSpan end)
    {
        SortedDictionary<(int Stage, Arm Arm), (Crowd All, Crowd Marked)> sums = [];
        foreach (var batch in _later.Due(end))
        {
            var key = (batch.Stage, batch.Arm);
            if (!sums.TryGetValue(key, out var sum))
            {
                sums[key] = sum = (Crowd.Nobody(layout), Crowd.Nobody(layout));
            }

            sum.All.Add(batch.All);
            sum.Marked.Add(batch.Marked);
        }

        List<(int Stage, Arm Arm, int Cell, long All, long Marked)> counts = [];
        foreach (var ((stage, arm), (all, marked)) in sums)
        {
            for (var cell = 0; cell < layout.Count; cell++)
            {
                if (all.Cells[cell] > 0)
                {
                    counts.Add((stage, arm, cell, all.Cells[cell], marked.Cells[cell]));
                }
            }
        }

        return counts;
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic.Streams;

/// <summary>How often something happens, seen by the gateway at once or told by feedback later.</summary>
/// <param name="traffic">When feedback comes.</param>
/// <param name="layout">The model's segments.</param>
/// <param name="name">The event.</param>
/// <param name="index">Its index among the model's events.</param>
internal sealed class EventStream(TrafficModel traffic, SegmentCells layout, string name, int index) : IStream
{
    // What the gateway sees needs no feedback.
    private readonly Later<Batch> _later = new(GatewayEvents.All.Contains(name) ? Conditions.Calm : traffic.Conditions);
    private readonly TimeSpan _delay = traffic.Events.FirstOrDefault(e => e.Name == name)?.Delay ?? TimeSpan.Zero;

    private sealed record Batch(int Stage, Arm Arm, Crowd Happened, Crowd Firsts);

    /// <inheritdoc/>
    public void Add(in Scene scene)
    {
        // A refused exchange is no answer any more; everything else happens to answers.
        var happened = name == GatewayEvents.Refused
            ? scene.Refused.Sample(scene.Dice, scene.Refused.Count)
            : scene.Answers.Sample(scene.Dice, scene.Dice.Binomial(scene.Answers.Count, scene.Behaviour.ChanceOf(name)));
        if (happened.Count == 0)
        {
            return;
        }

        var pieces = _later.Split(scene.Dice, happened.Count);
        for (var piece = 0; piece < pieces.Length; piece++)
        {
            var part = happened.Take(scene.Dice, pieces[piece]);
            var firsts = part.Sample(scene.Dice, scene.Subjects.FirstsOf(scene.Dice, scene.Arm, (int)Once.Event + index, part.Count));
            _later.Add(new(scene.Moment.Stage, scene.Arm, part, firsts), piece, scene.Moment.End, _delay);
        }
    }

    /// <inheritdoc/>
    public EvidenceSlice Release(EvidenceSlice slice, TimeSpan end)
    {
        SortedDictionary<(int Stage, Arm Arm), (Crowd Happened, Crowd Firsts)> sums = [];
        foreach (var batch in _later.Due(end))
        {
            var key = (batch.Stage, batch.Arm);
            if (!sums.TryGetValue(key, out var sum))
            {
                sums[key] = sum = (Crowd.Nobody(layout), Crowd.Nobody(layout));
            }

            sum.Happened.Add(batch.Happened);
            sum.Firsts.Add(batch.Firsts);
        }

        if (sums.Count == 0)
        {
            return slice;
        }

        List<EventCounts> events = [.. slice.Events];
        foreach (var ((stage, arm), (happened, firsts)) in sums)
        {
            for (var cell = 0; cell < layout.Count; cell++)
            {
                if (happened.Cells[cell] > 0)
                {
                    events.Add(new(name, stage, arm, cell, happened.Cells[cell], firsts.Cells[cell]));
                }
            }
        }

        return slice with { Events = events.ToValueList() };
    }
}

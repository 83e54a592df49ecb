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
    private readonly LaterCrowds _later = new(layout, GatewayEvents.All.Contains(name) ? Conditions.Calm : traffic.Conditions);
    private readonly TimeSpan _delay = traffic.Events.FirstOrDefault(e => e.Name == name)?.Delay ?? TimeSpan.Zero;

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
            _later.Add(scene, piece, _delay, part, firsts);
        }
    }

    /// <inheritdoc/>
    public EvidenceSlice Release(EvidenceSlice slice, TimeSpan end)
    {
        var due = _later.Due(end);
        return due.Count == 0 ? slice : slice with { Events = [.. slice.Events, .. due.Select(d => new EventCounts(name, d.Stage, d.Arm, d.Cell, d.All, d.Marked))] };
    }
}

using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic.Streams;

/// <summary>How sure the model says it is.</summary>
internal sealed class ConfidenceStream : IStream
{
    /// <inheritdoc/>
    public void Add(in Scene scene)
    {
        if (scene.Behaviour.Confidence.Count == 0 || scene.Answers.Count == 0)
        {
            return;
        }

        Span<long> counts = stackalloc long[ConfidenceBins.Count];
        counts.Clear();
        if (scene.Subjects.Habits is { } habits)
        {
            habits.Draw(scene, scene.Behaviour.Confidence.AsSpan(), counts, scene.Tally.ByGroup!.Confidence);
        }
        else
        {
            scene.Dice.Multinomial(scene.Answers.Count, scene.Behaviour.Confidence.AsSpan(), counts);
        }

        scene.Answers.Deal(scene.Dice, counts, 0, scene.Tally.Confidence);
    }
}

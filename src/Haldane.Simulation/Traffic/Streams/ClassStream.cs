using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic.Streams;

/// <summary>What is predicted.</summary>
internal sealed class ClassStream : IStream
{
    /// <inheritdoc/>
    public void Add(in Scene scene)
    {
        var chances = scene.Behaviour.Classes.AsSpan();
        if (chances.Length == 0 || scene.Answers.Count == 0)
        {
            return;
        }

        Span<long> counts = stackalloc long[chances.Length];
        counts.Clear();
        chances = scene.Moment.ClassLean == 0 ? chances : Lean(chances, scene.Moment.ClassLean);
        if (scene.Subjects.Habits is { } habits)
        {
            habits.Draw(scene, chances, counts, scene.Tally.ByGroup!.Classes);
        }
        else
        {
            scene.Dice.Multinomial(scene.Answers.Count, chances, counts);
        }

        scene.Answers.Deal(scene.Dice, counts, 0, scene.Tally.Classes);
    }

    // Towards the mix in which every class that happens is as frequent as any other, or away from it.
    private static double[] Lean(ReadOnlySpan<double> chances, double lean)
    {
        var happen = chances.Length - System.MemoryExtensions.Count(chances, 0.0);
        var leaning = new double[chances.Length];
        for (var i = 0; i < chances.Length; i++)
        {
            leaning[i] = chances[i] == 0 ? 0 : Math.Max(0, chances[i] + lean * (1.0 / happen - chances[i]));
        }

        return leaning;
    }
}

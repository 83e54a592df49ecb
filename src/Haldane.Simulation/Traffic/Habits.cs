using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>What is a subject's own in each of its answers: how long they take and what they say.</summary>
/// <remarks>Answers are drawn one by one, each with its subject. For one thread.</remarks>
internal sealed class Habits
{
    private readonly Func<Arm, AliasTable> _byRequest;
    private readonly Func<Arm, int[]> _subjects;
    private readonly double[] _slowness;
    private readonly double[] _place;
    private readonly double _sameness;

    /// <summary>Gives each subject its own.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="regulars">How far they differ.</param>
    /// <param name="subjects">The subjects of an arm.</param>
    /// <param name="byRequest">Draws which of them an answer is for.</param>
    public Habits(Dice dice, Regulars regulars, Func<Arm, int[]> subjects, Func<Arm, AliasTable> byRequest)
    {
        (_subjects, _byRequest, _sameness) = (subjects, byRequest, regulars.Sameness);
        _slowness = [.. Enumerable.Range(0, regulars.Count).Select(_ => Math.Exp(regulars.LatencySpread * dice.NextNormal()))];
        _place = [.. Enumerable.Range(0, regulars.Count).Select(_ => dice.NextDouble())];
    }

    /// <summary>Whose answer it is.</summary>
    public int Draw(Dice dice, Arm arm) => _subjects(arm)[_byRequest(arm).Draw(dice)];

    /// <summary>How many times as long as others its answers take.</summary>
    public double SlownessOf(int subject) => _slowness[subject];

    /// <summary>Draws a kind for each answer of a scene.</summary>
    /// <param name="scene">The scene.</param>
    /// <param name="chances">Of the kinds; they add up to 1. A subject's own kind is the one at its place in them: where the chances move, few subjects change.</param>
    /// <param name="counts">Takes how many answers are of each kind.</param>
    /// <param name="groups">Takes them by <see cref="SubjectGroups.Key"/>.</param>
    public void Draw(in Scene scene, ReadOnlySpan<double> chances, Span<long> counts, long[] groups)
    {
        for (var i = scene.Answers.Count; i > 0; i--)
        {
            var subject = Draw(scene.Dice, scene.Arm);
            var kind = At(chances, scene.Dice.NextDouble() < _sameness ? _place[subject] : scene.Dice.NextDouble());
            counts[kind]++;
            groups[SubjectGroups.Key(kind, SubjectGroups.Of((uint)subject))]++;
        }
    }

    private static int At(ReadOnlySpan<double> chances, double place)
    {
        for (var kind = 0; kind < chances.Length; kind++)
        {
            place -= chances[kind];
            if (place < 0)
            {
                return kind;
            }
        }

        // Rounding may leave somebody over; the last kind that can happen takes them.
        return chances.LastIndexOfAnyExcept(0.0);
    }
}

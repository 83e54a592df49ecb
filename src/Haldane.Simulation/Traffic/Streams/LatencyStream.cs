using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic.Streams;

/// <summary>How long answers take, to the last byte or to the first.</summary>
internal sealed class LatencyStream(Conditions conditions, Func<Behaviour, LatencyShape?> shapeOf, Func<ArmTally, long[][]> rows, Func<ArmTally, long[]> byGroup) : IStream
{
    private readonly long[] _counts = new long[LatencyBuckets.Count];

    /// <inheritdoc/>
    public void Add(in Scene scene)
    {
        if (shapeOf(scene.Behaviour) is not { } shape || scene.Answers.Count == 0)
        {
            return;
        }

        var factor = scene.Moment.LatencyFactor;
        if (scene.Arm == Arm.Canary && conditions.ColdStart is { } cold && scene.Moment.Elapsed < cold.For)
        {
            factor *= cold.Factor;
        }

        var stalled = Stalled(scene);
        Draw(scene, shape, scene.Answers.Count - stalled, factor);
        if (stalled > 0)
        {
            Draw(scene, shape, stalled, factor * conditions.Stalls!.Factor);
        }

        var first = _counts.AsSpan().IndexOfAnyExcept(0L);
        var range = _counts.AsSpan(first, _counts.AsSpan().LastIndexOfAnyExcept(0L) - first + 1);
        scene.Answers.Deal(scene.Dice, range, first, rows(scene.Tally));
        range.Clear();
    }

    private long Stalled(in Scene scene)
    {
        if (conditions.Stalls is not { } stalls || (stalls.CanaryOnly && scene.Arm == Arm.Baseline))
        {
            return 0;
        }

        // Longer slices hold several seconds, each with its own chance.
        var seconds = Math.Max(1, (long)scene.Moment.Length.TotalSeconds);
        var struck = scene.Dice.Binomial(seconds, stalls.Chance);
        return struck == 0 ? 0 : scene.Dice.Binomial(scene.Answers.Count, stalls.Part * struck / seconds);
    }

    // A factor between two buckets moves each answer by the lower or by the higher whole number of buckets, by chance, as LatencyShape.Times does.
    private void Draw(in Scene scene, LatencyShape shape, long count, double factor)
    {
        var dice = scene.Dice;
        if (scene.Subjects.Habits is { } habits)
        {
            DrawEach(scene, habits, shape, count, factor);
            return;
        }

        if (factor == 1)
        {
            dice.AddMultinomial(count, shape.Table, shape.Chances, _counts.AsSpan(shape.First, shape.Chances.Length));
            return;
        }

        var shift = Math.Log(factor) / LatencyBuckets.LogRatio;
        var whole = (int)Math.Floor(shift);
        var higher = dice.Binomial(count, shift - whole);
        Shifted(dice, shape, count - higher, whole);
        Shifted(dice, shape, higher, whole + 1);
    }

    private void DrawEach(in Scene scene, Habits habits, LatencyShape shape, long count, double factor)
    {
        var groups = byGroup(scene.Tally);
        for (; count > 0; count--)
        {
            var subject = habits.Draw(scene.Dice, scene.Arm);
            var shift = Math.Log(factor * habits.SlownessOf(subject)) / LatencyBuckets.LogRatio;
            var moved = shape.First + shape.Table.Draw(scene.Dice) + (int)Math.Floor(shift + scene.Dice.NextDouble());
            var bucket = Math.Clamp(moved, 0, LatencyBuckets.Count - 1);
            _counts[bucket]++;
            groups[SubjectGroups.Key(LatencySteps.Of(bucket), SubjectGroups.Of((uint)subject))]++;
        }
    }

    private void Shifted(Dice dice, LatencyShape shape, long count, int shift)
    {
        var drawn = new long[shape.Chances.Length];
        dice.AddMultinomial(count, shape.Table, shape.Chances, drawn);
        for (var i = 0; i < drawn.Length; i++)
        {
            _counts[Math.Clamp(shape.First + i + shift, 0, LatencyBuckets.Count - 1)] += drawn[i];
        }
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic.Streams;

/// <summary>A named number that feedback brings later, one by one.</summary>
/// <remarks>Numbers that are not 0 are log-normal where none may be negative, else normal, and held to the range that the specification gives.</remarks>
internal sealed class ValueStream(TrafficModel traffic, SegmentCells layout, string name) : IStream
{
    private readonly Later<Batch> _later = new(traffic.Conditions);
    private readonly Feedback _feedback = traffic.Values.FirstOrDefault(v => v.Name == name) ?? new(name, 0, TimeSpan.Zero);
    private readonly AliasTable[] _cells = [.. Enumerable.Range(0, layout.Segments.Count).Select(s => new AliasTable(traffic.CellParts.AsSpan()[layout.CellsOf(s)]))];

    private sealed record Batch(int Stage, Arm Arm, Dictionary<(int Cell, int Group), Moments> Moments);

    private readonly record struct Moments(long Count, long NonZero, double Sum, double Squares)
    {
        public static Moments operator +(Moments a, Moments b) => new(a.Count + b.Count, a.NonZero + b.NonZero, a.Sum + b.Sum, a.Squares + b.Squares);
    }

    /// <inheritdoc/>
    public void Add(in Scene scene)
    {
        if (scene.Behaviour.Values.FirstOrDefault(v => v.Name == name) is not { } shape)
        {
            return;
        }

        var draw = new Shape(shape);
        var pieces = _later.Split(scene.Dice, scene.Dice.Binomial(scene.Answers.Count, _feedback.Coverage));
        for (var piece = 0; piece < pieces.Length; piece++)
        {
            Dictionary<(int Cell, int Group), Moments> moments = [];
            for (var i = pieces[piece]; i > 0; i--)
            {
                var value = draw.Next(scene.Dice);
                var one = new Moments(1, value == 0 ? 0 : 1, value, value * value);
                var group = scene.Subjects.GroupsOf(scene.Arm).Draw(scene.Dice);
                Add(moments, (SegmentCells.Everyone, group), one);
                for (var s = 0; s < _cells.Length; s++)
                {
                    var cell = scene.OnlyIn is { } only && layout.Owners[only] == s ? only : layout.FirstCell[s] + _cells[s].Draw(scene.Dice);
                    Add(moments, (cell, group), one);
                }
            }

            if (moments.Count > 0)
            {
                _later.Add(new(scene.Moment.Stage, scene.Arm, moments), piece, scene.Moment.End, _feedback.Delay);
            }
        }
    }

    /// <inheritdoc/>
    public EvidenceSlice Release(EvidenceSlice slice, TimeSpan end)
    {
        SortedDictionary<(int Stage, Arm Arm, int Cell, int Group), Moments> sums = [];
        foreach (var batch in _later.Due(end))
        {
            foreach (var ((cell, group), moments) in batch.Moments)
            {
                var key = (batch.Stage, batch.Arm, cell, group);
                sums[key] = sums.GetValueOrDefault(key) + moments;
            }
        }

        return sums.Count == 0 ? slice : slice with
        {
            Values =
            [
                .. slice.Values,
                .. sums.Select(s => new ValueMoments(
                    name, s.Key.Stage, s.Key.Arm, s.Key.Cell, s.Key.Group, s.Value.Count, s.Value.NonZero, s.Value.Sum, s.Value.Squares)),
            ],
        };
    }

    private static void Add(Dictionary<(int Cell, int Group), Moments> moments, (int Cell, int Group) key, Moments one) =>
        moments[key] = moments.GetValueOrDefault(key) + one;

    /// <summary>Draws one number.</summary>
    private readonly struct Shape(ValueShape shape)
    {
        private readonly (double Middle, double Spread, bool IsLog) _nonZero = ValueShapes.NonZero(shape);

        public double Next(Dice dice)
        {
            if (shape.NonZero < 1 && dice.NextDouble() >= shape.NonZero)
            {
                return Math.Clamp(0, shape.Min, shape.Max);
            }

            var value = _nonZero.Middle + (_nonZero.Spread > 0 ? _nonZero.Spread * dice.NextNormal() : 0);
            return Math.Clamp(_nonZero.IsLog ? Math.Exp(value) : value, shape.Min, shape.Max);
        }
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Statistics;

namespace Haldane.Judge.Totals;

/// <summary>A named number that comes as feedback: sums by stage, arm and group of subjects, in one cell.</summary>
/// <remarks>Fixed size. For one thread.</remarks>
internal sealed class GroupedValues
{
    private readonly string _name;
    private readonly int _cell;
    private readonly Side[] _baseline;
    private readonly Side[] _canary;

    /// <summary>Nothing seen.</summary>
    public GroupedValues(string name, int cell, int stages)
    {
        (_name, _cell) = (name, cell);
        _baseline = [.. Enumerable.Range(0, stages).Select(_ => new Side())];
        _canary = [.. Enumerable.Range(0, stages).Select(_ => new Side())];
    }

    /// <summary>Stages that there are.</summary>
    public int Stages => _canary.Length;

    /// <summary>An arm's numbers of a stage.</summary>
    public Side Of(Arm arm, int stage) => (arm == Arm.Canary ? _canary : _baseline)[stage];

    /// <summary>Adds what a slice brings.</summary>
    public void Add(EvidenceSlice slice)
    {
        foreach (var moments in slice.Values.AsSpan())
        {
            if (moments.Cell == _cell && moments.Stage < _canary.Length && moments.Name == _name)
            {
                Of(moments.Arm, moments.Stage).Add(moments);
            }
        }
    }

    /// <summary>An arm over all stages.</summary>
    public (double Count, double Sum) Total(Arm arm)
    {
        var (count, sum) = (0.0, 0.0);
        for (var stage = 0; stage < _canary.Length; stage++)
        {
            (count, sum) = (count + Of(arm, stage).Count, sum + Of(arm, stage).Sum);
        }

        return (count, sum);
    }

    /// <summary>The numbers of one arm in one stage.</summary>
    public sealed class Side
    {
        private readonly double[] _counts = new double[SubjectGroups.Count];
        private readonly double[] _sums = new double[SubjectGroups.Count];

        /// <summary>How many.</summary>
        public double Count { get; private set; }

        /// <summary>How many were not 0.</summary>
        public double NonZero { get; private set; }

        /// <summary>Their sum.</summary>
        public double Sum { get; private set; }

        /// <summary>Their mean; only when there is one.</summary>
        public double Mean => Sum / Count;

        /// <summary>Variance of the mean, as it shows between groups.</summary>
        public double Variance
        {
            get
            {
                Span<double> shifts = stackalloc double[SubjectGroups.Count];
                shifts.Clear();
                AddShifts(shifts, 1);
                return GroupedMean.VarianceOf(shifts);
            }
        }

        /// <summary>Adds by how much each group moves the mean: variances of what rests on several means are read from the sums.</summary>
        /// <param name="shifts">By group.</param>
        /// <param name="weight">What a change of the mean counts for.</param>
        public void AddShifts(Span<double> shifts, double weight)
        {
            var mean = Mean;
            for (var g = 0; g < shifts.Length; g++)
            {
                shifts[g] += weight * (_sums[g] - mean * _counts[g]) / Count;
            }
        }

        /// <summary>Adds numbers.</summary>
        public void Add(ValueMoments moments)
        {
            _counts[moments.Group] += moments.Count;
            _sums[moments.Group] += moments.Sum;
            Count += moments.Count;
            NonZero += moments.NonZero;
            Sum += moments.Sum;
        }
    }
}

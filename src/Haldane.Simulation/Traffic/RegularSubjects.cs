using System.Collections;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>The same subjects come again and again; each stays on its arm, and a growing share moves subjects to the canary only.</summary>
internal sealed class RegularSubjects : ISubjects
{
    // One subject in so many is watched for the sample-ratio check: enough to see, and not each request must be looked at.
    private const int Watched = 16;

    private readonly double[] _weights;
    private readonly bool[] _errorProne;
    private readonly int[] _buckets;
    private readonly double _errorPart;
    private readonly ArmSubjects[] _arms = new ArmSubjects[2];
    private readonly Dictionary<int, Seen> _seen = [];
    private Seen _watched;

    /// <summary>Makes the subjects.</summary>
    public RegularSubjects(Dice dice, Regulars regulars)
    {
        _weights = new double[regulars.Count];
        _errorProne = new bool[regulars.Count];
        _buckets = new int[regulars.Count];
        _watched = new(regulars.Count);
        for (var i = 0; i < regulars.Count; i++)
        {
            _weights[i] = Math.Pow(i + 1, -regulars.Zipf);
            _errorProne[i] = dice.NextDouble() < regulars.ErrorProne;
            _buckets[i] = dice.Next(Share.Whole);
        }

        _errorProne[0] |= !_errorProne.Contains(true);
        _errorPart = _weights.Where((_, i) => _errorProne[i]).Sum() / _weights.Sum();
        if (regulars is not { LatencySpread: 0, Sameness: 0 })
        {
            Habits = new(dice, regulars, arm => _arms[(int)arm].Subjects, arm => _arms[(int)arm].ByRequest!);
        }
    }

    /// <inheritdoc/>
    public double CanaryPart { get; private set; }

    /// <inheritdoc/>
    public Habits? Habits { get; }

    /// <inheritdoc/>
    public void Enter(Share share)
    {
        foreach (var arm in (ReadOnlySpan<Arm>)[Arm.Baseline, Arm.Canary])
        {
            _arms[(int)arm] = new(this, i => _buckets[i] < share.BasisPoints == (arm == Arm.Canary));
        }

        CanaryPart = _arms[(int)Arm.Canary].Weight / (_arms[0].Weight + _arms[1].Weight);
        _seen.Remove((int)Once.Label);
        foreach (var seen in _seen.Values)
        {
            seen.Enter();
        }

        _watched = new(_weights.Length);
    }

    /// <inheritdoc/>
    public double ErrorFactor(Arm arm) => _arms[(int)arm] is { Weight: > 0 } own ? own.ErrorWeight / own.Weight / _errorPart : 0;

    /// <inheritdoc/>
    public (long Baseline, long Canary) NewOf(Dice dice, long baseline, long canary) =>
        (NewOf(dice, _arms[(int)Arm.Baseline], baseline), NewOf(dice, _arms[(int)Arm.Canary], canary));

    /// <inheritdoc/>
    public long FirstsOf(Dice dice, Arm arm, int what, long count)
    {
        if (!_seen.TryGetValue(what, out var seen))
        {
            _seen[what] = seen = new(_weights.Length);
        }

        var own = _arms[(int)arm];
        return what == (int)Once.Error ? seen.Draw(dice, own.ErrorSubjects, own.ByError, count) : seen.Draw(dice, own.Subjects, own.ByRequest, count);
    }

    /// <inheritdoc/>
    public GroupParts GroupsOf(Arm arm) => _arms[(int)arm].ByGroup!;

    private long NewOf(Dice dice, ArmSubjects arm, long exchanges) =>
        arm.Watched is null ? 0 : _watched.Draw(dice, arm.WatchedSubjects, arm.Watched, dice.Binomial(exchanges, arm.WatchedWeight / arm.Weight));

    /// <summary>Who was seen.</summary>
    private sealed class Seen(int subjects)
    {
        private readonly BitArray _marks = new(subjects);
        private readonly Dictionary<int[], long> _left = [];

        /// <summary>Subjects are on other arms now.</summary>
        public void Enter() => _left.Clear();

        /// <summary>How many of so many draws are the subject's first; nobody is drawn once everybody was.</summary>
        public long Draw(Dice dice, int[] among, AliasTable? table, long count)
        {
            if (!_left.TryGetValue(among, out var left))
            {
                left = table is null ? 0 : among.Count(subject => !_marks[subject]);
            }

            var before = left;
            for (; count > 0 && left > 0; count--)
            {
                var subject = among[table!.Draw(dice)];
                left -= _marks[subject] ? 0 : 1;
                _marks[subject] = true;
            }

            _left[among] = left;
            return before - left;
        }
    }

    /// <summary>The subjects of an arm in a stage.</summary>
    private sealed class ArmSubjects
    {
        public ArmSubjects(RegularSubjects all, Predicate<int> belongs)
        {
            Subjects = [.. Enumerable.Range(0, all._weights.Length).Where(i => belongs(i))];
            ErrorSubjects = [.. Subjects.Where(i => all._errorProne[i])];
            double[] weights = [.. Subjects.Select(i => all._weights[i])], errors = [.. ErrorSubjects.Select(i => all._weights[i])];
            (Weight, ErrorWeight) = (weights.Sum(), errors.Sum());
            ByRequest = Weight > 0 ? new(weights) : null;
            ByError = ErrorWeight > 0 ? new(errors) : null;

            WatchedSubjects = [.. Subjects.Where(i => i % RegularSubjects.Watched == 0)];
            double[] watched = [.. WatchedSubjects.Select(i => all._weights[i])];
            WatchedWeight = watched.Sum();
            Watched = WatchedWeight > 0 ? new(watched) : null;

            var groups = new double[SubjectGroups.Count];
            for (var i = 0; i < Subjects.Length; i++)
            {
                groups[SubjectGroups.Of((uint)Subjects[i])] += weights[i];
            }

            ByGroup = Weight > 0 ? new(groups) : null;
        }

        public int[] Subjects { get; }

        public int[] ErrorSubjects { get; }

        public int[] WatchedSubjects { get; }

        public double Weight { get; }

        public double ErrorWeight { get; }

        public double WatchedWeight { get; }

        public AliasTable? ByRequest { get; }

        public AliasTable? ByError { get; }

        public AliasTable? Watched { get; }

        public GroupParts? ByGroup { get; }
    }
}

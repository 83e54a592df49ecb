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
    private readonly Dictionary<int, BitArray> _seen = [];
    private readonly BitArray _watched;

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
        _errorPart = Sum(_ => true, errorsOnly: true) / Sum(_ => true, errorsOnly: false);
    }

    /// <inheritdoc/>
    public double CanaryPart { get; private set; }

    /// <inheritdoc/>
    public void Enter(Share share)
    {
        foreach (var arm in (ReadOnlySpan<Arm>)[Arm.Baseline, Arm.Canary])
        {
            _arms[(int)arm] = new(this, i => _buckets[i] < share.BasisPoints == (arm == Arm.Canary));
        }

        CanaryPart = _arms[(int)Arm.Canary].Weight / (_arms[0].Weight + _arms[1].Weight);
        _seen.Clear();
        _watched.SetAll(false);
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
        var drawn = what == (int)Once.Error ? own.ByError : own.ByRequest;
        var firsts = 0L;
        for (; count > 0; count--)
        {
            var subject = own.Subjects[drawn!.Draw(dice)];
            firsts += seen[subject] ? 0 : 1;
            seen[subject] = true;
        }

        return firsts;
    }

    /// <inheritdoc/>
    public void AddGroups(Dice dice, Arm arm, long count, Span<long> groups) =>
        dice.AddMultinomial(count, _arms[(int)arm].ByGroup!, _arms[(int)arm].GroupParts, groups);

    /// <inheritdoc/>
    public int GroupOf(Dice dice, Arm arm) => _arms[(int)arm].ByGroup!.Draw(dice);

    private long NewOf(Dice dice, ArmSubjects arm, long exchanges)
    {
        if (arm.Watched is not { } watched)
        {
            return 0;
        }

        var fresh = 0L;
        for (var k = dice.Binomial(exchanges, arm.WatchedWeight / arm.Weight); k > 0; k--)
        {
            var subject = arm.WatchedSubjects[watched.Draw(dice)];
            fresh += _watched[subject] ? 0 : 1;
            _watched[subject] = true;
        }

        return fresh;
    }

    private double Sum(Predicate<int> chosen, bool errorsOnly)
    {
        var sum = 0.0;
        for (var i = 0; i < _weights.Length; i++)
        {
            sum += chosen(i) && (!errorsOnly || _errorProne[i]) ? _weights[i] : 0;
        }

        return sum;
    }

    /// <summary>The subjects of an arm in a stage.</summary>
    private sealed class ArmSubjects
    {
        public ArmSubjects(RegularSubjects all, Predicate<int> belongs)
        {
            Subjects = [.. Enumerable.Range(0, all._weights.Length).Where(i => belongs(i))];
            double[] weights = [.. Subjects.Select(i => all._weights[i])], errors = [.. Subjects.Select(i => all._errorProne[i] ? all._weights[i] : 0)];
            (Weight, ErrorWeight) = (weights.Sum(), errors.Sum());
            ByRequest = Weight > 0 ? new(weights) : null;
            ByError = ErrorWeight > 0 ? new(errors) : null;

            WatchedSubjects = [.. Subjects.Where(i => i % RegularSubjects.Watched == 0)];
            double[] watched = [.. WatchedSubjects.Select(i => all._weights[i])];
            WatchedWeight = watched.Sum();
            Watched = WatchedWeight > 0 ? new(watched) : null;

            GroupParts = new double[SubjectGroups.Count];
            for (var i = 0; i < Subjects.Length; i++)
            {
                GroupParts[SubjectGroups.Of((uint)Subjects[i])] += weights[i] / Weight;
            }

            ByGroup = Weight > 0 ? new(GroupParts) : null;
        }

        public int[] Subjects { get; }

        public int[] WatchedSubjects { get; }

        public double Weight { get; }

        public double ErrorWeight { get; }

        public double WatchedWeight { get; }

        public double[] GroupParts { get; }

        public AliasTable? ByRequest { get; }

        public AliasTable? ByError { get; }

        public AliasTable? Watched { get; }

        public AliasTable? ByGroup { get; }
    }
}

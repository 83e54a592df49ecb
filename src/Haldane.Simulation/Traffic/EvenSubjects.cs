using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>So many subjects that come again and again, all alike: only how many of them were seen is kept, not who.</summary>
/// <remarks>
/// Of the subjects of an arm that were not seen yet, each is seen by chance 1 - e^(-occurrences / subjects): the mean is exact where occurrences come at random times.
/// Each stays on its arm, and a growing share moves subjects to the canary only.
/// </remarks>
internal sealed class EvenSubjects(Dice own, int count) : ISubjects
{
    // What is new in the sample-ratio check is a kind of its own.
    private const int SeenAtAll = -1;

    private readonly Dictionary<(Arm, int), long> _unseen = [];
    private readonly GroupParts[] _groups = [GroupParts.Even, GroupParts.Even];
    private double _share;
    private long _canary;

    /// <inheritdoc/>
    public double CanaryPart => _canary / (double)count;

    /// <inheritdoc/>
    public void Enter(Share share)
    {
        if (share.Fraction < _share)
        {
            _canary = own.Binomial(count, share.Fraction);
            _unseen.Clear();
        }
        else
        {
            Move(own.Binomial(count - _canary, (share.Fraction - _share) / (1 - _share)));
        }

        _share = share.Fraction;
        (_groups[(int)Arm.Baseline], _groups[(int)Arm.Canary]) = (Deal(count - _canary), Deal(_canary));
    }

    /// <inheritdoc/>
    public GroupParts GroupsOf(Arm arm) => _groups[(int)arm];

    /// <inheritdoc/>
    public double ErrorFactor(Arm arm) => 1;

    /// <inheritdoc/>
    public (long Baseline, long Canary) NewOf(Dice dice, long baseline, long canary) =>
        (FirstsOf(dice, Arm.Baseline, SeenAtAll, baseline), FirstsOf(dice, Arm.Canary, SeenAtAll, canary));

    /// <inheritdoc/>
    public long FirstsOf(Dice dice, Arm arm, int what, long occurrences)
    {
        var subjects = arm == Arm.Canary ? _canary : count - _canary;
        var unseen = _unseen.GetValueOrDefault((arm, what), subjects);
        var seen = -double.ExpM1(-occurrences / (double)subjects);

        // Few occurrences: each is a first by chance. Many: each subject is met by chance. Both have the same mean.
        var firsts = occurrences < subjects
            ? dice.Binomial(Math.Min(occurrences, unseen), unseen * seen / Math.Max(1, Math.Min(occurrences, unseen)))
            : dice.Binomial(unseen, seen);
        _unseen[(arm, what)] = unseen - firsts;
        return firsts;
    }

    private GroupParts Deal(long subjects)
    {
        var groups = new long[SubjectGroups.Count];
        GroupParts.Even.Add(own, subjects, groups);
        return subjects > 0 ? new([.. groups.Select(n => (double)n)]) : GroupParts.Even;
    }

    // To the canary; whoever was not seen yet is as likely to be among them as anybody.
    private void Move(long moved)
    {
        foreach (var (arm, what) in _unseen.Keys.ToList())
        {
            if (what is SeenAtAll or (int)Once.Label)
            {
                _unseen.Remove((arm, what));
            }
            else if (arm == Arm.Baseline)
            {
                var unseen = own.Hypergeometric(count - _canary, _unseen[(arm, what)], moved);
                _unseen[(arm, what)] -= unseen;
                _unseen[(Arm.Canary, what)] = _unseen.GetValueOrDefault((Arm.Canary, what), _canary) + unseen;
            }
            else if (!_unseen.ContainsKey((Arm.Baseline, what)))
            {
                _unseen[(arm, what)] += moved;
            }
        }

        _canary += moved;
    }
}

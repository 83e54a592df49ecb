using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic;

/// <summary>What the answers of one arm were like by group of subjects, reported when the gateway would.</summary>
/// <remarks>
/// Where subjects have habits, their answers are drawn with their groups and added here. Where all are alike the groups say nothing about an answer: then each kind is dealt
/// over them when it is reported. For one thread.
/// </remarks>
/// <param name="cells">How many cells there are.</param>
/// <param name="classes">How many classes are told apart, other included.</param>
/// <param name="subjects">Whose answers they are.</param>
internal sealed class GroupTally(int cells, int classes, ISubjects subjects)
{
    private readonly Part _answers = new(cells);
    private readonly Part[] _parts = [new(LatencySteps.Count), new(LatencySteps.Count), new(classes), new(ConfidenceBins.Count)];

    public long[] Latency => _parts[0].Counts;

    public long[] FirstToken => _parts[1].Counts;

    public long[] Classes => _parts[2].Counts;

    public long[] Confidence => _parts[3].Counts;

    /// <summary>What is due to be reported; then nothing of it is left here. Null when nothing is.</summary>
    /// <param name="dice">Chance.</param>
    /// <param name="arm">The arm.</param>
    /// <param name="slice">What came since the last call, by cell.</param>
    public GroupedAnswers? Report(Dice dice, Arm arm, ReadOnlySpan<CellEvidence> slice)
    {
        // Who a subject is says nothing about the segments of its exchanges.
        for (var cell = 0; cell < cells; cell++)
        {
            _answers.Add(cell, slice[cell].Exchanges - slice[cell].Errors);
        }

        var everyone = slice[SegmentCells.Everyone];
        if (subjects.Habits is null)
        {
            _parts[0].AddSteps(everyone.Latency);
            _parts[1].AddSteps(everyone.FirstToken);
            _parts[2].Add(everyone.Classes);
            _parts[3].Add(everyone.Confidence);
        }

        var groups = subjects.GroupsOf(arm);
        var report = new GroupedAnswers
        {
            Answers = _answers.Take(dice, groups, everyone.Exchanges - everyone.Errors),
            Latency = _parts[0].Take(dice, groups, everyone.Latency.Total()),
            FirstToken = _parts[1].Take(dice, groups, everyone.FirstToken.Total()),
            Classes = _parts[2].Take(dice, groups, everyone.Classes.Sum()),
            Confidence = _parts[3].Take(dice, groups, everyone.Confidence.Sum()),
        };
        return report == GroupedAnswers.Nothing ? null : report;
    }

    /// <summary>A new stage begins: what was not reported is gone, as at the gateway.</summary>
    public void Clear()
    {
        foreach (var part in (Part[])[_answers, .. _parts])
        {
            part.Clear();
        }
    }

    /// <summary>Answers by one kind of thing that they were like.</summary>
    private sealed class Part(int kinds)
    {
        private readonly long[] _undealt = new long[kinds];
        private ReportPace _pace = new();

        public long[] Counts { get; } = new long[kinds * SubjectGroups.Count];

        public void Add(int kind, long count) => _undealt[kind] += count;

        public void AddSteps(SparseCounts latencies)
        {
            for (var i = 0; i < latencies.Buckets.Count; i++)
            {
                _undealt[LatencySteps.Of(latencies.Buckets[i])] += latencies.Counts[i];
            }
        }

        public void Add(ValueList<long> counts)
        {
            for (var kind = 0; kind < counts.Count; kind++)
            {
                _undealt[kind] += counts[kind];
            }
        }

        public SparseCounts Take(Dice dice, GroupParts groups, long more)
        {
            if (!_pace.IsDue(more))
            {
                return SparseCounts.Empty;
            }

            for (var kind = 0; kind < kinds; kind++)
            {
                groups.Add(dice, _undealt[kind], Counts.AsSpan(SubjectGroups.Key(kind, 0), SubjectGroups.Count));
            }

            var counts = SparseCounts.Of(Counts);
            Array.Clear(Counts);
            Array.Clear(_undealt);
            return counts;
        }

        public void Clear()
        {
            Array.Clear(Counts);
            Array.Clear(_undealt);
            _pace = new();
        }
    }
}

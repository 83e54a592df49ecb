using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Gateway.Counting;

/// <summary>Where the counters of an arm's cell stand in a block, and behind all cells the groups of subjects of each arm. Immutable.</summary>
/// <param name="cells">How many cells.</param>
/// <param name="mixes">What is read of answers.</param>
/// <param name="firstToken">Whether there is room for the time to the first byte.</param>
internal sealed class CellLayout(int cells, MixSizes mixes, bool firstToken)
{
    public const int Exchanges = 0;
    public const int Errors = 1;
    public const int Unread = 2;
    public const int FailedOver = 3;
    public const int Events = 4;

    /// <summary>The kinds of all mixes, side by side.</summary>
    public static int Kinds { get; } = Events + GatewayEvents.All.Count;

    public MixSizes Mixes => mixes;

    public bool HasFirstToken => firstToken;

    public int Latency => Kinds + mixes.Total;

    public int FirstToken => Latency + LatencyBuckets.Count;

    public int Length => Groups(Arm.Canary) + SubjectGroups.Count;

    private int Stride => FirstToken + (firstToken ? LatencyBuckets.Count : 0);

    public int At(Arm arm, int cell) => ((int)arm * cells + cell) * Stride;

    /// <summary>Where an arm's answers by group of subjects stand.</summary>
    public int Groups(Arm arm) => 2 * cells * Stride + (int)arm * SubjectGroups.Count;

    /// <summary>Turns the counters of an arm into evidence.</summary>
    /// <param name="block">The counters.</param>
    /// <param name="arm">The arm.</param>
    /// <param name="newSubjects">See <see cref="ArmEvidence.NewSubjects"/>.</param>
    /// <param name="groups">What is counted by group of subjects; null: nothing.</param>
    public ArmEvidence Evidence(ReadOnlySpan<long> block, Arm arm, long newSubjects, GroupCounters? groups)
    {
        var evidence = new CellEvidence[cells];
        for (var cell = 0; cell < cells; cell++)
        {
            var counters = block.Slice(At(arm, cell), Stride);
            evidence[cell] = counters.IndexOfAnyExcept(0L) < 0
                ? CellEvidence.Empty
                : new()
                {
                    Exchanges = counters[Exchanges],
                    Errors = counters[Errors],
                    FailedOver = counters[FailedOver],
                    Unread = counters[Unread],
                    Classes = KindsOf(Mix.Classes, counters),
                    Confidence = KindsOf(Mix.Confidence, counters),
                    Attribution = KindsOf(Mix.Attribution, counters),
                    Latency = SparseCounts.Of(counters.Slice(Latency, LatencyBuckets.Count)),
                    FirstToken = SparseCounts.Of(counters[FirstToken..]),
                };
        }

        var answers = block.Slice(Groups(arm), SubjectGroups.Count);
        return new()
        {
            Cells = ValueList.Create<CellEvidence>(evidence),
            NewSubjects = newSubjects,
            AnswersByGroup = answers.IndexOfAnyExcept(0L) < 0 ? [] : ValueList.Create(answers),
            ByGroup = groups?.Report(arm, evidence[SegmentCells.Everyone]),
        };
    }

    /// <summary>The events that happened, by arm, cell and event; none that did not.</summary>
    public ValueList<EventCounts> EventsOf(ReadOnlySpan<long> block, int stage)
    {
        var events = new List<EventCounts>();
        foreach (var arm in (ReadOnlySpan<Arm>)[Arm.Baseline, Arm.Canary])
        {
            for (var cell = 0; cell < cells; cell++)
            {
                var counts = block.Slice(At(arm, cell) + Events, GatewayEvents.All.Count);
                for (var i = 0; i < counts.Length; i++)
                {
                    if (counts[i] > 0)
                    {
                        events.Add(new(GatewayEvents.All[i], stage, arm, cell, counts[i], 0));
                    }
                }
            }
        }

        return events.ToValueList();
    }

    private ValueList<long> KindsOf(Mix mix, ReadOnlySpan<long> counters) => ValueList.Create(counters.Slice(Kinds + mixes.Before(mix), mixes[mix]));
}

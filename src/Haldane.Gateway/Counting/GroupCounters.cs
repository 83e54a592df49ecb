using System.Buffers;
using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Gateway.Counting;

/// <summary>What the answers of everyone were like, by group of subjects: <see cref="GroupedAnswers"/> while they are counted.</summary>
/// <remarks>
/// Any thread may count: each core has its own block. Counters only grow, and by less than 2^31 between two reports; one thread at a time may take a report.
/// </remarks>
internal sealed class GroupCounters
{
    private readonly int _answers;
    private readonly int _latency;
    private readonly int _firstToken;
    private readonly int _kinds;
    private readonly int _rows;
    private readonly int _perArm;
    private readonly int[][] _blocks;
    private readonly int[] _reported;
    private readonly ReportPace[][] _paces = [NewPaces(), NewPaces()]; // by arm
    private readonly MixSizes _mixes;

    /// <summary>Nothing counted.</summary>
    /// <param name="cells">How many cells there are.</param>
    /// <param name="mixes">What is read of answers.</param>
    /// <param name="firstToken">Whether the time to the first byte is counted.</param>
    /// <param name="cores">How many blocks.</param>
    /// <param name="inRows">Whether an answer may bring many predictions.</param>
    public GroupCounters(int cells, MixSizes mixes, bool firstToken, int cores, bool inRows = false)
    {
        (_answers, _latency) = (0, cells * SubjectGroups.Count);
        _firstToken = _latency + LatencySteps.Count * SubjectGroups.Count;
        _kinds = _firstToken + (firstToken ? LatencySteps.Count * SubjectGroups.Count : 0);
        _mixes = mixes;
        _rows = _kinds + mixes.Total * SubjectGroups.Count;
        _perArm = _rows + (inRows ? cells * SubjectGroups.Count : 0);
        _blocks = [.. Enumerable.Range(0, cores).Select(_ => new int[2 * _perArm])];
        _reported = new int[2 * _perArm];
    }

    /// <summary>Counts an answer that came whole.</summary>
    /// <param name="core">Whose block.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="kinds">What it adds to its mixes.</param>
    /// <param name="cells">The cells that it is in.</param>
    /// <param name="latency">The bucket of its latency; below 0: none.</param>
    /// <param name="firstToken">The bucket of the time to its first byte; below 0: none.</param>
    public void Answered(int core, in CountedAnswer answer, ReadOnlySpan<KindCount> kinds, ReadOnlySpan<int> cells, int latency, int firstToken)
    {
        var block = _blocks[core].AsSpan((int)answer.Arm * _perArm, _perArm);
        var group = SubjectGroups.Of(answer.Subject);
        foreach (var cell in cells)
        {
            Interlocked.Increment(ref block[_answers + SubjectGroups.Key(cell, group)]);
        }

        if (latency >= 0)
        {
            Interlocked.Increment(ref block[_latency + SubjectGroups.Key(LatencySteps.Of(latency), group)]);
        }

        if (firstToken >= 0)
        {
            Interlocked.Increment(ref block[_firstToken + SubjectGroups.Key(LatencySteps.Of(firstToken), group)]);
        }

        foreach (var (kind, count) in kinds)
        {
            Interlocked.Add(ref block[_kinds + SubjectGroups.Key(kind, group)], count);
        }

        var predictions = answer.Rows?.Count ?? (answer.Prediction is null ? 0 : 1);
        foreach (var cell in predictions > 0 && _perArm > _rows ? cells : default)
        {
            Interlocked.Add(ref block[_rows + SubjectGroups.Key(cell, group)], predictions);
        }
    }

    /// <summary>What was counted of an arm and is due to be reported; null when nothing is.</summary>
    /// <param name="arm">The arm.</param>
    /// <param name="everyone">What came since the last call.</param>
    public GroupedAnswers? Report(Arm arm, CellEvidence everyone)
    {
        var paces = _paces[(int)arm];
        var report = new GroupedAnswers
        {
            Answers = Take(paces[0], everyone.Exchanges - everyone.Errors, arm, _answers, _latency),
            Latency = Take(paces[1], everyone.Latency.Total(), arm, _latency, _firstToken),
            FirstToken = Take(paces[2], everyone.FirstToken.Total(), arm, _firstToken, _kinds),
            Classes = Take(paces[3], everyone, arm, Mix.Classes),
            Confidence = Take(paces[4], everyone, arm, Mix.Confidence),
            Attribution = Take(paces[5], everyone, arm, Mix.Attribution),
            Predictions = Take(paces[6], everyone.Predictions, arm, _rows, _perArm),
        };
        return report == GroupedAnswers.Nothing ? null : report;
    }

    private static ReportPace[] NewPaces() => [new(), new(), new(), new(), new(), new(), new()];

    private SparseCounts Take(ReportPace pace, CellEvidence everyone, Arm arm, Mix mix)
    {
        var from = _kinds + _mixes.Before(mix) * SubjectGroups.Count;
        return Take(pace, everyone.Of(mix).Sum(), arm, from, from + _mixes[mix] * SubjectGroups.Count);
    }

    private SparseCounts Take(ReportPace pace, long more, Arm arm, int from, int end)
    {
        if (!pace.IsDue(more))
        {
            return SparseCounts.Empty;
        }

        // Borrowed, for these are large and come by the thousand: a fleet of rollouts reports each second.
        var borrowed = ArrayPool<long>.Shared.Rent(end - from);
        var grown = borrowed.AsSpan(0, end - from);
        grown.Clear();
        Growth.Take(_blocks, _reported, (int)arm * _perArm + from, grown);
        var counts = SparseCounts.Of(grown);
        ArrayPool<long>.Shared.Return(borrowed);
        return counts;
    }
}

using System.Collections.Concurrent;
using System.Diagnostics;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Protocols;
using Haldane.Gateway.Shadow.Comparison;

namespace Haldane.Gateway.Shadow;

/// <summary>Compares the answers of both versions to a copied request, and books both as evidence.</summary>
/// <remarks>
/// Both arms are booked together and only here, so that they have seen the same requests: what was dropped is in neither. Any thread may offer; it works on the thread pool, one pair at a time, so that
/// comparing takes at most one core from the callers.
/// </remarks>
internal sealed class PairDesk(
    AnswerReader answers, AnswerComparison comparison, StageCounters counters, PairCounters pairs, ShadowTotals totals, PairSample sample) : IThreadPoolWorkItem
{
    // Then others on the thread pool have their turn.
    private const int Batch = 16;

    private readonly ConcurrentQueue<ShadowCopy> _answered = new();
    private int _isBusy;

    /// <summary>What the baseline's tokens cost; null: not known.</summary>
    public PriceSpec? BaselinePrice { get; init; }

    /// <summary>What the canary's tokens cost; null: not known.</summary>
    public PriceSpec? CanaryPrice { get; init; }

    /// <summary>What became of copies.</summary>
    public ShadowTotals Totals => totals;

    /// <summary>What both arms are counted by.</summary>
    public StageCounters Counters => counters;

    /// <summary>Pairs that differ.</summary>
    public PairSample Sample => sample;

    /// <summary>Pairs that were compared since the last call.</summary>
    public ValueList<PairCounts> Take() => pairs.Take();

    /// <summary>Takes a copy that was answered.</summary>
    public void Offer(ShadowCopy copy)
    {
        _answered.Enqueue(copy);
        Start();
    }

    void IThreadPoolWorkItem.Execute()
    {
        for (var i = 0; i < Batch && _answered.TryDequeue(out var copy); i++)
        {
            try
            {
                Book(copy);
            }
            catch (Exception e) // a fault of ours costs this pair, not the process
            {
                Debug.Fail(e.Message);
            }
            finally
            {
                copy.Drop();
            }
        }

        Interlocked.Exchange(ref _isBusy, 0);
        if (!_answered.IsEmpty)
        {
            Start();
        }
    }

    private void Start()
    {
        if (Interlocked.CompareExchange(ref _isBusy, 1, 0) == 0)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    private void Book(ShadowCopy copy)
    {
        CopyText.Read(copy.Call, copy.Baseline, BaselinePrice);
        Read(copy, copy.Canary, CanaryPrice);
        Count(Arm.Baseline, copy, copy.Baseline);
        Count(Arm.Canary, copy, copy.Canary);
        if (copy.IsControl)
        {
            Read(copy, copy.Control, BaselinePrice);
            if (comparison.Compare(copy.Baseline, copy.Control, detail: false) is { } itself)
            {
                pairs.Add(copy.SegmentCode, itself.Differs, ofBaseline: true);
            }
        }

        var compared = comparison.Compare(copy.Baseline, copy.Canary, detail: sample.Keeps);
        if (compared is { } result)
        {
            pairs.Add(copy.SegmentCode, result.Differs, ofBaseline: false);
            if (result.Differs)
            {
                sample.Add(copy, result);
            }
        }

        totals.Answered(copy.Canary.IsAnswered, compared?.Differs);
    }

    private void Read(ShadowCopy copy, CopyAnswer answer, PriceSpec? price)
    {
        CopyText.Read(copy.Call, answer, price);
        if (!copy.Call.IsText() && answers.Reads && answer is { IsAnswered: true, Status: >= 200 and < 300 })
        {
            answer.Prediction = answer.IsUnknown ? answers.Unreadable : answers.Read(answer.Body.Span, answer.Form, answer.Rows);
            answer.Feature = answer.IsUnknown ? AttributionReader.Unread : answers.DrawFeature(answer.Body.Span, answer.Form, copy.Nonce, Arm.Canary);
        }
    }

    private void Count(Arm arm, ShadowCopy copy, CopyAnswer answer)
    {
        if (!answer.IsAnswered)
        {
            counters.Failed(arm, copy.SegmentCode, copy.Subject);
            return;
        }

        counters.Answered(new(arm, copy.Subject, copy.SegmentCode)
        {
            Latency = answer.Latency,
            FirstToken = answer.FirstToken,
            Prediction = answer.Prediction,
            Rows = answer.Rows.Count > 0 ? answer.Rows : null,
            Feature = answer.Feature,
            Events = answer.Events,
            Values = answer.Facts.Values,
        });
    }
}

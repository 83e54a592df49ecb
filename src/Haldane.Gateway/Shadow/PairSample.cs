using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Shadow.Comparison;

namespace Haldane.Gateway.Shadow;

/// <summary>The last pairs whose answers differ, for people to look at: in memory only, bounded, and blotted out where the operator asked for it.</summary>
/// <remarks>Any thread.</remarks>
internal sealed class PairSample(int most, Redaction redaction)
{
    private readonly Lock _gate = new();
    private readonly Queue<DifferingPair> _pairs = new();
    private long _number;

    /// <summary>Whether any are kept.</summary>
    public bool Keeps => most > 0;

    /// <summary>The newest first.</summary>
    public IReadOnlyList<DifferingPair> Newest
    {
        get
        {
            lock (_gate)
            {
                return [.. _pairs.Reverse()];
            }
        }
    }

    /// <summary>Keeps a pair, in the place of the oldest.</summary>
    public void Add(ShadowCopy copy, PairResult result)
    {
        if (!Keeps)
        {
            return;
        }

        var pair = new DifferingPair
        {
            At = copy.At,
            Request = redaction.Of(copy.Body.Span, ShadowLimits.KeptSide),
            Baseline = Side(copy.Baseline),
            Canary = Side(copy.Canary),
            Fields = result.Fields.ToValueList(),
            ConfidenceDifference = result.ConfidenceDifference,
            Similarity = result.Similarity,
            Cosine = result.Cosine,
        };
        lock (_gate)
        {
            _pairs.Enqueue(pair with { Number = ++_number });
            if (_pairs.Count > most)
            {
                _pairs.Dequeue();
            }
        }
    }

    private PairSide Side(CopyAnswer answer) => new(
        answer.Status,
        double.IsNaN(answer.Latency) ? null : answer.Latency,
        answer.IsUnknown ? null : redaction.Of(answer.Body.Span, ShadowLimits.KeptSide));
}

using Haldane.Core.Evidence;

namespace Haldane.Characteristics.Peers;

/// <summary>The totals of one minute: all that a metrics store would hold.</summary>
internal sealed class Minute
{
    public ArmMinute Baseline { get; } = new();

    public ArmMinute Canary { get; } = new();
}

/// <summary>One arm's totals of some minutes.</summary>
internal sealed class ArmMinute
{
    private readonly int[] _latency = new int[LatencyBuckets.Count];
    private int _answers;

    public int Exchanges { get; private set; }

    public int Errors { get; private set; }

    public int First { get; private set; }

    public int Labelled { get; private set; }

    public int Wrong { get; private set; }

    /// <summary>Exchanges that were answered.</summary>
    public int Answers => _answers;

    /// <summary>Failed exchanges per exchange.</summary>
    public double ErrorRate => Errors / (double)Exchanges;

    /// <summary>Wrong answers per label.</summary>
    public double WrongRate => Wrong / (double)Labelled;

    /// <summary>Part of the answers in the first class.</summary>
    public double FirstPart => First / (double)Answers;

    /// <summary>The bucket of a quantile.</summary>
    public int Quantile(double p)
    {
        double rank = p * _answers, below = 0;
        var bucket = -1;
        while (below < rank)
        {
            below += _latency[++bucket];
        }

        return bucket;
    }

    /// <summary>Seconds, the upper edge of the quantile's bucket.</summary>
    public double P99 => LatencyBuckets.Edge(Quantile(0.99));

    /// <summary>Answers above a bucket.</summary>
    public int Above(int bucket) => _latency.AsSpan(bucket + 1).ToArray().Sum();

    public void Add(Tally tally)
    {
        Exchanges += tally.Exchanges;
        Errors += tally.Errors;
        First += tally.First;
        Labelled += tally.Labelled;
        Wrong += tally.Wrong;
        _answers += tally.Latency.Count;
        foreach (var bucket in tally.Latency)
        {
            _latency[bucket]++;
        }
    }

    public void Add(ArmMinute minute)
    {
        Exchanges += minute.Exchanges;
        Errors += minute.Errors;
        First += minute.First;
        Labelled += minute.Labelled;
        Wrong += minute.Wrong;
        _answers += minute._answers;
        for (var i = 0; i < _latency.Length; i++)
        {
            _latency[i] += minute._latency[i];
        }
    }
}

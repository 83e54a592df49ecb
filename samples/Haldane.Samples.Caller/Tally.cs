using System.Text;
using System.Text.Json;

namespace Haldane.Samples.Caller;

/// <summary>What was seen so far. Any thread may count.</summary>
internal sealed class Tally
{
    private const int MaximumSamples = 5;

    // Bins of 0.1 ms up to a little more than the longest a call may take.
    private const double BinsPerMillisecond = 10.0;
    private readonly int[] _latencies = new int[110_000];
    private readonly Lock _gate = new();
    private readonly List<string> _samples = [];
    private long _requests, _callerErrors, _notSent, _feedbackSent, _feedbackJoined, _feedbackErrors;

    public long Requests => Interlocked.Read(ref _requests);

    public long CallerErrors => Interlocked.Read(ref _callerErrors);

    public long NotSent => Interlocked.Read(ref _notSent);

    public long FeedbackSent => Interlocked.Read(ref _feedbackSent);

    public long FeedbackJoined => Interlocked.Read(ref _feedbackJoined);

    public long FeedbackErrors => Interlocked.Read(ref _feedbackErrors);

    public void Called() => Interlocked.Increment(ref _requests);

    public void LeftOut() => Interlocked.Increment(ref _notSent);

    /// <summary>A sound answer came after this time.</summary>
    public void Answered(TimeSpan latency)
    {
        var bin = (int)Math.Min(latency.TotalMilliseconds * BinsPerMillisecond, _latencies.Length - 1);
        Interlocked.Increment(ref _latencies[bin]);
    }

    /// <summary>Calls that did not get a sound answer; the first five different reasons are kept.</summary>
    public void Failed(string reason, int calls = 1)
    {
        Interlocked.Add(ref _callerErrors, calls);
        Sample(reason);
    }

    /// <summary>Labels that the feedback endpoint took, and how many of them it knew the exchange of.</summary>
    public void FeedbackTaken(int labels, long joined)
    {
        Interlocked.Add(ref _feedbackSent, labels);
        Interlocked.Add(ref _feedbackJoined, joined);
    }

    /// <summary>A post of labels was given up.</summary>
    public void FeedbackGivenUp(string reason)
    {
        Interlocked.Increment(ref _feedbackErrors);
        Sample(reason);
    }

    /// <summary>The latency in milliseconds that this share of the answers did not exceed; 0 if there are none.</summary>
    public double Quantile(double share)
    {
        var total = 0L;
        foreach (ref var bin in _latencies.AsSpan())
        {
            total += Volatile.Read(ref bin);
        }

        var wanted = share * total;
        var seen = 0L;
        for (var bin = 0; bin < _latencies.Length && total > 0; bin++)
        {
            seen += Volatile.Read(ref _latencies[bin]);
            if (seen >= wanted)
            {
                return (bin + 1) / BinsPerMillisecond;
            }
        }

        return 0.0;
    }

    /// <summary>Everything, as one line of JSON.</summary>
    public string Report(TimeSpan sending)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteNumber("requests", Requests);
            json.WriteNumber("callerErrors", CallerErrors);
            json.WriteNumber("notSent", NotSent);
            json.WriteNumber("feedbackSent", FeedbackSent);
            json.WriteNumber("feedbackJoined", FeedbackJoined);
            json.WriteNumber("feedbackErrors", FeedbackErrors);
            json.WriteNumber("seconds", Math.Round(sending.TotalSeconds, 1));
            json.WriteNumber("p50Ms", Quantile(0.50));
            json.WriteNumber("p99Ms", Quantile(0.99));
            json.WriteStartArray("samples");
            lock (_gate)
            {
                _samples.ForEach(json.WriteStringValue);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private void Sample(string reason)
    {
        lock (_gate)
        {
            if (_samples.Count < MaximumSamples && !_samples.Contains(reason))
            {
                _samples.Add(reason);
            }
        }
    }
}

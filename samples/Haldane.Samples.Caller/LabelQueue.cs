namespace Haldane.Samples.Caller;

/// <summary>The outcome of one exchange, as it is reported.</summary>
/// <param name="Id">Different for every label of every run: feedback is idempotent by it.</param>
/// <param name="Exchange">The exchange that it belongs to.</param>
/// <param name="IsFraud">The outcome.</param>
internal readonly record struct Label(string Id, string Exchange, bool IsFraud);

/// <summary>Outcomes that are not known yet. Any thread may add; one takes.</summary>
internal sealed class LabelQueue(LabelDelay delay, Random random, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly PriorityQueue<Label, long> _waiting = new();

    // Two runs with the same seed are two runs: the second one's labels must not look like repetitions of the first one's.
    private readonly string _run = Guid.NewGuid().ToString("N")[..12];
    private long _number;

    /// <summary>Adds an outcome that will be known after a random delay.</summary>
    public void Add(string exchange, bool isFraud)
    {
        lock (_gate)
        {
            var due = time.GetTimestamp() + (long)(delay.Draw(random).TotalSeconds * time.TimestampFrequency);
            _waiting.Enqueue(new($"{_run}-{++_number}", exchange, isFraud), due);
        }
    }

    /// <summary>Takes what is known by now, at most <paramref name="most"/>.</summary>
    public List<Label> TakeDue(int most)
    {
        var (due, now) = (new List<Label>(), time.GetTimestamp());
        lock (_gate)
        {
            while (due.Count < most && _waiting.TryPeek(out var label, out var at) && at <= now)
            {
                _waiting.Dequeue();
                due.Add(label);
            }
        }

        return due;
    }
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Haldane.Core.Ports;
using Haldane.Gateway.Copies;

namespace Haldane.Gateway.Samples;

/// <summary>Keeps exchanges for evaluators until they are fetched: so many at most, and so many bytes; what is beyond is dropped and counted.</summary>
/// <remarks>Any thread; one reader.</remarks>
internal sealed class SampleDesk : IExchangeSamples
{
    /// <summary>Exchanges at once, from their arrival until they are fetched.</summary>
    public const int MostCopies = 1_024;

    /// <summary>Bytes of all of them together.</summary>
    public const long MostBytes = 32L << 20;

    private readonly Channel<SampleCopy> _ended = Channel.CreateUnbounded<SampleCopy>(new() { SingleReader = true });
    private readonly ConcurrentDictionary<string, Lost> _losses = new(StringComparer.Ordinal);
    private int _copies;
    private long _bytes;

    /// <inheritdoc/>
    public IReadOnlyList<SampleLoss> Losses() => [.. _losses.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => new SampleLoss(l.Key, Interlocked.Read(ref l.Value.Unfit), Interlocked.Read(ref l.Value.Full)))];

    /// <inheritdoc/>
    public async IAsyncEnumerable<SampledExchange> SamplesAsync([EnumeratorCancellation] CancellationToken cancel)
    {
        await foreach (var copy in _ended.Reader.ReadAllAsync(cancel))
        {
            SampledExchange[] taken = [.. copy.WantedBy.Select(copy.For)];
            copy.Drop();
            foreach (var one in taken)
            {
                yield return one;
            }
        }
    }

    /// <summary>Counts a copy, where there is room for one more.</summary>
    public bool TryBegin(string model)
    {
        if (Interlocked.Increment(ref _copies) <= MostCopies)
        {
            return true;
        }

        Interlocked.Decrement(ref _copies);
        Count(model, CopyDrop.Full);
        return false;
    }

    /// <summary>Counts bytes that a copy is to keep.</summary>
    /// <returns>Whether there is room for them.</returns>
    public bool TryHold(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= MostBytes)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>Takes one that has ended.</summary>
    public void Offer(SampleCopy copy) => _ended.Writer.TryWrite(copy);

    /// <summary>Takes one back.</summary>
    public void Drop(SampleCopy copy, string model, CopyDrop? reason)
    {
        if (reason is { } why)
        {
            Count(model, why);
        }

        Interlocked.Add(ref _bytes, -copy.Clear());
        Interlocked.Decrement(ref _copies);
        copy.Dispose();
    }

    private void Count(string model, CopyDrop why)
    {
        var lost = _losses.GetOrAdd(model, static _ => new());
        Interlocked.Increment(ref why == CopyDrop.Full ? ref lost.Full : ref lost.Unfit);
    }

    private sealed class Lost
    {
        public long Unfit, Full;
    }
}

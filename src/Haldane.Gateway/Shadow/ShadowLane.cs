using System.Collections.Concurrent;
using Haldane.Core;
using Haldane.Core.Specification;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Shadow;

/// <summary>The way of copies in one shadow stage: from the exchange over a bounded queue to the workers, and on to the comparison.</summary>
/// <remarks>
/// Requests call <see cref="Begin"/>, and <see cref="Offer"/> or <see cref="Drop"/> of what they began: neither waits or locks. Draws by request, not by subject: nobody sees the answers, so nothing has
/// to be sticky, and pairs of many subjects prove more than many pairs of a few. Any thread.
/// </remarks>
internal sealed class ShadowLane : IWatched, IDisposable
{
    private readonly ConcurrentQueue<ShadowCopy> _queue = new();
    private readonly ConcurrentQueue<ShadowCopy> _spare = new();
    private readonly CopyWorker[] _workers;
    private readonly ShadowSpec _spec;
    private readonly RateCap _cap;
    private readonly PairDesk _pairs;
    private readonly ConnectionWatch _watch;
    private readonly TimeProvider _time;
    private readonly CopyTarget _canary;
    private readonly CopyTarget _baseline;
    private int _copies;
    private long _bytes;
    private int _waking;
    private int _hasEnded;
    private volatile bool _closed;

    /// <summary>Copies nothing yet.</summary>
    /// <param name="model">The model.</param>
    /// <param name="spec">How requests are copied.</param>
    /// <param name="baseline">The baseline's version.</param>
    /// <param name="canary">The canary's version.</param>
    /// <param name="pairs">Where pairs of answers go.</param>
    /// <param name="watch">Ends waits.</param>
    /// <param name="time">The clock.</param>
    public ShadowLane(ModelSpec model, ShadowSpec spec, VersionSpec baseline, VersionSpec canary, PairDesk pairs, ConnectionWatch watch, TimeProvider time)
    {
        (_spec, _pairs, _watch, _time) = (spec, pairs, watch, time);
        _cap = new(spec.Rate, time);
        (_baseline, _canary) = (new(baseline, model.Protocol, watch, time), new(canary, model.Protocol, watch, time));
        _workers = [.. Enumerable.Range(0, ShadowLimits.Workers).Select(_ => new CopyWorker(this, new(watch, time, model.Timeout)))];
        watch.Add(this);
    }

    /// <summary>What became of copies and pairs.</summary>
    public PairDesk Pairs => _pairs;

    public CopyTarget Canary => _canary;

    public CopyTarget Baseline => _baseline;

    /// <summary>Draws whether a request is copied.</summary>
    /// <param name="nonce">The request's own random number.</param>
    /// <returns>The copy, to be offered or dropped; null: not this one.</returns>
    public ShadowCopy? Begin(uint nonce)
    {
        if (_closed || !Draws(nonce, _spec.Sample, 0))
        {
            return null;
        }

        if (Interlocked.Increment(ref _copies) > ShadowLimits.MostCopies || Volatile.Read(ref _bytes) >= ShadowLimits.MostBytes)
        {
            Interlocked.Decrement(ref _copies);
            _pairs.Totals.Dropped(CopyDrop.Full);
            return null;
        }

        if (!_cap.TryPass())
        {
            Interlocked.Decrement(ref _copies);
            _pairs.Totals.Dropped(CopyDrop.Rate);
            return null;
        }

        var copy = _spare.TryDequeue(out var spare) ? spare : new(this);
        copy.Clear();
        copy.Nonce = nonce;
        copy.IsControl = Draws(nonce, _spec.Control, 1);
        return copy;
    }

    /// <summary>Counts bytes that a copy is to keep.</summary>
    /// <returns>Whether there is room for them.</returns>
    public bool TryHold(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= ShadowLimits.MostBytes)
        {
            return true;
        }

        Interlocked.Add(ref _bytes, -bytes);
        return false;
    }

    /// <summary>Sends a copy on its way.</summary>
    public void Offer(ShadowCopy copy)
    {
        copy.OfferedAt = _time.GetTimestamp();
        _queue.Enqueue(copy);
        Wake();
    }

    /// <summary>The next copy that is not too late; null when none waits.</summary>
    public ShadowCopy? TryTake()
    {
        while (_queue.TryDequeue(out var copy))
        {
            if (_closed)
            {
                Drop(copy, null);
            }
            else if (_time.GetElapsedTime(copy.OfferedAt) > ShadowLimits.LongestWait)
            {
                Drop(copy, CopyDrop.Late);
            }
            else
            {
                if (!_queue.IsEmpty)
                {
                    Wake();
                }

                return copy;
            }
        }

        return null;
    }

    /// <summary>Whether any copy waits.</summary>
    public bool HasWork => !_queue.IsEmpty;

    /// <summary>A worker that was woken is about to look into the queue.</summary>
    public void Woken() => Interlocked.Exchange(ref _waking, 0);

    /// <summary>Has an answered copy compared.</summary>
    public void Answered(ShadowCopy copy) => _pairs.Offer(copy);

    /// <summary>Takes a copy back.</summary>
    /// <param name="copy">The copy, in nobody else's hands any more.</param>
    /// <param name="reason">Why it was not sent; null when it was, or there is nothing to count.</param>
    public void Drop(ShadowCopy copy, CopyDrop? reason)
    {
        if (reason is { } why)
        {
            _pairs.Totals.Dropped(why);
        }

        Interlocked.Add(ref _bytes, -copy.Clear());
        Interlocked.Decrement(ref _copies);
        if (_closed)
        {
            copy.Dispose();
        }
        else
        {
            _spare.Enqueue(copy);
        }
    }

    /// <inheritdoc/>
    public void Look(long now)
    {
        var isBusy = false;
        foreach (var worker in _workers)
        {
            worker.Look(_closed ? long.MaxValue : now);
            isBusy |= worker.IsBusy;
        }

        if (_closed && !isBusy && Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            _watch.Remove(this);
            Array.ForEach(_workers, static worker => worker.Dispose());
        }
    }

    /// <summary>Ends: copies that wait are dropped, those under way are not counted any more.</summary>
    public void Dispose()
    {
        _closed = true;
        while (_queue.TryDequeue(out var copy))
        {
            Drop(copy, null);
        }

        while (_spare.TryDequeue(out var copy))
        {
            copy.Dispose();
        }

        _canary.Dispose();
        _baseline.Dispose();
        Look(long.MaxValue);
    }

    // The multiplier is that of Fibonacci hashing: what is drawn must say nothing about the endpoint, which is chosen by the same number.
    internal static bool Draws(uint nonce, Share part, uint draw) =>
        part.BasisPoints > 0 && (int)(((nonce + draw * 0x85EBCA6BUL) * 0x9E3779B97F4A7C15UL >> 32) % Share.Whole) < part.BasisPoints;

    // One at a time: whoever is woken wakes the next if there is more to do, so that a request never wakes more than one thread.
    private void Wake()
    {
        while (Interlocked.CompareExchange(ref _waking, 1, 0) == 0)
        {
            if (TryStartOne())
            {
                return;
            }

            Interlocked.Exchange(ref _waking, 0);
            if (!HasWork || !Array.Exists(_workers, static worker => !worker.IsBusy))
            {
                return;
            }

            // While all were busy and this one looked, one has come to rest, and an offer may have relied on this one.
        }
    }

    private bool TryStartOne()
    {
        foreach (var worker in _workers)
        {
            if (worker.TryStart())
            {
                return true;
            }
        }

        return false;
    }
}

using Haldane.Simulation.Chance;

namespace Haldane.Simulation.Traffic.Streams;

/// <summary>What becomes known some time after its exchange, in order of that time.</summary>
/// <remarks>For one thread.</remarks>
/// <typeparam name="T">What becomes known.</typeparam>
internal sealed class Later<T>(Conditions conditions)
{
    // Feedback that is spread over time comes in so many parts.
    private const int Parts = 8;

    private readonly PriorityQueue<T, TimeSpan> _waiting = new();

    /// <summary>Into how many parts feedback of one slice falls.</summary>
    public int Pieces => conditions.FeedbackSpread > TimeSpan.Zero ? Parts : 1;

    /// <summary>Adds a part of what a slice's exchanges come to.</summary>
    /// <param name="what">The part.</param>
    /// <param name="piece">From 0.</param>
    /// <param name="end">When the slice ends.</param>
    /// <param name="delay">How long after that it becomes known at the earliest.</param>
    public void Add(T what, int piece, TimeSpan end, TimeSpan delay)
    {
        var due = end + delay + conditions.FeedbackSpread * ((piece + 0.5) / Pieces);
        var every = conditions.FeedbackEvery;
        if (every > TimeSpan.Zero)
        {
            due = every * Math.Ceiling(due / every);
        }

        _waiting.Enqueue(what, due);
    }

    /// <summary>Divides a count evenly at random over the pieces.</summary>
    public long[] Split(Dice dice, long count)
    {
        var pieces = new long[Pieces];
        for (var i = 0; i < pieces.Length; i++)
        {
            pieces[i] = i == pieces.Length - 1 ? count : dice.Binomial(count, 1.0 / (pieces.Length - i));
            count -= pieces[i];
        }

        return pieces;
    }

    /// <summary>What became known by a time.</summary>
    public IEnumerable<T> Due(TimeSpan end)
    {
        while (_waiting.TryPeek(out _, out var due) && due <= end)
        {
            yield return _waiting.Dequeue();
        }
    }
}

using System.Collections.Concurrent;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;

namespace Haldane.Gateway.Counting;

/// <summary>Who failed, was refused or got an empty answer, until it is collected.</summary>
/// <remarks>
/// Bounded: past the limit occurrences are left out whatever their arm, which thins both arms alike and so does no harm to a comparison of arms. Each kind has a
/// limit of its own, so that a flood of refusals cannot hide errors. Any thread adds, one at a time takes.
/// </remarks>
internal sealed class OccurrenceList
{
    private const int LimitOfKind = 8_192;

    private readonly ConcurrentQueue<Occurrence> _waiting = new();
    private readonly int[] _counts = new int[1 + GatewayEvents.All.Count];

    public void Add(in Occurrence occurrence)
    {
        ref var count = ref _counts[occurrence.Event - Occurrence.Failure];

        // Read first: in a flood the cores would otherwise pass one cache line around for nothing.
        if (Volatile.Read(ref count) < LimitOfKind && Interlocked.Increment(ref count) <= LimitOfKind)
        {
            _waiting.Enqueue(occurrence);
        }
    }

    public IReadOnlyList<Occurrence> Take()
    {
        var taken = new List<Occurrence>();
        while (_waiting.TryDequeue(out var occurrence))
        {
            taken.Add(occurrence);
        }

        Array.Clear(_counts);
        return taken;
    }
}

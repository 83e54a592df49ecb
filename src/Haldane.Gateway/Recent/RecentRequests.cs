using Haldane.Gateway.Copies;

namespace Haldane.Gateway.Recent;

/// <summary>The latest requests of a model that were answered well and can be sent again, a few of each second: in memory only, and only where a version is to be warmed up by them.</summary>
/// <remarks>Any thread. Requests ask <see cref="Begin"/>, which neither waits nor locks; what it takes is kept by the few that it has chosen.</remarks>
/// <param name="most">How many are kept.</param>
/// <param name="time">The clock.</param>
internal sealed class RecentRequests(int most, TimeProvider time)
{
    private const double PerSecond = 20; // enough for a mixture, and little work
    private const long MostBytes = 16L << 20;

    private readonly RateCap _cap = new(PerSecond, time);
    private readonly Lock _gate = new();
    private readonly Queue<RecentRequest> _kept = new();
    private long _bytes;

    /// <summary>How many are kept.</summary>
    public int Most => most;

    /// <summary>Draws whether a request is kept.</summary>
    /// <returns>The copy, to be handed on or dropped; null: not this one.</returns>
    public RecentCopy? Begin() => _cap.TryPass() ? new(this) : null;

    /// <summary>Keeps a request, in the place of the oldest.</summary>
    public void Keep(RecentRequest request)
    {
        lock (_gate)
        {
            _kept.Enqueue(request);
            _bytes += request.Length;
            while (_kept.Count > most || _bytes > MostBytes)
            {
                _bytes -= _kept.Dequeue().Length;
            }
        }
    }

    /// <summary>The latest, the oldest of them first.</summary>
    public IReadOnlyList<RecentRequest> Latest(int count)
    {
        lock (_gate)
        {
            return [.. _kept.TakeLast(count)];
        }
    }
}

/// <summary>A request as <see cref="Copies.CopiedRequest"/> writes it.</summary>
/// <param name="Head">Its head.</param>
/// <param name="Body">Its body.</param>
internal sealed record RecentRequest(byte[] Head, byte[] Body)
{
    public int Length => Head.Length + Body.Length;
}

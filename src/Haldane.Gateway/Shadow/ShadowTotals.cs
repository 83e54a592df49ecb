using Haldane.Core.Ports;
using Haldane.Gateway.Copies;

namespace Haldane.Gateway.Shadow;

/// <summary>What became of a model's copies since the gateway started; they outlive stages and snapshots. Any thread.</summary>
internal sealed class ShadowTotals(string model)
{
    private readonly long[] _dropped = new long[Enum.GetValues<CopyDrop>().Length];
    private long _sent, _failed, _pairs, _different;

    public void Sent() => Interlocked.Increment(ref _sent);

    public void Dropped(CopyDrop reason) => Interlocked.Increment(ref _dropped[(int)reason]);

    /// <summary>A copy has come to its end.</summary>
    /// <param name="answered">Whether the canary answered it.</param>
    /// <param name="differs">Whether the answers differ; null when they were not compared.</param>
    public void Answered(bool answered, bool? differs)
    {
        if (!answered)
        {
            Interlocked.Increment(ref _failed);
        }

        if (differs is { } compared)
        {
            Interlocked.Increment(ref _pairs);
            Interlocked.Add(ref _different, compared ? 1 : 0);
        }
    }

    public ShadowTraffic Row => new(
        model,
        Volatile.Read(ref _sent),
        Volatile.Read(ref _failed),
        Volatile.Read(ref _pairs),
        Volatile.Read(ref _different),
        new(Of(CopyDrop.Full), Of(CopyDrop.Rate), Of(CopyDrop.Large), Of(CopyDrop.Late), Of(CopyDrop.Unfit)));

    private long Of(CopyDrop reason) => Volatile.Read(ref _dropped[(int)reason]);
}

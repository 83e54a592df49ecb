namespace Haldane.Gateway.Relay;

/// <summary>Numbers for requests that bring none; no two alike within a process, and none to be foretold across processes.</summary>
/// <remarks>SplitMix64 (Steele, Lea and Flood, 2014) over a shared counter. Any thread.</remarks>
internal sealed class RequestIds(ulong seed)
{
    private ulong _state = seed;

    public ulong Next() => SplitMix.Scramble(Interlocked.Add(ref _state, 0x9E3779B97F4A7C15UL));
}

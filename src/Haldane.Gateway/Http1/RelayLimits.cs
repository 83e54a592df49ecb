namespace Haldane.Gateway.Http1;

/// <summary>How long and how large things may get on a caller's connection.</summary>
internal static class RelayLimits
{
    /// <summary>Bodies past this are streamed but cannot be repeated.</summary>
    public const int LargestRepeatable = 1 << 20;

    /// <summary>Answers past this are not read for signals, and not held.</summary>
    public const int LargestRead = 64 * 1024;

    /// <summary>Large bodies go on in pieces of this size: each piece costs system calls on both sides.</summary>
    public const int LargePiece = 64 * 1024;

    /// <summary>And of this while they come as fast as they are taken: at 16 bodies of 1 MiB at once a quarter less CPU than with pieces of 64 KiB.</summary>
    public const int LargestPiece = 256 * 1024;

    /// <summary>The beginning of a canary's stream is held no longer than this once another piece of it comes, so that pings reach the caller.</summary>
    public static readonly TimeSpan LongestHold = TimeSpan.FromSeconds(5);

    /// <summary>A sign of life every twenty seconds lasts for forty minutes; a version that sends more of them has nothing else to say.</summary>
    public const int MostInterims = 128;

    /// <summary>So much of a refused request is read, so that its sender can read the refusal.</summary>
    public const long LargestDrain = 1 << 20;

    /// <summary>And for so long.</summary>
    public static readonly TimeSpan Drain = TimeSpan.FromSeconds(2);

    /// <summary>A connection may wait so long for its next request; longer than the pools of common clients keep it.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromSeconds(130);

    /// <summary>A head has to be whole so long after its first byte.</summary>
    public static readonly TimeSpan Head = TimeSpan.FromSeconds(30);

    /// <summary>After this long, a body has to come at a rate.</summary>
    public static readonly TimeSpan BodyGrace = TimeSpan.FromSeconds(5);

    /// <summary>Bytes a second, on average; a modem's.</summary>
    public const double SlowestBody = 240;

    /// <summary>How many endpoints of a version are tried that accept no connection.</summary>
    public const int MostTries = 3;

    /// <summary>A connection that closes without a word so soon after it was used again was closed before.</summary>
    public const long AtOnce = 50;

    /// <summary>A caller may leave so long unread what is written to it.</summary>
    public static readonly TimeSpan CallerGap = TimeSpan.FromSeconds(60);

    /// <summary>An endpoint has to accept a connection within this, and have a place for one.</summary>
    public static readonly TimeSpan Connect = TimeSpan.FromSeconds(5);

    /// <summary>And all endpoints of a version together, one after the other: two that swallow connections leave time for no third.</summary>
    public static readonly TimeSpan ConnectAll = TimeSpan.FromSeconds(10);
}

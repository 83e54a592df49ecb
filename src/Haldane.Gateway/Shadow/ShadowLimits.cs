namespace Haldane.Gateway.Shadow;

/// <summary>How much of the shadow there may be at once, and for how long: what is beyond is dropped and counted, never waited for.</summary>
internal static class ShadowLimits
{
    /// <summary>Copies at once, from the request's arrival to the comparison.</summary>
    public const int MostCopies = 1_024;

    /// <summary>Bytes of all copies of a stage together.</summary>
    public const long MostBytes = 64L << 20;

    /// <summary>An answer to a copy is not read further than this.</summary>
    public const long LargestRead = 64L << 20;

    /// <summary>Copies under way at once: at a rate of 100 a second enough for answers that take half a second.</summary>
    public const int Workers = 64;

    /// <summary>Endpoints that are tried for a copy.</summary>
    public const int MostTries = 3;

    /// <summary>Times a model's timeout that the whole answer to a copy may take.</summary>
    public const int LongestAnswer = 10;

    /// <summary>Bytes of each side of a pair that is kept to be looked at.</summary>
    public const int KeptSide = 16 * 1024;

    /// <summary>Fields that are named of a pair that differs.</summary>
    public const int MostFields = 20;

    /// <summary>A copy that has waited so long is dropped: its pair would compare different moments.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);
}

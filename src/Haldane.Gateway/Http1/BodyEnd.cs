namespace Haldane.Gateway.Http1;

/// <summary>How the sending of a request's body ended.</summary>
internal enum BodyEnd
{
    /// <summary>All of it was sent.</summary>
    Sent,

    /// <summary>The version took no more.</summary>
    VersionClosed,

    /// <summary>The caller left, stood still for too long, or the exchange is over.</summary>
    CallerGone,

    /// <summary>It is malformed.</summary>
    Malformed,

    /// <summary>It is larger than allowed.</summary>
    TooLarge,

    /// <summary>The version's override cannot be applied to it.</summary>
    Unfit,
}

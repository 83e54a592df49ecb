namespace Haldane.Gateway.Relay;

/// <summary>How an attempt at an exchange ended.</summary>
internal enum Outcome
{
    Answered,

    /// <summary>The version's own answer says that it failed: 5xx.</summary>
    Erred,

    /// <summary>No whole answer came: refused, reset, timed out, cut short.</summary>
    Broken,

    /// <summary>Nobody accepted a connection: the version has failed, and has not seen the request.</summary>
    Unreached,

    /// <summary>The canary is ejected: it was not asked, and the baseline has to answer.</summary>
    Ejected,

    /// <summary>The gateway had no room or no socket for it: the version has not seen the request, and is not to blame.</summary>
    Overloaded,

    /// <summary>The caller left, or sent what cannot be forwarded: charged to nobody.</summary>
    Abandoned,

    /// <summary>The version's override cannot be applied to the request, so the version was not asked, or not to the end: charged to nobody.</summary>
    Unfit,
}

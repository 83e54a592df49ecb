namespace Haldane.Gateway.Relay;

/// <summary>How an attempt at an exchange ended.</summary>
internal enum Outcome
{
    Answered,

    /// <summary>The version's own answer says that it failed: 5xx.</summary>
    Erred,

    /// <summary>No whole answer came: refused, reset, timed out, cut short.</summary>
    Broken,

    /// <summary>The caller left, or sent what cannot be forwarded: charged to nobody.</summary>
    Abandoned,

    /// <summary>The version's override cannot be applied to the request, so the version was not asked, or not to the end: charged to nobody.</summary>
    Unfit,
}

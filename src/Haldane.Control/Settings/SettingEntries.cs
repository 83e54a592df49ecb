using Haldane.Core;
using Haldane.Core.Ledger;

namespace Haldane.Control.Settings;

/// <summary>Words for the ledger what somebody has set or removed. Pure.</summary>
internal static class SettingEntries
{
    /// <summary>The entry.</summary>
    /// <param name="kind"><c>set</c> or <c>removed</c>.</param>
    /// <param name="setting">What.</param>
    /// <param name="by">Who.</param>
    /// <param name="why">Why.</param>
    /// <param name="now">When.</param>
    public static LedgerEntry Of(string kind, Setting setting, string by, string why, DateTimeOffset now) => new()
    {
        At = now,
        Kind = kind,
        Rollout = "",
        Run = 0,
        Model = "",
        By = by,
        Why = why,
        Stage = 0,
        From = Share.None,
        To = Share.None,
        Setting = setting,
    };
}

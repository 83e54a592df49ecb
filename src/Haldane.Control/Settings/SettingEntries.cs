using Haldane.Core;
using Haldane.Core.Ledger;

namespace Haldane.Control.Settings;

/// <summary>Words for the ledger what somebody has set or removed. Pure.</summary>
internal static class SettingEntries
{
    /// <summary>The entry.</summary>
    /// <param name="setting">What; without a body it is removed.</param>
    /// <param name="by">Who.</param>
    /// <param name="why">Why.</param>
    /// <param name="now">When.</param>
    public static LedgerEntry Of(Setting setting, string by, string why, DateTimeOffset now) => new()
    {
        At = now,
        Kind = setting.Body is null ? LedgerKinds.Removed : LedgerKinds.Set,
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

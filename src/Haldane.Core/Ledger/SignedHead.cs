using System.Globalization;
using System.Text;

namespace Haldane.Core.Ledger;

/// <summary>A signature of the installation over the end that its ledger had at a moment.</summary>
/// <param name="Number">The last record by then.</param>
/// <param name="Hash">Its hash, hex.</param>
/// <param name="At">When it was signed, in UTC, letter by letter as it was signed; see <see cref="TimeOf"/>.</param>
/// <param name="Key">Fingerprint of the key, see <see cref="LedgerKey.Fingerprint"/>.</param>
/// <param name="Signature">Ed25519 over <see cref="Message"/>: 64 bytes in hex.</param>
public sealed record SignedHead(long Number, string Hash, string At, string Key, string Signature)
{
    /// <summary>What is signed: <c>haldane-ledger-head NUMBER HASH AT</c>, UTF-8.</summary>
    /// <remarks>The first word keeps a signature of this key from meaning anything else.</remarks>
    public byte[] Message() => Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"haldane-ledger-head {Number} {Hash} {At}"));

    /// <summary>A time as it is signed.</summary>
    public static string TimeOf(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>When the ledger's end is signed. Pure.</summary>
public static class HeadSchedule
{
    /// <summary>So many records may stand behind the last signed one, and then the next is signed with them.</summary>
    public const int Records = 100;

    /// <summary>How old the last signature may be while there is something to sign. It is looked at each hour, so that a day never passes.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromHours(23);

    /// <summary>Whether an end is to be signed now. The first record is signed at once: a ledger without any signature is none of ours.</summary>
    /// <param name="number">The last record.</param>
    /// <param name="last">What was signed last; null when nothing was.</param>
    /// <param name="now">The time.</param>
    public static bool IsDue(long number, SignedHead? last, DateTimeOffset now) =>
        number > (last?.Number ?? 0) && (last is null || number - last.Number >= Records || !IsYoung(last, now));

    // A clock that was set back must not keep it from being signed.
    private static bool IsYoung(SignedHead last, DateTimeOffset now) =>
        DateTimeOffset.TryParse(last.At, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at) && now >= at && now - at < Longest;
}

using System.Text.Json;
using Haldane.Core;
using Haldane.Core.Ledger;
using Haldane.Core.Ledger.Checks;
using Haldane.Core.Ports;

namespace Haldane.Control.Reports;

/// <summary>A record of the ledger that was read.</summary>
internal sealed record PackRecord(long Number, string Hash, LedgerEntry Entry);

/// <summary>Reads a ledger from its first record to its last: recomputes the chain, checks the signed heads, and keeps what concerns one rollout.</summary>
/// <remarks>One use, one thread.</remarks>
internal sealed class LedgerPass
{
    private readonly LedgerProblems _problems = new();
    private readonly ChainWalk _walk;
    private readonly List<PackRecord> _rollout = [];
    private readonly List<PackRecord> _settings = [];
    private readonly Dictionary<string, ValueList<string>> _freezes = new(StringComparer.Ordinal);
    private readonly List<SignedHead> _fitting = [];

    private LedgerPass() => _walk = new(_problems);

    /// <summary>Records of the rollout, all runs.</summary>
    public IReadOnlyList<PackRecord> Rollout => _rollout;

    /// <summary>How many records there are in the ledger.</summary>
    public long Records => _walk.Read;

    /// <summary>What is wrong with the ledger.</summary>
    public ValueList<string> Problems => _problems.ToList();

    /// <summary>How many things are.</summary>
    public int ProblemCount => _problems.Count;

    /// <summary>The ledger's key.</summary>
    public LedgerKey? Key { get; private set; }

    /// <summary>How many signed heads fit.</summary>
    public long HeadsThatFit => _fitting.Count;

    /// <summary>Reads everything.</summary>
    /// <param name="ledger">The ledger.</param>
    /// <param name="rollout">The rollout.</param>
    /// <param name="fits">Checks a signature.</param>
    /// <param name="cancel">Gives up.</param>
    public static async Task<LedgerPass> ReadAsync(ILedgerReader ledger, string rollout, SignatureCheck fits, CancellationToken cancel)
    {
        var pass = new LedgerPass();
        await foreach (var records in ledger.PagesAsync(0, null, cancel))
        {
            foreach (var record in records)
            {
                pass.Take(record, rollout);
            }
        }

        await pass.CheckHeadsAsync(ledger, fits, cancel);
        return pass;
    }

    /// <summary>The first signed head that covers a record; null when none does.</summary>
    public SignedHead? HeadOver(long record) => _fitting.Where(h => h.Number >= record).MinBy(h => h.Number);

    /// <summary>What was set between two records and concerns a rollout: freezes of its model, overrides for it.</summary>
    public IEnumerable<PackRecord> SettingsBetween(long first, long last, string rollout, string model) => _settings.Where(r => r.Number > first && r.Number < last && r.Entry.Setting switch
    {
        { Kind: Setting.Override } setting => setting.Name == rollout,
        { } setting => _freezes.GetValueOrDefault(setting.Name, []).Count == 0 || _freezes[setting.Name].Contains(model),
        null => false,
    });

    private void Take(LedgerRecord record, string rollout)
    {
        _walk.Add(record);
        try
        {
            var entry = record.Entry;
            if (entry.Setting is { Kind: Setting.Freeze or Setting.Override } setting)
            {
                _settings.Add(new(record.Number, record.Hash, entry));
                if (setting is { Kind: Setting.Freeze, Body: { } body } && body.Deserialize(CoreJson.Default.Freeze) is { } freeze)
                {
                    _freezes[setting.Name] = freeze.Models;
                }
            }
            else if (entry.Setting is null && entry.Rollout == rollout)
            {
                _rollout.Add(new(record.Number, record.Hash, entry));
            }
        }
        catch (JsonException)
        {
            // The walk has named it already; what it was about cannot be known.
        }
    }

    private async Task CheckHeadsAsync(ILedgerReader ledger, SignatureCheck fits, CancellationToken cancel)
    {
        Key = await ledger.KeyAsync(cancel);
        var check = new HeadCheck(_problems, Key, fits);
        await foreach (var heads in ledger.HeadPagesAsync(cancel))
        {
            // A head of a record that came after the last one that was read says nothing about those.
            foreach (var head in heads.Where(h => h.Number <= _walk.LastNumber))
            {
                var before = check.Found.Count;
                check.Add(head, _walk.HashOf(head.Number), mustBeThere: true);
                if (check.Found.Count > before)
                {
                    _fitting.Add(head);
                }
            }
        }
    }
}

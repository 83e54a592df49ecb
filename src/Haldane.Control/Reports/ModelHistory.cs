using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Reports;

namespace Haldane.Control.Reports;

/// <summary>What the ledger says was decided of each model last. Reads only what is new since it was asked before.</summary>
/// <remarks>One caller at a time.</remarks>
internal sealed class ModelHistory(ILedgerReader ledger)
{
    private readonly Dictionary<string, (InventoryEvent Changed, InventoryEvent? Promoted)> _models = new(StringComparer.Ordinal);
    private long _read;

    /// <summary>Reads on to the ledger's end.</summary>
    public async Task CatchUpAsync(CancellationToken cancel)
    {
        await foreach (var records in ledger.PagesAsync(_read, null, cancel))
        {
            foreach (var record in records)
            {
                Take(record);
            }

            _read = records[^1].Number;
        }
    }

    /// <summary>What was decided of a model last, and when a canary of it was promoted last.</summary>
    public (InventoryEvent? Changed, InventoryEvent? Promoted) Of(string model) => _models.TryGetValue(model, out var found) ? found : (null, null);

    // What a rollout waits for changes nothing. `ledger verify` names a record that was altered; an inventory goes on without it.
    private void Take(LedgerRecord record)
    {
        if (record.EntryOrNull is { Setting: null, Kind: not "held" } entry)
        {
            var happened = new InventoryEvent(record.Number, entry.At, entry.Kind, entry.Rollout, entry.By);
            _models[entry.Model] = (happened, entry.Kind == "promoted" ? happened : Of(entry.Model).Promoted);
        }
    }
}

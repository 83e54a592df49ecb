using System.Text.Json;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Reports;

namespace Haldane.Control.Reports;

/// <summary>What the ledger says was decided of each model last. Reads only what is new since it was asked before.</summary>
/// <remarks>One caller at a time.</remarks>
internal sealed class ModelHistory(ILedgerReader ledger)
{
    private const int Page = 500;

    private readonly Dictionary<string, (InventoryEvent Changed, InventoryEvent? Promoted)> _models = new(StringComparer.Ordinal);
    private long _read;

    /// <summary>Reads on to the ledger's end.</summary>
    public async Task CatchUpAsync(CancellationToken cancel)
    {
        while (await ledger.RecordsAsync(_read, Page, null, cancel) is { Count: > 0 } records && records[^1].Number > _read)
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

    // What a rollout waits for changes nothing.
    private void Take(LedgerRecord record)
    {
        try
        {
            var entry = record.Entry;
            if (entry.Setting is null && entry.Kind != "held")
            {
                var happened = new InventoryEvent(record.Number, entry.At, entry.Kind, entry.Rollout, entry.By);
                _models[entry.Model] = (happened, entry.Kind == "promoted" ? happened : Of(entry.Model).Promoted);
            }
        }
        catch (JsonException)
        {
            // `ledger verify` names a record that was altered; an inventory goes on without it.
        }
    }
}

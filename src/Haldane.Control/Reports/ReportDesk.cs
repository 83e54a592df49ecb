using Haldane.Core.Access;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Specification;

namespace Haldane.Control.Reports;

/// <summary>Makes packs one at a time, so that the rest of the program has a processor to itself, and keeps the inventory.</summary>
/// <remarks>Any thread.</remarks>
/// <param name="packs">Makes packs.</param>
/// <param name="ledger">The ledger.</param>
/// <param name="room">How models and rollouts stand.</param>
/// <param name="models">The models as they are specified now.</param>
/// <param name="time">The time.</param>
public sealed class ReportDesk(PackMaker packs, ILedgerReader ledger, IControlRoom room, Func<IReadOnlyList<ModelSpec>> models, TimeProvider time) : IReportDesk, IDisposable
{
    private static readonly TimeSpan QueueWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _place = new(1);
    private readonly SemaphoreSlim _reading = new(1);
    private readonly ModelHistory _history = new(ledger);

    /// <inheritdoc/>
    public async Task<PackOutcome> PackAsync(string rollout, int? run, Person person, CancellationToken cancel)
    {
        if (!await _place.WaitAsync(QueueWait, cancel))
        {
            return new(null, PackOutcomeKind.Busy, "another pack is being made; ask again in a minute");
        }

        try
        {
            return await Task.Run(() => packs.MakeAsync(rollout, run, person, time.GetUtcNow(), cancel), cancel);
        }
        finally
        {
            _place.Release();
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<InventoryEntry>> InventoryAsync(Person person, CancellationToken cancel)
    {
        await _reading.WaitAsync(cancel);
        try
        {
            await _history.CatchUpAsync(cancel);
            var (specs, rollouts) = (models(), room.Rollouts);
            return [.. room.Models.Where(m => person.Covers(m.Name)).Select(m => Entry(m, specs.FirstOrDefault(s => s.Name == m.Name), rollouts)).OfType<InventoryEntry>()];
        }
        finally
        {
            _reading.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _place.Dispose();
        _reading.Dispose();
    }

    private InventoryEntry? Entry(ModelView view, ModelSpec? spec, IReadOnlyList<RolloutView> rollouts)
    {
        if (spec is null)
        {
            return null;
        }

        var (changed, promoted) = _history.Of(view.Name);
        var last = rollouts.Select(r => r.Rollout).Where(r => r.Spec.Model == view.Name && r.Run > 0).MaxBy(r => (r.IsActive, r.Run));
        return new()
        {
            Model = view.Name,
            Owner = spec.About?.Owner,
            Purpose = spec.About?.Purpose,
            Risk = spec.About?.Risk ?? RiskClass.Unclassified,
            Data = spec.About?.Data,
            Protocol = spec.Protocol,
            Route = view.Route,
            Serving = view.Serving,
            Versions = view.Versions,
            Rollout = last is null ? null : new(last.Name, last.Run, last.Phase, last.Spec.Canary, last.CanaryShare),
            Changed = changed,
            Promoted = promoted,
        };
    }
}

using Haldane.Control.Rollouts;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Core.Specification.Changes;

namespace Haldane.Control.Specifications;

/// <summary>Changes the specification while everything runs: read as a whole, agreed to, recorded, and then in force.</summary>
public sealed class SpecificationDesk(StoredSpecification stored, RolloutController controller, IOutsideParts outside) : ISpecificationDesk, IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <inheritdoc/>
    public SpecificationView Current => stored.Current;

    /// <inheritdoc/>
    public async Task<ApplyReport> ApplyAsync(ChangeOrder order, Person by, CancellationToken cancel)
    {
        await _turn.WaitAsync(cancel);
        try
        {
            return order.Revision is { } meant && meant != Current.Revision
                ? new(ChangeOutcome.Stale, $"revision {Current.Revision} is in force, and this was meant for {meant}: look at what has changed", Current.Revision)
                : await ApplyInTurnAsync(order, by, cancel);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private async Task<ApplyReport> ApplyInTurnAsync(ChangeOrder order, Person by, CancellationToken cancel)
    {
        var (before, shelf) = (Current.Set, stored.Shelf);
        if (order.Remove.FirstOrDefault(id => before.Find(id) is null || !by.Models.CoversAll(before.ModelsOf(id))) is { } unknown)
        {
            return new(ChangeOutcome.NotFound, $"there is no {unknown}", Current.Revision);
        }

        var (sent, unreadable) = StoredSpecification.Split(order.Sources);
        var named = sent.Select(d => d.Id).ToHashSet();
        var removed = order.Remove.Concat(order.Prune ? shelf.InForce.Select(d => d.Id).Where(id => MayChange(by, id, before)) : []).Distinct().Where(id => !named.Contains(id)).ToList();
        var stays = shelf.InForce.Where(d => !named.Contains(d.Id) && !removed.Contains(d.Id));
        var result = SpecificationReader.Read([.. order.Sources, .. stays.Select(StoredSpecification.InForce)]);
        if (result.Set is not { } next || unreadable.Count > 0)
        {
            return Invalid([.. unreadable, .. result.Errors]);
        }

        if (PlanChecks.Check(next) is { Count: > 0 } unfit)
        {
            return Invalid(unfit);
        }

        var changed = sent.Where(d => !Equals(before.Find(d.Id), next.Find(d.Id))).ToList();
        ValueList<DocumentChange> changes =
        [
            .. changed.Select(d => new DocumentChange(
                d.Id, shelf.Find(d.Id) is null ? DocumentChangeKind.Added : DocumentChangeKind.Changed, DocumentDifference.Between(shelf.Find(d.Id), d.Text))),
            .. removed.Select(id => new DocumentChange(id, DocumentChangeKind.Removed, DocumentDifference.Between(shelf.Find(id), null))),
        ];
        var report = new ApplyReport(ChangeOutcome.Unchanged, "all of it is in force already", Current.Revision) { Changes = changes };
        if (changes.Count == 0)
        {
            return report;
        }

        if (changes.FirstOrDefault(c => !MayChange(by, c.Id, before) || !MayChange(by, c.Id, next)) is { } forbidden)
        {
            return report with { Outcome = ChangeOutcome.Forbidden, Message = $"{by.Name} may not change the {forbidden.Id}" };
        }

        using var parts = outside.Prepare(before, next);
        if (parts.Faults.Count > 0)
        {
            return Invalid([.. parts.Faults]);
        }

        IReadOnlyList<Setting> settings = [.. changed.Select(shelf.Change), .. removed.Select(shelf.Remove)];
        await controller.ReplaceAsync(next, by, order.Why, AgreeAsync, cancel);
        return report;

        async Task<bool> AgreeAsync(IReadOnlyList<ChangeEffect> effects)
        {
            report = report with { Effects = [.. effects], Message = string.Join(", ", changes.Select(c => $"{c.Id} {Word(c.Kind)}")) };
            if (!order.MayMoveTraffic && effects.FirstOrDefault(e => e.MovesTraffic) is { } move)
            {
                report = report with { Outcome = ChangeOutcome.MovesTraffic, Message = $"this moves traffic, and nobody agreed to that: {move.Message}" };
                return false;
            }

            report = report with { Outcome = order.IsDryRun ? ChangeOutcome.WouldApply : ChangeOutcome.Applied };
            if (!order.IsDryRun)
            {
                await parts.BeginAsync();
                await stored.RecordAsync(settings, next, by, order.Why);
                parts.Commit();
                report = report with { Revision = Current.Revision };
            }

            return !order.IsDryRun;
        }
    }

    private static string Word(DocumentChangeKind kind) => kind switch
    {
        DocumentChangeKind.Added => "added",
        DocumentChangeKind.Removed => "removed",
        _ => "changed",
    };

    // Who moves rollouts may write their plans; what is served, who is told and what holds everyone is for whoever administers.
    private static bool MayChange(Person by, DocumentId id, SpecificationSet set) =>
        by.May(id.IsRollout ? Permissions.Operate : Permissions.Administer) && (set.Find(id) is null || by.Models.CoversAll(set.ModelsOf(id)));

    private ApplyReport Invalid(ValueList<SpecificationError> errors) =>
        new(ChangeOutcome.Invalid, errors.Count == 1 ? "there is a mistake in it; nothing was changed" : $"there are {errors.Count} mistakes in it; nothing was changed", Current.Revision) { Errors = errors };
}

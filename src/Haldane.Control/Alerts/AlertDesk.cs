using System.Text.Json;
using Haldane.Control.Settings;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Alerts;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Alerts;

/// <summary>Keeps the alerts of other systems that matter to a rollout, until they are over: recorded first, then in force.</summary>
/// <remarks>One writer at a time, which the controller's turns see to; <see cref="Views"/> is for any thread.</remarks>
internal sealed class AlertDesk(SpecificationSet first, IRolloutStore store, TimeProvider time)
{
    private const int MostStanding = 1_000;

    private volatile IReadOnlyList<StandingAlert> _standing = [];
    private volatile SpecificationSet _specification = first;

    /// <summary>What stands means for a rollout; null when nothing of it matters.</summary>
    public Alarm? Of(RolloutSpec rollout) => AlertRules.Of(rollout, _standing);

    /// <summary>The alerts that stand as somebody may see them.</summary>
    public IReadOnlyList<AlertView> Views(Person person)
    {
        var rollouts = _specification.Rollouts.Where(r => person.Covers(r.Model)).ToList();
        return
        [
            .. from alert in _standing
               let fit = rollouts.Select(r => (r.Name, Rule: AlertRules.Find(r, alert))).Where(r => r.Rule is not null).ToList()
               where fit.Count > 0 || person.CoversEverything
               select new AlertView(
                   alert.Id, alert.Name, alert.Labels, alert.Summary, alert.Since, alert.By,
                   [.. fit.Where(f => f.Rule!.Then == AlertThen.Hold).Select(f => f.Name)], [.. fit.Where(f => f.Rule!.Then == AlertThen.RollBack).Select(f => f.Name)]),
        ];
    }

    /// <summary>Takes up what stood.</summary>
    public async Task RecoverAsync(CancellationToken cancel) =>
        _standing = [.. (await store.SettingsAsync(Setting.Alert, cancel)).Select(s => s.Body!.Value.Deserialize(CoreJson.Default.StandingAlert)!)];

    /// <summary>Has the rollouts of another specification from now on.</summary>
    public void Take(SpecificationSet next) => _specification = next;

    /// <summary>Takes news of alerts. An alert belongs to who told of it: only he tells that it is over.</summary>
    /// <exception cref="StoreUnavailableException">Nothing was taken; whoever told tells again.</exception>
    public async Task<AlertReceipt> TakeAsync(IReadOnlyList<AlertNews> news, Person by)
    {
        var (standing, entries) = (_standing.ToDictionary(a => a.Id, StringComparer.Ordinal), new List<LedgerEntry>());
        int stand = 0, over = 0;
        foreach (var told in news)
        {
            var id = AlertIds.Of(by.Name, told.Fingerprint);
            var known = standing.GetValueOrDefault(id);
            if (told.IsFiring && known is null && Matters(id, told, by) is { } alert && (standing.Count < MostStanding || TakesBack(alert)))
            {
                standing[id] = alert;
                entries.Add(Entry(alert, by, alert.Summary ?? $"the alert {alert.Name} fires"));
                stand++;
            }
            else if (!told.IsFiring && known is not null)
            {
                standing.Remove(id);
                entries.Add(Over(known, by, $"the alert {known.Name} is over"));
                over++;
            }
        }

        await RecordAsync(entries, [.. standing.Values]);
        return new(stand, over, news.Count - stand - over, 0);
    }

    /// <summary>Ends an alert whose end nobody has told.</summary>
    public async Task<CommandOutcome> ClearAsync(string id, Person by, string why)
    {
        if (Views(by).All(a => a.Id != id))
        {
            return new(CommandOutcomeKind.NotFound, $"there is no alert {id}");
        }

        var known = _standing.First(a => a.Id == id);
        if (!by.Models.CoversAll(known.Models))
        {
            return new(CommandOutcomeKind.Conflict, $"{known.Name} was told of models that {by.Name} has nothing to do with: whoever has can clear it");
        }

        await RecordAsync([Over(known, by, why)], [.. _standing.Where(a => a != known)]);
        return new(CommandOutcomeKind.Done, $"{known.Name} counts as over; if its sender tells of it again, it stands again");
    }

    // A place is always left for what takes a canary back.
    private bool TakesBack(StandingAlert alert) => _specification.Rollouts.Any(r => AlertRules.Find(r, alert)?.Then == AlertThen.RollBack);

    private StandingAlert? Matters(string id, AlertNews told, Person by)
    {
        var alert = new StandingAlert(id, told.Labels, told.Summary, told.Since ?? time.GetUtcNow(), by.Name, by.Models);
        return _specification.Rollouts.Any(r => AlertRules.Find(r, alert) is not null) ? alert : null;
    }

    // Nobody's leaving ends this half-way: what is recorded is in force.
    private async Task RecordAsync(List<LedgerEntry> entries, IReadOnlyList<StandingAlert> next)
    {
        if (entries.Count > 0)
        {
            await store.RecordAsync(entries, CancellationToken.None);
            _standing = next;
        }
    }

    private LedgerEntry Entry(StandingAlert alert, Person by, string why) =>
        SettingEntries.Of(new(Setting.Alert, alert.Id, JsonSerializer.SerializeToElement(alert, CoreJson.Default.StandingAlert)), by.Name, why, time.GetUtcNow());

    private LedgerEntry Over(StandingAlert alert, Person by, string why) => SettingEntries.Of(new(Setting.Alert, alert.Id, null), by.Name, why, time.GetUtcNow());
}

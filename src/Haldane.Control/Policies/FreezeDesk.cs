using System.Text.Json;
using Haldane.Control.Settings;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Ledger;
using Haldane.Core.Policies;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Policies;

/// <summary>Keeps the freezes that people order beside those of the policies: recorded first, then in force.</summary>
/// <remarks>One writer at a time, which the controller's turns see to; <see cref="All"/> is for any thread.</remarks>
internal sealed class FreezeDesk(SpecificationSet first, IRolloutStore store, TimeProvider time)
{
    private const int MostOrdered = 1_000;

    private volatile Calendar _calendar = new(first.Policies, [], []);
    private SpecificationSet _specification = first;
    private CalendarMoment? _moment;
    private long _second;

    /// <summary>What holds now. Looked up once a second, for all rollouts: crontabs take time. For the writer only.</summary>
    public CalendarMoment Now
    {
        get
        {
            var now = time.GetUtcNow();
            if (_moment is null || !ReferenceEquals(_moment.Calendar, _calendar) || now.ToUnixTimeSeconds() != _second)
            {
                (_moment, _second) = (_calendar.At(now), now.ToUnixTimeSeconds());
            }

            return _moment;
        }
    }

    /// <summary>All freezes, those of the policies first.</summary>
    public IReadOnlyList<FreezeView> All
    {
        get
        {
            var (now, calendar) = (time.GetUtcNow(), _calendar);
            return
            [
                .. calendar.Policies.SelectMany(p => p.Freezes.Select(f => (Policy: p, Freeze: f, Window: f.Window(now)))).Select(x => new FreezeView(
                    x.Freeze.Name, x.Policy.Name, x.Policy.Models, x.Freeze.When, null, x.Freeze.Why, x.Window is not null, x.Window?.Until)),
                .. calendar.Ordered.Select(f => new FreezeView(
                    f.Name, null, f.Models, $"since {f.From.UtcDateTime:yyyy-MM-dd HH:mm} UTC", f.By, f.Why, f.Stands(now), f.Until)),
            ];
        }
    }

    /// <summary>Takes up what people had ordered.</summary>
    public async Task RecoverAsync(CancellationToken cancel)
    {
        var (freezes, overrides) = (await store.SettingsAsync(Setting.Freeze, cancel), await store.SettingsAsync(Setting.Override, cancel));
        _calendar = _calendar with
        {
            Ordered = [.. freezes.Select(s => s.Body!.Value.Deserialize(CoreJson.Default.Freeze)!)],
            Overrides = [.. overrides.Select(s => s.Body!.Value.Deserialize(CoreJson.Default.FreezeOverride)!)],
        };
    }

    /// <summary>Has the policies and models of another specification from now on.</summary>
    public void Take(SpecificationSet next)
    {
        _specification = next;
        _calendar = _calendar with { Policies = next.Policies };
    }

    /// <summary>Orders a freeze.</summary>
    public async Task<CommandOutcome> OrderAsync(Freeze freeze)
    {
        var ended = _calendar.Ordered.FirstOrDefault(f => f.Name == freeze.Name);
        if (_calendar.Policies.Any(p => p.Freezes.Any(f => f.Name == freeze.Name)) || (ended?.Stands(freeze.From) == true))
        {
            return new(CommandOutcomeKind.Conflict, $"there is a freeze {freeze.Name} already");
        }

        if (freeze.Models.FirstOrDefault(m => _specification.FindModel(m) is null) is { } unknown)
        {
            return new(CommandOutcomeKind.NotFound, $"there is no model {unknown}");
        }

        if (freeze.Until <= freeze.From)
        {
            return new(CommandOutcomeKind.Conflict, $"the freeze would end at {freeze.Until:u}, which is past");
        }

        if (_calendar.Ordered.Count >= MostOrdered)
        {
            return new(CommandOutcomeKind.Conflict, $"there are {MostOrdered} freezes; lift some that have ended");
        }

        await RecordAsync(new(Setting.Freeze, freeze.Name, JsonSerializer.SerializeToElement(freeze, CoreJson.Default.Freeze)), freeze.By, freeze.Why, freeze.From);
        _calendar = _calendar with { Ordered = [.. _calendar.Ordered.Where(f => f.Name != freeze.Name), freeze] };
        return new(CommandOutcomeKind.Done, $"{(freeze.Models.Count == 0 ? "all models are" : string.Join(", ", freeze.Models) + (freeze.Models.Count == 1 ? " is" : " are"))} frozen"
            + (freeze.Until is { } until ? $" until {until.UtcDateTime:yyyy-MM-dd HH:mm} UTC" : $" until somebody lifts {freeze.Name}"));
    }

    /// <summary>Lifts a freeze that somebody has ordered.</summary>
    public async Task<CommandOutcome> LiftAsync(string name, Person by, string? why)
    {
        if (_calendar.Policies.FirstOrDefault(p => p.Freezes.Any(f => f.Name == name)) is { } policy)
        {
            return new(CommandOutcomeKind.Conflict, $"the policy {policy.Name} has the freeze {name}: change it there, or set it aside for one rollout with override");
        }

        if (_calendar.Ordered.FirstOrDefault(f => f.Name == name) is not { } ordered)
        {
            return new(CommandOutcomeKind.NotFound, $"there is no freeze {name}");
        }

        if (!by.Models.CoversAll(ordered.Models))
        {
            return ordered.Models.Count == 0 || ordered.Models.Any(by.Covers)
                ? new(CommandOutcomeKind.Conflict, $"the freeze {name} holds models that {by.Name} has nothing to do with")
                : new(CommandOutcomeKind.NotFound, $"there is no freeze {name}");
        }

        await RecordAsync(new(Setting.Freeze, name, null), by.Name, why ?? "no reason given", time.GetUtcNow());
        _calendar = _calendar with { Ordered = [.. _calendar.Ordered.Where(f => f.Name != name)] };
        return new(CommandOutcomeKind.Done, $"{name} is lifted");
    }

    /// <summary>Lets one rollout move in spite of the freezes that hold it now.</summary>
    public async Task<CommandOutcome> OverrideAsync(Rollout rollout, Person by, string why)
    {
        OverriddenFreeze[] holding = [.. Now.Holding(rollout).Select(f => new OverriddenFreeze(f.Name, f.Since))];
        if (holding.Length == 0)
        {
            return new(CommandOutcomeKind.Conflict, $"no freeze holds {rollout.Name}");
        }

        // Those that no longer stand are forgotten: their next window holds again anyway.
        var before = _calendar.Overrides.FirstOrDefault(o => o.Rollout == rollout.Name)?.Freezes.Where(f => Now.StandingFor(rollout).Any(s => s.Name == f.Name && s.Since == f.Since)) ?? [];
        var made = new FreezeOverride(rollout.Name, [.. before, .. holding], by.Name, why);
        await RecordAsync(new(Setting.Override, rollout.Name, JsonSerializer.SerializeToElement(made, CoreJson.Default.FreezeOverride)), by.Name, why, time.GetUtcNow(), rollout.Spec.Model);
        _calendar = _calendar with { Overrides = [.. _calendar.Overrides.Where(o => o.Rollout != rollout.Name), made] };
        return new(CommandOutcomeKind.Done, $"{by.Name} sets {string.Join(" and ", holding.Select(f => f.Name))} aside for {rollout.Name}: {why}");
    }

    // Nobody's leaving ends this half-way: what is recorded is in force.
    private Task<LedgerRecord> RecordAsync(Setting setting, string by, string why, DateTimeOffset now, string model = "") =>
        store.RecordAsync(SettingEntries.Of(setting, by, why, now) with { Model = model }, CancellationToken.None);
}

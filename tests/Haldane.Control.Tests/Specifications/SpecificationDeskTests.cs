using System.Text;
using Haldane.Control.Rollouts;
using Haldane.Control.Specifications;
using Haldane.Control.Tests.Fakes;
using Haldane.Core.Access;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Core.Specification.Changes;

namespace Haldane.Control.Tests.Specifications;

/// <summary>The specification is changed while everything runs.</summary>
public sealed class SpecificationDeskTests : IDisposable
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly Person Ann = Person.Anyone with { Name = "ann" };

    private readonly Disk _disk = new();
    private readonly Journal _journal = new();
    private readonly HandTime _time = new();
    private readonly HandParts _outside = new();
    private readonly List<IDisposable> _open = [];
    private MemoryStore _store = null!;
    private RolloutController _controller = null!;
    private SpecificationDesk _desk = null!;

    public void Dispose() => _open.ForEach(o => o.Dispose());

    [Fact]
    public async Task A_new_rollout_can_be_started_and_stands_in_the_ledger()
    {
        await OpenAsync(Model());

        var report = await SendAsync(Plan());
        var started = await _controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);

        Assert.Equal((ChangeOutcome.Applied, "rollout fraud-v2 added"), (report.Outcome, report.Message));
        Assert.Equal(CommandOutcomeKind.Done, started.Kind);
        var entry = _disk.Entries.Single(e => e.Setting?.Name == "fraud-v2");
        Assert.Equal(("set", "ann", "rollout fraud-v2 added: because", "fraud"), (entry.Kind, entry.By, entry.Why, entry.Model));
        Assert.Equal("publish fraud fraud-v2 run 1 stage 0 5%", _journal.Lines[^1]);
    }

    [Fact]
    public async Task What_is_said_already_changes_nothing_however_it_is_written()
    {
        await OpenAsync(Model(), Plan());
        var records = _disk.Ledger.Count;

        var report = await SendAsync("# the same\n" + Plan().Replace("share: 5%", "share: 5.00%", StringComparison.Ordinal));

        Assert.Equal((ChangeOutcome.Unchanged, records), (report.Outcome, _disk.Ledger.Count));
        Assert.Empty(report.Changes);
    }

    [Fact]
    public async Task A_plan_is_not_changed_under_a_run_unless_somebody_agrees()
    {
        await OpenAsync(Model(), Plan());
        await _controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);
        var changed = Plan().Replace("share: 5%", "share: 2%", StringComparison.Ordinal);

        var refused = await SendAsync(changed);
        var standing = _controller.Rollouts[0].Rollout;
        var agreed = await ApplyAsync(new() { Sources = [Source(changed)], MayMoveTraffic = true, Why = "smaller" });

        Assert.Equal((ChangeOutcome.MovesTraffic, Phase.Running), (refused.Outcome, standing.Phase));
        Assert.Contains(refused.Effects, e => e is { MovesTraffic: true } && e.Message.StartsWith("fraud-v2 is taken back", StringComparison.Ordinal));
        Assert.Equal((ChangeOutcome.Applied, Phase.Draft, 200), (agreed.Outcome, _controller.Rollouts[0].Rollout.Phase, _controller.Rollouts[0].Rollout.Spec.Stages[0].Share.BasisPoints));
        Assert.Equal("ann: the rollout's specification was changed while it ran: smaller", _disk.Entries[^1].Why);
        Assert.Equal("publish fraud v1", _journal.Lines[^1]);
        Assert.Equal(new FieldChange("spec.stages[0].share", "5%", "2%"), Assert.Single(agreed.Changes[0].Fields));
    }

    [Fact]
    public async Task Servers_come_and_go_under_a_run()
    {
        await OpenAsync(Model(), Plan());
        await _controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);

        var report = await SendAsync(Model().Replace("9002\"]", "9002\", \"http://127.0.0.1:9003\"]", StringComparison.Ordinal));

        Assert.Equal((ChangeOutcome.Applied, Phase.Running), (report.Outcome, _controller.Rollouts[0].Rollout.Phase));
        Assert.Empty(report.Effects);
        Assert.Equal("publish fraud fraud-v2 run 1 stage 0 5%", _journal.Lines[^1]);
    }

    [Fact]
    public async Task A_dry_run_says_all_and_changes_nothing()
    {
        await OpenAsync(Model());
        var (records, lines) = (_disk.Ledger.Count, _journal.Lines.Count);

        var report = await ApplyAsync(new() { Sources = [Source(Plan("auto"))], IsDryRun = true });

        Assert.Equal((ChangeOutcome.WouldApply, _desk.Current.Revision), (report.Outcome, report.Revision));
        Assert.Equal("fraud-v2 starts by itself: v2 serves a part of fraud", Assert.Single(report.Effects).Message);
        Assert.Equal((records, lines, 0), (_disk.Ledger.Count, _journal.Lines.Count, _outside.Committed));
        Assert.Empty(_controller.Rollouts);
    }

    [Fact]
    public async Task A_model_that_goes_is_served_no_longer_if_somebody_agrees()
    {
        await OpenAsync(Model(), Model("chat"), Plan());

        var orphaned = await ApplyAsync(new() { Remove = [new("Model", "fraud")], MayMoveTraffic = true });
        var refused = await ApplyAsync(new() { Remove = [new("Model", "chat")] });
        var done = await ApplyAsync(new() { Remove = [new("Model", "chat")], MayMoveTraffic = true });

        Assert.Equal(ChangeOutcome.Invalid, orphaned.Outcome);
        Assert.Equal("rollout fraud-v2 (in force)", Assert.Single(orphaned.Errors).File);
        Assert.Equal((ChangeOutcome.MovesTraffic, "chat is served no longer: callers of /chat get 404"), (refused.Outcome, Assert.Single(refused.Effects).Message));
        Assert.Equal(ChangeOutcome.Applied, done.Outcome);
        Assert.Equal(["fraud"], _controller.Models.Select(m => m.Name));
    }

    [Fact]
    public async Task Whoever_looked_at_another_revision_is_told_so()
    {
        await OpenAsync(Model());
        var seen = _desk.Current.Revision;
        await SendAsync(Plan());

        var report = await ApplyAsync(new() { Remove = [new("Rollout", "fraud-v2")], Revision = seen });

        Assert.Equal((ChangeOutcome.Stale, _desk.Current.Revision), (report.Outcome, report.Revision));
        Assert.Single(_controller.Rollouts);
    }

    [Fact]
    public async Task Pruning_takes_what_no_file_names_as_far_as_the_person_has_to_do_with_it()
    {
        await OpenAsync(Model(), Model("chat"), Plan());
        var own = new ChangeOrder { Sources = [Source(Model())], Prune = true, MayMoveTraffic = true, IsDryRun = true };

        var all = await _desk.ApplyAsync(own, Ann, None);
        var some = await _desk.ApplyAsync(own, Ann with { Models = ["fraud"] }, None);

        Assert.Equal(["model chat", "rollout fraud-v2"], all.Changes.Select(c => c.Id.ToString()));
        Assert.Equal(["rollout fraud-v2"], some.Changes.Select(c => c.Id.ToString()));
    }

    [Theory]
    [InlineData(Role.Operator, "Rollout", true)]
    [InlineData(Role.Operator, "Model", false)]
    [InlineData(Role.Operator, "Policy", false)]
    [InlineData(Role.Operator, "Webhook", false)]
    [InlineData(Role.Approver, "Model", false)]
    [InlineData(Role.Admin, "Model", true)]
    [InlineData(Role.Admin, "Policy", true)]
    [InlineData(Role.Admin, "Webhook", true)]
    public async Task Plans_are_the_operators_and_all_else_is_the_admins(Role role, string kind, bool may)
    {
        await OpenAsync(Model());
        var text = kind switch
        {
            "Rollout" => Plan(),
            "Model" => Model("chat"),
            "Policy" => Head("Policy", "one") + "spec: { atMost: 1 }\n",
            _ => Head("Webhook", "ops") + "spec: { url: \"http://127.0.0.1:9/x\" }\n",
        };

        var report = await _desk.ApplyAsync(new() { Sources = [Source(text)] }, Ann with { Role = role }, None);

        Assert.Equal(may ? ChangeOutcome.Applied : ChangeOutcome.Forbidden, report.Outcome);
        Assert.Equal(may ? 2 : 1, _desk.Current.Documents.Count);
    }

    [Theory]
    [InlineData("chat", ChangeOutcome.Forbidden)]
    [InlineData("fraud", ChangeOutcome.Applied)]
    public async Task Whoever_has_to_do_with_one_model_plans_for_that_one(string model, ChangeOutcome outcome)
    {
        await OpenAsync(Model(), Model("chat"));

        var report = await _desk.ApplyAsync(new() { Sources = [Source(Plan())] }, Ann with { Role = Role.Operator, Models = [model] }, None);
        var hidden = await _desk.ApplyAsync(new() { Remove = [new("Model", model == "chat" ? "fraud" : "chat")] }, Ann with { Models = [model] }, None);

        Assert.Equal((outcome, ChangeOutcome.NotFound), (report.Outcome, hidden.Outcome));
    }

    [Fact]
    public async Task What_cannot_be_followed_outside_is_not_done_at_all()
    {
        await OpenAsync(Model());
        _outside.Fault = "header x of version v1 of model fraud: env SECRET is not there or empty";

        var report = await SendAsync(Plan());

        Assert.Equal((ChangeOutcome.Invalid, _outside.Fault), (report.Outcome, Assert.Single(report.Errors).Message));
        Assert.Empty(_controller.Rollouts);
    }

    [Fact]
    public async Task A_store_that_fails_leaves_all_as_it_was()
    {
        await OpenAsync(Model());
        _store.IsDown = (_, call) => call.StartsWith("record", StringComparison.Ordinal);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => SendAsync(Plan()));
        _store.IsDown = (_, _) => false;

        Assert.Empty(_controller.Rollouts);
        Assert.Equal((1, 0), (_desk.Current.Documents.Count, _outside.Committed));
        Assert.Equal(ChangeOutcome.Applied, (await SendAsync(Plan())).Outcome);
    }

    [Fact]
    public async Task A_store_that_fails_between_the_change_and_what_comes_of_it_is_caught_up_with()
    {
        await OpenAsync(Model(), Plan());
        await _controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);
        _store.IsDown = (_, call) => call.StartsWith("record rolled-back", StringComparison.Ordinal);
        var changed = new ChangeOrder { Sources = [Source(Plan().Replace("share: 5%", "share: 2%", StringComparison.Ordinal))], MayMoveTraffic = true };

        await Assert.ThrowsAsync<StoreUnavailableException>(() => ApplyAsync(changed));
        var between = _controller.Rollouts[0].Rollout;
        _store.IsDown = (_, _) => false;
        await _controller.TickAsync(None);

        Assert.Equal(Phase.Running, between.Phase);
        Assert.Equal((Phase.Draft, 200), (_controller.Rollouts[0].Rollout.Phase, _controller.Rollouts[0].Rollout.Spec.Stages[0].Share.BasisPoints));
        Assert.Equal("publish fraud v1", _journal.Lines[^1]);
    }

    [Fact]
    public async Task Whatever_the_call_a_crash_follows_the_next_process_stands_before_or_after_the_change()
    {
        var changed = Plan().Replace("share: 5%", "share: 2%", StringComparison.Ordinal);
        var ends = new HashSet<(int, Phase)>();
        for (var after = 1; after < 6; after++)
        {
            var test = new SpecificationDeskTests();
            await test.OpenAsync(Model(), Plan());
            await test._controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);
            test._store.DiesAfter = test._store.Calls + after;
            try
            {
                await test.ApplyAsync(new() { Sources = [Source(changed)], MayMoveTraffic = true });
            }
            catch (CrashException)
            {
                // As was to be.
            }

            await test.OpenAsync();
            var rollout = test._controller.Rollouts[0].Rollout;
            ends.Add((rollout.Spec.Stages[0].Share.BasisPoints, rollout.Phase));
            Assert.Equal(rollout.Phase == Phase.Running ? "publish fraud fraud-v2 run 1 stage 0 5%" : "publish fraud v1", test._journal.Lines[^1]);
            Assert.Equal(test._disk.Ledger.Count, test._disk.Ledger.DistinctBy(r => r.Hash).Count());
            Assert.True(test._disk.Kinds.Count(k => k == "rolled-back") <= 1);
            test.Dispose();
        }

        Assert.Equal([(200, Phase.Draft)], ends);
    }

    [Fact]
    public async Task What_was_applied_is_there_after_a_restart_with_the_same_files()
    {
        await OpenAsync(Model(), Plan());
        await ApplyAsync(new() { Sources = [Source(Plan().Replace("share: 5%", "share: 2%", StringComparison.Ordinal))] });
        await SendAsync(Plan(name: "fraud-v3", canary: "v3"));

        await OpenAsync(Model(), Plan());

        Assert.Equal(["fraud-v2", "fraud-v3"], _controller.Rollouts.Select(r => r.Rollout.Name));
        Assert.Equal(200, _controller.Rollouts[0].Rollout.Spec.Stages[0].Share.BasisPoints);
    }

    [Fact]
    public async Task A_plan_that_comes_back_stands_where_it_stood()
    {
        await OpenAsync(Model(), Plan());
        await _controller.CommandAsync("fraud-v2", RolloutCommand.Start, Ann, null, None);
        await _controller.CommandAsync("fraud-v2", RolloutCommand.RollBack, Ann, "enough", None);
        await SendAsync(Plan().Replace("share: 5%", "share: 2%", StringComparison.Ordinal));
        var changed = _controller.Rollouts[0].Rollout.Phase;

        await SendAsync(Plan());

        Assert.Equal((Phase.Draft, Phase.RolledBack), (changed, _controller.Rollouts[0].Rollout.Phase));
    }

    [Fact]
    public async Task Every_mistake_is_told_with_its_place_in_what_was_sent()
    {
        await OpenAsync(Model());

        var report = await SendAsync(Plan().Replace("model: fraud", "model: freud", StringComparison.Ordinal).Replace("ratio: 2", "ratio: two", StringComparison.Ordinal));

        Assert.Equal(ChangeOutcome.Invalid, report.Outcome);
        Assert.Equal([("sent.yaml", 5), ("sent.yaml", 10)], report.Errors.Select(e => (e.File, e.Line)));
    }

    // The files of the start; without any, what the store has.
    private async Task OpenAsync(params string[] files)
    {
        _store = new(_disk, _journal);
        var router = new HandRouter(_journal) { Traffic = split => Make.Traffic(split), IsDead = () => _store.IsDead };
        var stored = await StoredSpecification.RecoverAsync(_store, files is [] ? null : [Source(string.Join("---\n", files))], prune: false, _time, None);
        await stored.KeepAsync();
        _controller = await RolloutController.RecoverAsync(stored.Current.Set, _store, router, new TokenCodec(new byte[32]), _time, new Lines<RolloutController>(), None);
        _desk = new(stored, _controller, _outside);
        _open.AddRange([_controller, _desk]);
    }

    private Task<ChangeReport> SendAsync(string text) => ApplyAsync(new() { Sources = [Source(text)], Why = "because" });

    private Task<ChangeReport> ApplyAsync(ChangeOrder order) => _desk.ApplyAsync(order, Ann, None);

    private static SpecificationSource Source(string text) => new("sent.yaml", Encoding.UTF8.GetBytes(text));

    private static string Head(string kind, string name) => $"apiVersion: haldane.dev/v1\nkind: {kind}\nmetadata: {{ name: {name} }}\n";

    private static string Model(string name = "fraud") => Head("Model", name) + $$"""
        spec:
          route: { path: /{{name}} }
          versions:
            - { name: v1, endpoints: ["http://127.0.0.1:9001"] }
            - { name: v2, endpoints: ["http://127.0.0.1:9002"] }
            - { name: v3, endpoints: ["http://127.0.0.1:9004"] }

        """;

    private static string Plan(string start = "manual", string name = "fraud-v2", string canary = "v2") => Head("Rollout", name) + $$"""
        spec:
          model: fraud
          baseline: v1
          canary: {{canary}}
          start: {{start}}
          stages: [{ share: 5%, bake: 10m }, { share: 50%, bake: 10m }]
          guards: [{ name: errors, signal: error-rate, atMost: { ratio: 2 } }]

        """;

    /// <summary>What follows outside, in memory.</summary>
    private sealed class HandParts : IOutsideParts
    {
        public string? Fault { get; set; }

        public int Committed { get; private set; }

        public IPreparedParts Prepare(SpecificationSet before, SpecificationSet next) => new Prepared(this);

        private sealed class Prepared(HandParts parent) : IPreparedParts
        {
            public IReadOnlyList<SpecificationError> Faults { get; } = parent.Fault is { } fault ? [new("secrets", 0, 0, "", fault)] : [];

            public Task BeginAsync() => Task.CompletedTask;

            public void Commit() => parent.Committed++;

            public void Dispose()
            {
                // Nothing is open.
            }
        }
    }
}

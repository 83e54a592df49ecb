using System.Text.Json;
using Haldane.Control.Courses;
using Haldane.Control.Reports;
using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Access;
using Haldane.Core.Judging;
using Haldane.Core.Ledger;
using Haldane.Core.Ports;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Reports;

/// <summary>Packs of rollouts that a controller has run over a store in memory.</summary>
public sealed class PackMakerTests
{
    private static readonly DateTimeOffset Later = new(2026, 12, 1, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_promoted_run_says_what_it_went_through()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(8);

        var pack = await MakeAsync(world);

        Assert.Equal((Phase.Promoted, "judge", "ann", Later), (pack.Summary.Outcome, pack.Summary.By, pack.Summary.StartedBy, pack.MadeAt));
        Assert.All(pack.Course.Stages, s => Assert.NotNull(s.Left));
        Assert.Equal([new(12_000, 0), new(12_000, 0)], pack.Course.Stages.Select(s => s.Canary));
        Assert.Equal((48_000, new ArmSum(24_000, 0)), (pack.BlastRadius.Exchanges, pack.BlastRadius.Canary));
        Assert.Equal(VerdictKind.Pass, Assert.Single(pack.Guards).Verdict!.Kind);
        Assert.Equal((6, true, world.Disk.Evidence[1][^1].Digest), (pack.Proof.Slices, pack.Proof.Replay.IsEqual, pack.Proof.Digest));
        Assert.Equal(6, pack.Course.Curves.Count);
        Assert.Equal((world.Disk.Ledger.Count, 0), (pack.Proof.ChainRecords, pack.Proof.ChainProblems));
    }

    [Fact]
    public async Task A_run_that_was_taken_back_says_why_and_what_it_did()
    {
        using var world = await World.StartedAsync(Make.Rollout() with { Return = new([new(500)], TimeSpan.FromSeconds(2)) });
        world.Router.Traffic = split => Make.Traffic(split, canaryErrors: 400);
        await world.TickAsync(6);

        var pack = await MakeAsync(world);

        Assert.Equal((Phase.RolledBack, "judge", "errors"), (pack.Summary.Outcome, pack.Summary.By, pack.Summary.Guard));
        Assert.Equal(world.Disk.Entries.First(e => e.Kind == "returning").Why, pack.Summary.Why);
        Assert.Equal(VerdictKind.Fail, pack.Guards[0].Verdict!.Kind);
        var failed = pack.BlastRadius.Harm.Single(h => h.What == "failed");
        Assert.Equal((pack.BlastRadius.Canary.Errors, true), (failed.Seen, failed.IsClear));
        Assert.True(pack.BlastRadius.Canary.Exchanges > pack.Course.Stages.Sum(s => s.Canary.Exchanges), "what was served on the way back counts too");
        Assert.True(pack.Proof.Replay.IsEqual);
    }

    [Fact]
    public async Task The_same_store_gives_the_same_bytes()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(8);

        var (one, two) = (await MakeAsync(world), await MakeAsync(world));

        Assert.Equal(JsonSerializer.Serialize(one, ReportJson.Default.EvidencePack), JsonSerializer.Serialize(two, ReportJson.Default.EvidencePack));
    }

    [Fact]
    public async Task Of_several_runs_the_last_is_taken_or_the_one_that_is_asked_for()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(2);
        await world.RollBackAsync();
        await world.AskAsync(RolloutCommand.Retry);
        await world.TickAsync(2);

        var (last, first) = (await MakeAsync(world), await MakeAsync(world, run: 1));

        Assert.Equal((2, Phase.Running, 1, Phase.RolledBack), (last.Summary.Run, last.Summary.Outcome, first.Summary.Run, first.Summary.Outcome));
        Assert.Equal(("ann", 2), (first.Summary.By, first.Summary.Runs.Count));
        Assert.Null(first.People.StarterIsProven); // of a run that another has followed nobody knows any more
        Assert.False(last.People.StarterIsProven);
    }

    [Fact]
    public async Task People_freezes_and_overrides_are_in_its_course()
    {
        using var world = await World.StartedAsync();
        await world.Controller.FreezeAsync(new("audit", [], world.Time.GetUtcNow(), null, "cleo", "audit week"), CancellationToken.None);
        await world.Controller.FreezeAsync(new("other", ["chat"], world.Time.GetUtcNow(), null, "cleo", "not ours"), CancellationToken.None);
        await world.TickAsync(4);
        await world.AskAsync(RolloutCommand.Override);
        await world.TickAsync(8);

        var pack = await MakeAsync(world);

        Assert.Contains(pack.Course.Entries, e => e is { Kind: "freeze set", By: "cleo", Why: "audit week", Stage: null, IsPerson: true });
        Assert.Contains(pack.Course.Entries, e => e is { Kind: "override set", By: "ann" });
        Assert.DoesNotContain(pack.Course.Entries, e => e.Why == "not ours");
        Assert.Equal(pack.Course.Entries.OrderBy(e => e.Number), pack.Course.Entries);
        Assert.Equal(["ann", "cleo", "judge"], pack.People.Actors.Select(a => a.Name));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(false, null)]
    public async Task Who_agreed_is_held_against_what_was_asked(bool goesUp, bool? isKept)
    {
        var plan = Make.Rollout();
        using var world = await World.StartedAsync(plan with { Stages = [plan.Stages[0] with { Approval = new() { People = ["ben"] } }, plan.Stages[1]] });
        await world.TickAsync(4);
        if (goesUp)
        {
            world.By = Person.Anyone with { Name = "ben" };
            await world.AskAsync(RolloutCommand.Approve, why: "looks fine");
            await world.TickAsync(2);
        }

        var approval = Assert.Single((await MakeAsync(world)).People.Approvals);

        Assert.Equal((0, 1, goesUp, isKept), (approval.Stage, approval.Asked, approval.WentUp, approval.IsKept));
        Assert.Equal(goesUp ? ["ben"] : [], approval.Given.Select(g => g.By));
        Assert.All(approval.Given, g => Assert.False(g.IsStarter));
    }

    [Fact]
    public async Task Owner_and_risk_are_those_of_the_start()
    {
        var about = new AboutSpec { Owner = "payments-risk", Purpose = "finds fraud", Risk = RiskClass.Limited };
        using var world = await World.OpenAsync(new([Make.Model() with { About = about }], [Make.Rollout()]));
        await world.StartAsync();
        await world.TickAsync(2);

        var pack = await MakeAsync(world);

        Assert.Equal((about, "payments-risk", RiskClass.Limited, false), (pack.Change.About, pack.Summary.Owner, pack.Summary.Risk, pack.People.FourEyes));
    }

    [Fact]
    public async Task No_prompt_header_or_address_secret_is_in_it()
    {
        var model = Make.Model();
        var canary = new VersionSpec("v2", ["http://user:p4ssword@two:9000/v1?key=k3y"])
        {
            Override = new()
            {
                Model = "big-model",
                System = "You are a s3cret prompt.",
                Parameters = [new("/temperature", "0.7"), new("/stop", "\"a s3cret word\""), new("/seed", null)],
                Headers = [new("x-tenant", "s3cret"), new("authorization", null) { Secret = new() { Env = "MODEL_KEY" } }],
            },
        };
        using var world = await World.OpenAsync(new([model with { Versions = [model.Versions[0], canary] }], [Make.Rollout()]));
        await world.StartAsync();
        await world.TickAsync(2);

        var pack = await MakeAsync(world);

        var text = JsonSerializer.Serialize(pack, ReportJson.Default.EvidencePack);
        Assert.All(["s3cret", "p4ssword", "k3y"], secret => Assert.DoesNotContain(secret, text, StringComparison.Ordinal));
        Assert.Equal(["http://two:9000/v1"], pack.Change.Canary.Endpoints);
        Assert.Equal(
            [("model name", "big-model"), ("system prompt", "24 characters"), ("parameter /temperature", "0.7"), ("parameter /stop", "15 characters"), ("parameter /seed", "removed"), ("header x-tenant", "set"), ("header authorization", "set from a secret")],
            pack.Change.Canary.Overrides.Select(o => (o.What, o.Value.Split(',')[0])));
    }

    [Fact]
    public async Task A_record_or_a_slice_that_was_altered_is_told()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(8);
        var last = world.Disk.Ledger[^1];
        world.Disk.Ledger[^1] = last with { Body = last.Body.Replace("every guard has passed", "nothing to see here", StringComparison.Ordinal) };
        world.Disk.Evidence[1][0] = (world.Disk.Evidence[1][0].Body.Replace("4000", "4001", StringComparison.Ordinal), world.Disk.Evidence[1][0].Digest);

        var pack = await MakeAsync(world);

        Assert.Contains(pack.Proof.Problems, p => p.StartsWith($"record {last.Number}: was altered", StringComparison.Ordinal));
        Assert.False(pack.Proof.Replay.IsEqual);
        Assert.Contains(pack.Proof.Replay.Differences, d => d.Contains("digest", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nope", null, "there is no rollout nope in the ledger")]
    [InlineData("fraud-v2", 7, "fraud-v2 has no run 7, only 1")]
    public async Task What_is_not_there_is_not_found(string rollout, int? run, string message)
    {
        using var world = await World.StartedAsync();
        await world.TickAsync();

        var outcome = await Maker(world).MakeAsync(rollout, run, Person.Anyone, Later, CancellationToken.None);

        Assert.Equal(new(null, PackOutcomeKind.NotFound, message), outcome);
    }

    [Fact]
    public async Task What_somebody_may_not_see_is_not_there()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync();

        var outcome = await Maker(world).MakeAsync("fraud-v2", null, new("ada") { Models = ["chat"] }, Later, CancellationToken.None);

        Assert.Equal(PackOutcomeKind.NotFound, outcome.Kind);
    }

    [Fact]
    public async Task A_run_of_an_older_program_has_no_pack_and_says_why()
    {
        using var world = await World.StartedAsync();
        world.Disk.Ledger[0] = LedgerChain.Append(world.Disk.Entries[0] with { ModelSpecification = null }, 1, LedgerChain.Beginning);

        var outcome = await Maker(world).MakeAsync("fraud-v2", null, Person.Anyone, Later, CancellationToken.None);

        Assert.Equal(PackOutcomeKind.Unreadable, outcome.Kind);
        Assert.Contains("as those of older programs", outcome.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_run_is_drawn_in_some_hundred_points_that_leave_nothing_out()
    {
        using var world = await World.StartedAsync(Make.Rollout() with { Stages = [new(new(1_000), TimeSpan.FromHours(1))] });
        await world.TickAsync(1_000);

        var pack = await MakeAsync(world);

        var seconds = world.Disk.Slices(1).Sum(s => s.Length.TotalSeconds);
        Assert.InRange(pack.Course.Curves.Count, CourseTally.Most / 2, CourseTally.Most);
        Assert.Equal(pack.Course.Curves.Count, pack.Guards[0].Band.Count);
        Assert.Equal(seconds, pack.Course.Curves.Sum(c => (c.To - c.From).TotalSeconds), 6);
        Assert.Equal(seconds, pack.Guards[0].Kinds.Sum(k => k.Seconds), 6);
        Assert.Equal(pack.BlastRadius.Canary.Exchanges, (long)Math.Round(pack.Course.Curves.Sum(c => c.Canary.PerSecond * (c.To - c.From).TotalSeconds)));
    }

    private static PackMaker Maker(World world) => new(world.Store, world.Store, static (_, _, _) => true);

    private static async Task<EvidencePack> MakeAsync(World world, int? run = null)
    {
        var outcome = await Maker(world).MakeAsync("fraud-v2", run, Person.Anyone, Later, CancellationToken.None);
        return outcome.Pack ?? throw new InvalidOperationException(outcome.Message);
    }
}

using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Tests.Rollouts;

/// <summary>The process dies after each call to the store in turn; the next one takes up.</summary>
public sealed class CrashTests
{
    public static TheoryData<int> EachCall => [.. Enumerable.Range(1, 13)];

    [Theory]
    [MemberData(nameof(EachCall))]
    public async Task After_a_crash_the_run_goes_on_in_the_same_stage_with_the_same_evidence(int call)
    {
        var disk = new Disk();
        var died = await LiveUntilAsync(disk, call);
        var recorded = disk.Ledger.Count;
        var (stage, slices) = (disk.Last?.Stage ?? 0, disk.Slices(1).Count);

        using var next = await World.OpenAsync(Make.Set(Make.Rollout()), disk);

        Assert.Equal(recorded, disk.Ledger.Count);
        Assert.Equal(stage, next.View.Rollout.Stage);
        Assert.Equal(slices, next.View.Judgement?.UpToSlice ?? slices);
        Assert.Equal(died, next.Router.Picture.Models[0].Split?.Stage ?? -1);
    }

    [Theory]
    [MemberData(nameof(EachCall))]
    public async Task After_a_crash_nothing_is_decided_twice(int call)
    {
        var disk = new Disk();
        await LiveUntilAsync(disk, call);

        using var next = await World.OpenAsync(Make.Set(Make.Rollout()), disk);
        await next.StartAsync();
        await next.TickAsync(12);

        Assert.Equal(["started", "stage-entered", "promoted"], disk.Kinds.Where(k => k != "held"));
        Assert.Equal(Enumerable.Range(1, disk.Slices(1).Count).Select(n => (long)n), disk.Slices(1).Select(s => s.Number));
        Assert.Equal("publish fraud v2", next.Journal.Lines[^1]);
    }

    [Fact]
    public async Task A_crash_between_record_and_publication_repeats_the_publication()
    {
        var disk = new Disk();
        using (var world = await World.OpenAsync(Make.Set(Make.Rollout()), disk))
        {
            world.Store.DiesAfter = world.Store.Calls + 1;
            await Assert.ThrowsAsync<CrashException>(() => world.StartAsync());
            Assert.Equal("record started fraud-v2 run 1 stage 0 10%", world.Journal.Lines[^1]);
        }

        using var next = await World.OpenAsync(Make.Set(Make.Rollout()), disk);

        Assert.Equal("publish fraud fraud-v2 run 1 stage 0 10%", next.Journal.Lines[^1]);
        Assert.Equal(["started"], disk.Kinds);
    }

    [Fact]
    public async Task Subjects_that_failed_or_were_refused_before_a_restart_are_not_counted_again()
    {
        var disk = new Disk();
        using (var world = await World.OpenAsync(Make.Set(Make.Rollout()), disk))
        {
            world.Router.Traffic = split => Make.Traffic(
                split, occurrences: [new(Occurrence.Failure, 7, Arm.Canary, 0), new(Occurrence.Failure, 8, Arm.Baseline, 0), new(Occurrence.Refused, 9, Arm.Canary, 0)]);
            await world.StartAsync();
            await world.TickAsync();
        }

        using var next = await World.OpenAsync(Make.Set(Make.Rollout()), disk);
        next.Router.Traffic = split => Make.Traffic(
            split,
            occurrences:
            [
                new(Occurrence.Failure, 7, Arm.Canary, 0),
                new(Occurrence.Failure, 9, Arm.Canary, 0),
                new(Occurrence.Refused, 9, Arm.Canary, 0),
                new(Occurrence.Refused, 7, Arm.Canary, 0),
            ]);
        await next.TickAsync();

        var slice = disk.Slices(1)[1];
        Assert.Equal([9u], slice.Canary.ErrorSubjects);
        Assert.Equal([new(GatewayEvents.Refused, [7u])], slice.Canary.EventSubjects);
        Assert.Equal([1, 1], slice.Events.Select(e => e.Subjects)); // everyone, and a segment
        Assert.True(slice.Fresh);
    }

    [Fact]
    public async Task The_judgement_after_a_restart_is_the_one_before_it()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(5);
        var before = world.View;

        using var next = await world.RestartAsync();

        Assert.Equal(before.Judgement, next.View.Judgement);
        Assert.Equal(before.Totals, next.View.Totals);
        Assert.Equal(before.Series, next.View.Series);
        Assert.Equal(before.Rollout.Stage, next.View.Rollout.Stage);
    }

    [Fact]
    public async Task Ended_rollouts_stay_ended_after_a_restart()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(8);

        using var next = await world.RestartAsync();
        await next.TickAsync(3);

        Assert.Equal(Phase.Promoted, next.View.Rollout.Phase);
        Assert.Equal(["publish fraud v2"], next.Journal.Lines.Where(l => l.StartsWith("publish", StringComparison.Ordinal)));
        Assert.Equal("promoted", world.Disk.Kinds[^1]);
    }

    // A whole run, in which the process dies after the given call to the store. Gives the stage that the store has it in; -1 when it does not run.
    private static async Task<int> LiveUntilAsync(Disk disk, int call)
    {
        using var world = await World.OpenAsync(Make.Set(Make.Rollout()), disk);
        world.Store.DiesAfter = world.Store.Calls + call;
        try
        {
            await world.StartAsync();
            for (var i = 0; i < 8 && !world.Store.IsDead; i++)
            {
                await world.TickAsync();
            }
        }
        catch (CrashException)
        {
            // It died in a command or in a tick.
        }

        return disk.Last is { Kind: not ("promoted" or "rolled-back") } last ? last.Stage : -1;
    }
}

using Haldane.Control.Tests.Fakes;
using Haldane.Core.Rollouts;

namespace Haldane.Control.Tests.Courses;

/// <summary>What is shown of a run while it lasts, when it has ended, and after a restart.</summary>
public sealed class SummaryTests
{
    [Fact]
    public async Task A_running_rollout_has_a_point_for_each_second_and_each_guard()
    {
        using var world = await World.StartedAsync();

        await world.TickAsync(3);

        var course = world.Controller.Course("fraud-v2")!;
        Assert.Equal((1, 3), (course.Run, course.Curves.Count));
        Assert.Equal(world.View.Rollout.Spec.Guards.Select(g => g.Name), course.Bands.Select(b => b.Guard));
        Assert.All(course.Bands, b => Assert.Equal(3, b.Points.Count));
        Assert.Equal(world.View.Judgement!.Verdicts.Select(v => v.Kind), course.Bands.Select(b => b.Points[^1].Kind));
        Assert.Null(world.Controller.Course("another"));
    }

    [Fact]
    public async Task A_running_rollout_has_the_same_course_after_a_restart()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(3);
        var before = world.Controller.Course("fraud-v2");

        await world.RecoverAsync();

        Assert.Equal(before, world.Controller.Course("fraud-v2"));
    }

    [Fact]
    public async Task What_has_ended_is_shown_as_it_ended_also_after_a_restart()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(8);
        var (view, course) = (world.View, world.Controller.Course("fraud-v2"));

        await world.RecoverAsync();

        Assert.Equal(Phase.Promoted, view.Rollout.Phase);
        Assert.Equal(view.Judgement!.Verdicts.Select(v => v.Kind), world.View.Judgement!.Verdicts.Select(v => v.Kind));
        Assert.Equal(view.Totals, world.View.Totals);
        Assert.Equal(6, course!.Curves.Count);
        Assert.Equal(course, world.Controller.Course("fraud-v2"));
    }

    [Fact]
    public async Task A_summary_that_the_store_did_not_take_is_kept_later_and_decides_nothing()
    {
        using var world = await World.StartedAsync();
        world.Store.IsDown = static (_, call) => call == "summary";
        await world.TickAsync(8);
        var (ended, health, kept) = (world.View.Rollout.Phase, world.Controller.Health.Ready, world.Disk.Summaries.Count);

        world.Store.IsDown = static (_, _) => false;
        await world.TickAsync();

        Assert.Equal((Phase.Promoted, true, 0, 1), (ended, health, kept, world.Disk.Summaries.Count));
    }

    [Fact]
    public async Task A_new_run_begins_its_course_anew()
    {
        using var world = await World.StartedAsync();
        await world.TickAsync(2);
        await world.RollBackAsync();
        await world.StartAsync();
        await world.TickAsync();

        Assert.Equal((2, 1), (world.Controller.Course("fraud-v2")!.Run, world.Controller.Course("fraud-v2")!.Curves.Count));
    }
}

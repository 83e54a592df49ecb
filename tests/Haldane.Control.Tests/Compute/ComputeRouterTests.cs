using Haldane.Control.Compute;
using Haldane.Control.Tests.Fakes;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Control.Tests.Compute;

/// <summary>Processes of versions: when they run, and when a canary gets its share.</summary>
public sealed class ComputeRouterTests : IAsyncDisposable
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(50);

    private readonly FakeProcesses _processes = new();
    private readonly HandRouter _below = new(new());
    private readonly ComputeRouter _router;

    public ComputeRouterTests()
    {
        _router = new(_below, _processes, _processes, TimeProvider.System);
        _below.Traffic = split => Make.Traffic(split);
    }

    public ValueTask DisposeAsync() => _router.DisposeAsync();

    [Fact]
    public async Task A_canary_gets_its_share_when_its_process_is_ready_and_warm()
    {
        _processes.NotReady = "it accepts no connection";
        _router.Publish(Split(new(1_000)));
        Assert.Equal(Share.None, Served);
        var waiting = _router.Collect(1)!;

        _processes.NotReady = null;
        await UntilAsync(() => Served == new Share(1_000));

        Assert.Equal(3, _processes.Warmed);
        Assert.Equal(("fraud", "v2", 50), _processes.Replayed);
        Assert.Equal("its process starts", waiting.Ejection!.Sentence);
        Assert.Equal(TimeSpan.Zero, waiting.Ejection.For);
        Assert.Null(_router.Collect(1)!.Ejection);
        Assert.Equal("fraud/v2", Assert.Single(_processes.Started).Name);
    }

    [Fact]
    public async Task A_process_that_ends_is_started_again_and_the_share_waits()
    {
        _router.Publish(Split(new(1_000)));
        await UntilAsync(() => Served == new Share(1_000));

        _processes.Started[0].End("it ended with exit code 3");
        await UntilAsync(() => Served == Share.None);
        var dead = _router.Collect(1)!;
        await UntilAsync(() => Served == new Share(1_000));

        Assert.Equal("its process is started again: it ended with exit code 3", dead.Ejection!.Sentence);
        Assert.Equal((2, ComputePhase.Ready), (_processes.Started.Count, Assert.Single(_router.All).Phase));
    }

    [Fact]
    public async Task One_that_cannot_be_started_has_failed_at_once()
    {
        _processes.Refusal = "nope cannot be started: no such file";
        _router.Publish(Split(new(1_000)));
        await UntilAsync(() => _router.All is [{ Phase: ComputePhase.Failed }]);

        var ejection = _router.Collect(1)!.Ejection!;
        Assert.Equal((true, "its process has failed: nope cannot be started: no such file"), (ejection.IsFinal, ejection.Sentence));
    }

    [Fact]
    public async Task What_has_failed_before_is_tried_anew_when_it_is_needed_anew()
    {
        _processes.Refusal = "nope cannot be started: no such file";
        _router.Publish(Split(new(1_000)));
        await UntilAsync(() => _router.All is [{ Phase: ComputePhase.Failed }]);
        _router.Publish(new([new(Model(5), "v1", null)]));
        Assert.Equal("nope cannot be started: no such file", Assert.Single(_router.All).Fault); // to be looked up afterwards

        _processes.Refusal = null;
        _router.Publish(Split(new(1_000)));
        var anew = _router.Collect(1)!.Ejection;
        await UntilAsync(() => Served == new Share(1_000));

        Assert.False(anew?.IsFinal == true);
    }

    [Fact]
    public async Task One_that_ends_too_often_is_given_up()
    {
        _processes.NotWarm = "was answered with 500";
        _router.Publish(Split(new(1_000), restarts: 1));
        await UntilAsync(() => _router.All is [{ Phase: ComputePhase.Failed }]);

        Assert.Equal((2, "it did not warm up: /warm was answered with 500; it was started 2 times and is given up"), (_processes.Started.Count, _router.All[0].Fault));
    }

    [Fact]
    public async Task Another_command_is_started_when_the_process_before_it_has_let_go_of_the_address()
    {
        _router.Publish(Split(new(1_000)));
        await UntilAsync(() => Served == new Share(1_000));
        _processes.IsSlowToEnd = true;
        _router.Publish(Split(new(1_000), restarts: 4));
        await UntilAsync(() => _processes.Started[0].WasAsked);
        await Task.Delay(2 * Short);
        Assert.Equal((1, Share.None), (_processes.Started.Count, Served));

        _processes.Started[0].End("it ended with exit code 0");
        await UntilAsync(() => Served == new Share(1_000));

        Assert.Equal(2, _processes.Started.Count);
        _processes.IsSlowToEnd = false;
    }

    [Fact]
    public async Task What_nobody_needs_drains_and_is_asked_to_end()
    {
        _router.Publish(Split(new(1_000)));
        await UntilAsync(() => Served == new Share(1_000));

        _router.Publish(new([new(Model(5), "v1", null)]));
        await UntilAsync(() => _router.All is [{ Phase: ComputePhase.Draining }]);
        await UntilAsync(() => _processes.Started[0].WasAsked && _router.All.Count == 0);
    }

    [Fact]
    public async Task What_is_needed_again_while_it_drains_goes_on()
    {
        _router.Publish(Split(new(1_000), drain: TimeSpan.FromMinutes(1)));
        await UntilAsync(() => Served == new Share(1_000));
        _router.Publish(new([new(Model(5, TimeSpan.FromMinutes(1)), "v1", null) { Warm = [] }]));
        await UntilAsync(() => _router.All is [{ Phase: ComputePhase.Draining }]);

        _router.Publish(Split(new(1_000), drain: TimeSpan.FromMinutes(1)));
        await UntilAsync(() => Served == new Share(1_000));

        Assert.Single(_processes.Started);
    }

    [Fact]
    public async Task What_a_promotion_has_replaced_is_kept_as_long_as_it_can_be_taken_back()
    {
        _router.Publish(Split(new(1_000)));
        await UntilAsync(() => Served == new Share(1_000));

        _router.Publish(new([new(Model(5), "v1", null) { Warm = ["v2"] }]));
        await Task.Delay(2 * Short);

        Assert.Equal(ComputePhase.Ready, Assert.Single(_router.All).Phase);
    }

    [Fact]
    public async Task A_process_is_measured_as_long_as_there_is_one()
    {
        Assert.Null(_router.Measure("fraud", "v2"));
        _router.Publish(Split(new(1_000)));
        await UntilAsync(() => Served == new Share(1_000));
        _processes.Started[0].Used = new(1.5, 7);
        var ready = _router.Measure("fraud", "v2")!;

        _processes.NotReady = "it accepts no connection";
        _processes.Started[0].End("it ended with exit code 3");
        await UntilAsync(() => _router.All is [{ Phase: ComputePhase.Waiting }]);

        Assert.Equal((ComputePhase.Ready, new ProcessUsage(1.5, 7)), (ready.Phase, ready.Usage));
        Assert.Null(_router.Measure("fraud", "v2")!.Usage);
        Assert.Null(_router.Measure("fraud", "v1")); // it has no process of its own
    }

    private Share? Served => _below.Picture.Models[0].Split?.Share;

    private static RoutingPicture Split(Share share, int restarts = 5, TimeSpan? drain = null) => new([new(Model(restarts, drain), "v1", new(1, "fraud-v2", 0, share, "v1", "v2"))]);

    private static ModelSpec Model(int restarts, TimeSpan? drain = null)
    {
        var model = Make.Model();
        var runtime = new RuntimeSpec(["serve"]) { WarmUp = [new("/warm") { Times = 3 }, new("") { Recent = 50 }], Restarts = restarts, Drain = drain ?? Short };
        return model with { Versions = [model.Versions[0], model.Versions[1] with { Runtime = runtime }, model.Versions[2]] };
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 600 && !isSo(); i++)
        {
            await Task.Delay(20);
        }

        Assert.True(isSo());
    }
}

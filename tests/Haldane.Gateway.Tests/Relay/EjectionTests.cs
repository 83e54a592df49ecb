using System.Diagnostics;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>A canary that dies under its callers, and one that comes back.</summary>
public sealed class EjectionTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(Fault.Refuses, EjectionCause.Unreachable, 5)]
    [InlineData(Fault.ResetsBeforeHead, EjectionCause.Broken, 10)]
    [InlineData(Fault.Answers503, EjectionCause.Erring, 20)]
    public async Task A_dead_canary_is_asked_no_more_and_no_caller_sees_it(Fault fault, EjectionCause cause, int least)
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var canary = fault == Fault.Refuses ? Upstream.Refusing() : Upstream.Start(Conducts.Of(fault));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);

        var calls = await UntilEjectedAsync(rig);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(Conducts.Legit, (await rig.InferAsync([])).Text);
        }

        var observed = await rig.EndAsync();
        var traffic = rig.Router.Traffic().Single(t => t.Arm == Arm.Canary);
        Assert.NotNull(observed.Ejection);
        Assert.Equal(cause, observed.Ejection.Cause);
        Assert.InRange(observed.Ejection.Failures, least, int.MaxValue);

        // What did not reach the canary is counted for nobody.
        Assert.Equal((traffic.Errors, traffic.Errors), (observed.Canary.Cells[SegmentCells.Everyone].Exchanges, observed.Canary.Cells[SegmentCells.Everyone].Errors));
        Assert.Equal(calls + 5, traffic.Errors + traffic.Ejected);
        Assert.InRange(traffic.Ejected, 5, 6);
        Assert.Equal(CellEvidence.Empty, observed.Baseline.Cells[SegmentCells.Everyone]);

        // But its subjects are, where they are assigned; the sample takes few of them for the same.
        Assert.Equal(0, observed.Baseline.NewSubjects);
        Assert.InRange(observed.Canary.NewSubjects, 0.95 * calls, calls + 5);
    }

    [Fact]
    public async Task An_answer_in_the_place_of_an_ejected_canary_does_not_count_when_it_is_labelled()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var canary = Upstream.Refusing();
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);
        await UntilEjectedAsync(rig);

        var answer = await rig.InferAsync([]);

        Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out var token));
        Assert.Equal((Arm.Canary, false), (token.Arm, token.Counts));
    }

    [Theory]
    [InlineData(Failover.Auto, Protocol.OpenInference)]
    [InlineData(Failover.Auto, Protocol.Http)] // calls that must not be repeated
    [InlineData(Failover.Always, Protocol.Http)]
    public async Task A_canary_that_is_back_is_asked_again(Failover failover, Protocol protocol)
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var canary = Upstream.Refusing();
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary, spec => spec with { Failover = failover, Protocol = protocol });
        await UntilEjectedAsync(rig);

        canary.Listen(Conducts.Of(Fault.None));
        await UntilAsync(async () => (await rig.InferAsync([])).Text == Conducts.Fraud);

        // The caller has its answer a moment before it is booked.
        await UntilAsync(() => Task.FromResult(rig.Router.Collect(Rig.Run)!.Ejection is null));
        Assert.Equal(Conducts.Fraud, (await rig.InferAsync([])).Text);
    }

    [Fact]
    public async Task A_call_that_must_not_be_repeated_is_never_tried_on_a_canary_that_breaks_answers()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var canary = Upstream.Start(Conducts.Of(Fault.ResetsBeforeHead));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary, spec => spec with { Protocol = Protocol.Http });
        var asked = await UntilEjectedAsync(rig, 502);

        var begun = Stopwatch.StartNew();
        while (begun.Elapsed < TimeSpan.FromSeconds(1.5))
        {
            Assert.Equal(Conducts.Legit, (await rig.InferAsync([])).Text);
        }

        Assert.Equal(asked, canary.Requests.Count);
    }

    [Fact]
    public async Task A_baseline_that_is_dead_is_never_ejected()
    {
        await using var baseline = Upstream.Refusing();
        await using var canary = Upstream.Always(Conducts.Ok(Conducts.Fraud));
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Baseline);
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(502, (await rig.InferAsync([])).Status);
        }

        baseline.Listen(Conducts.Of(Fault.None));

        Assert.Equal(Conducts.Fraud, (await rig.InferAsync([])).Text);
        Assert.Null((await rig.EndAsync()).Ejection);
    }

    [Fact]
    public async Task An_ejection_outlives_a_new_share_and_ends_with_the_run()
    {
        await using var baseline = Upstream.Always(Conducts.Ok(Conducts.Legit));
        await using var canary = Upstream.Refusing();
        await using var rig = await Rig.StartAsync(baseline, canary, Arm.Canary);
        await UntilEjectedAsync(rig);
        var split = rig.Model.Split!;

        rig.Router.Publish(new([rig.Model with { Split = split with { Stage = split.Stage + 1 } }]));
        var later = rig.Router.Collect(Rig.Run)!.Ejection;
        rig.Router.Publish(new([rig.Model with { Split = split with { Run = Rig.Run + 1 } }]));

        Assert.NotNull(later);
        Assert.Null(rig.Router.Collect(Rig.Run + 1)!.Ejection);
    }

    // Calls until the canary is ejected; each of them was answered all the same.
    private static async Task<int> UntilEjectedAsync(Rig rig, int? status = null)
    {
        var calls = 0;
        await UntilAsync(async () =>
        {
            var answer = await rig.InferAsync([], $"x-user: {calls++}\r\n");
            Assert.True(answer.Status == 200 || answer.Status == status, $"call {calls}: {answer.Status}");
            return rig.Router.Traffic().Any(t => t.Ejected > 0);
        });
        return status is null ? calls : calls - 1;
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        var begun = Stopwatch.StartNew();
        while (!await isSo())
        {
            Assert.True(begun.Elapsed < Patience, "it did not come about in time");
        }
    }
}

using System.Buffers;
using System.Text;
using Haldane.Core.Evidence;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway.Copies;
using Haldane.Gateway.Http1;
using Haldane.Gateway.Observation;
using Haldane.Gateway.Shadow;
using Haldane.Gateway.Shadow.Comparison;
using Haldane.Gateway.Tests.Wire;
using Haldane.Gateway.Upstreams;

namespace Haldane.Gateway.Tests.Shadow;

/// <summary>The limits of the way that copies take, and what it costs the caller's thread.</summary>
public sealed class ShadowLaneTests : IDisposable
{
    private static readonly byte[] Body = "{\"n\":123456}"u8.ToArray();

    private readonly ConnectionWatch _watch = new(TimeProvider.System);
    private readonly HandClock _clock = new();
    private readonly ShadowTotals _totals = new("fraud");
    private readonly RequestHead _request = new();

    public ShadowLaneTests()
    {
        var head = Encoding.ASCII.GetBytes(Rig.Head(Body.Length, "x-user: ann\r\n"));
        Assert.True(_request.Take(new(head), out _) && _request.Fault == HeadFault.None);
    }

    private DroppedCopies Dropped => _totals.Row.Dropped;

    [Fact]
    public void More_copies_at_once_than_the_limit_are_dropped_and_given_back_ones_make_room()
    {
        using var lane = Lane("http://127.0.0.1:9", new() { Rate = 1_000_000 });
        var copies = Enumerable.Range(0, ShadowLimits.MostCopies).Select(i => lane.Begin((uint)i)).ToList();

        var one = lane.Begin(1);
        copies[0]!.Drop();
        var other = lane.Begin(2);

        Assert.DoesNotContain(null, copies);
        Assert.Null(one);
        Assert.NotNull(other);
        Assert.Equal(new(1, 0, 0, 0, 0), Dropped);
    }

    [Fact]
    public void More_bytes_than_the_limit_are_not_kept_and_given_back_ones_make_room()
    {
        using var lane = Lane("http://127.0.0.1:9", new() { Rate = 1_000_000 });
        var body = new ReadOnlySequence<byte>(new byte[CopyLimits.LargestBody]);
        var kept = new List<ShadowCopy>();
        ShadowCopy? last;
        while (CopiedRequest.TryWrite(last = lane.Begin(1)!, _request, body))
        {
            kept.Add(last);
        }

        var held = CopyLimits.LargestBody + last.Head.Length;
        last.Drop(CopyDrop.Large);
        kept[0].Drop();

        Assert.Equal(ShadowLimits.MostBytes / held, kept.Count);
        Assert.True(CopiedRequest.TryWrite(lane.Begin(2)!, _request, body));
    }

    [Fact]
    public async Task A_copy_that_has_waited_too_long_is_dropped_as_late()
    {
        await using var canary = Upstream.Start(async c =>
        {
            await c.RequestAsync();
            await c.Upstream.Proceed.Task.WaitAsync(c.Upstream.Stopping);
            await c.WriteAsync(Conducts.Ok(Conducts.Fraud));
        });
        using var lane = Lane(canary.Address, new() { Rate = 1_000_000 });
        for (var i = 0; i <= ShadowLimits.Workers; i++)
        {
            Offer(lane, (uint)i);
        }

        // All workers wait for the canary, and one copy for a worker.
        await Soon.HoldsAsync(() => canary.Requests.Count == ShadowLimits.Workers);
        _clock.Advance(ShadowLimits.LongestWait + TimeSpan.FromMilliseconds(1));
        canary.Proceed.SetResult();

        await Soon.HoldsAsync(() => _totals.Row.Pairs == ShadowLimits.Workers);
        Assert.Equal((ShadowLimits.Workers, new DroppedCopies(0, 0, 0, 1, 0)), (_totals.Row.Sent, Dropped));
    }

    [Fact]
    public void Copying_allocates_nothing_on_the_callers_thread()
    {
        using var lane = Lane("http://127.0.0.1:9", new() { Rate = 1_000_000_000 });
        Copy(lane, 2_000);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Copy(lane, 10_000);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10_000); // less than a byte a request: pools may grow once
    }

    public void Dispose()
    {
        _request.Dispose();
        _watch.Dispose();
    }

    private void Copy(ShadowLane lane, int times)
    {
        for (var i = 0; i < times; i++)
        {
            var copy = lane.Begin((uint)i)!;
            copy.See("{\"label\":\"fraud\",\"score\":0.75}"u8);
            CopiedRequest.TryWrite(copy, _request, new(Body));
            copy.Drop();
        }
    }

    private void Offer(ShadowLane lane, uint nonce)
    {
        var copy = lane.Begin(nonce)!;
        copy.See(Encoding.ASCII.GetBytes(Conducts.Fraud));
        Assert.True(CopiedRequest.TryWrite(copy, _request, new(Body)));
        (copy.Baseline.Outcome, copy.Baseline.Status) = (Gateway.Relay.Outcome.Answered, 200);
        copy.Offer();
    }

    private ShadowLane Lane(string canary, ShadowSpec spec)
    {
        var model = Rig.Spec(["http://127.0.0.1:9"], [canary]);
        var cells = new SegmentCells(model.Segments);
        var pairs = new PairDesk(
            new AnswerReader(Protocol.Http, new()), new AnswerComparison(spec, byClass: false), new(cells, new(cells.Count, default, false), 1, null), new(cells), _totals, new(0, new(new([]))));
        return new(model, spec, model.Versions[0], model.Versions[1], pairs, _watch, _clock);
    }

    private sealed class HandClock : TimeProvider
    {
        private long _now = 1;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Advance(TimeSpan by) => Interlocked.Add(ref _now, by.Ticks);

        public override long GetTimestamp() => Volatile.Read(ref _now);
    }
}

using System.Text;
using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Gateway.Tests.Wire;

namespace Haldane.Gateway.Tests.Relay;

/// <summary>Every fault on either arm: what the caller saw and what was counted.</summary>
public sealed class ChaosTests
{
    private static readonly byte[] Body = Encoding.Latin1.GetBytes(new string('x', 110));

    /// <summary>What the caller sees.</summary>
    public enum Seen
    {
        /// <summary>The faulty version's own answer, byte for byte.</summary>
        Own,

        /// <summary>The baseline's good answer, byte for byte.</summary>
        StandIn,

        /// <summary>An answer that breaks off, so that nobody takes it for whole.</summary>
        Cut,
        Unreachable,
        TooLate,
    }

    /// <summary>What is counted for the arm.</summary>
    public enum Counted
    {
        Fraud,
        Unread,
        Error,

        /// <summary>An answer without latency or class: the caller's mistake.</summary>
        Refused,
    }

    /// <summary>Fault; what is seen when the canary has it; what is seen when the baseline has it; what is counted for its arm.</summary>
    public static TheoryData<Fault, Seen, Seen, Counted> Rows => new()
    {
        { Fault.None, Seen.Own, Seen.Own, Counted.Fraud },
        { Fault.Refuses, Seen.StandIn, Seen.Unreachable, Counted.Error },
        { Fault.ResetsBeforeHead, Seen.StandIn, Seen.Unreachable, Counted.Error },
        { Fault.ClosesBeforeHead, Seen.StandIn, Seen.Unreachable, Counted.Error },
        { Fault.ResetsMidHead, Seen.StandIn, Seen.Unreachable, Counted.Error },
        { Fault.TalksNonsense, Seen.StandIn, Seen.Unreachable, Counted.Error },
        { Fault.SwitchesProtocols, Seen.StandIn, Seen.Unreachable, Counted.Error },
        { Fault.ResetsMidBody, Seen.Cut, Seen.Cut, Counted.Error },
        { Fault.CutsSmallBody, Seen.StandIn, Seen.Unreachable, Counted.Error },
        { Fault.CutsLargeBody, Seen.Cut, Seen.Cut, Counted.Error },
        { Fault.CutsChunks, Seen.Cut, Seen.Cut, Counted.Error },
        { Fault.StallsBeforeHead, Seen.StandIn, Seen.TooLate, Counted.Error },
        { Fault.StallsInSmallBody, Seen.StandIn, Seen.TooLate, Counted.Error },
        { Fault.StallsMidBody, Seen.Cut, Seen.Cut, Counted.Error },
        { Fault.Trickles, Seen.Own, Seen.Own, Counted.Fraud },
        { Fault.Answers500, Seen.StandIn, Seen.Own, Counted.Error },
        { Fault.Answers503, Seen.StandIn, Seen.Own, Counted.Error },
        { Fault.Answers502Empty, Seen.StandIn, Seen.Own, Counted.Error },
        { Fault.Answers404, Seen.Own, Seen.Own, Counted.Refused },
        { Fault.Chunked, Seen.Own, Seen.Own, Counted.Fraud },
        { Fault.Gzip, Seen.Own, Seen.Own, Counted.Unread },
        { Fault.Huge, Seen.Own, Seen.Own, Counted.Unread },
        { Fault.BareNaN, Seen.Own, Seen.Own, Counted.Unread },
        { Fault.LoneSurrogate, Seen.Own, Seen.Own, Counted.Unread },
        { Fault.NotJson, Seen.Own, Seen.Own, Counted.Unread },
        { Fault.Sse, Seen.Own, Seen.Own, Counted.Unread },
    };

    [Theory]
    [MemberData(nameof(Rows))]
    public Task A_canary_with_a_fault_is_charged_and_the_baseline_stands_in_where_it_can(Fault fault, Seen canary, Seen baseline, Counted counted)
    {
        _ = baseline;
        return ExpectAsync(fault, Arm.Canary, canary, counted);
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public Task A_baseline_with_a_fault_is_charged_and_nobody_stands_in(Fault fault, Seen canary, Seen baseline, Counted counted)
    {
        _ = canary;
        return ExpectAsync(fault, Arm.Baseline, baseline, counted);
    }

    private static async Task ExpectAsync(Fault fault, Arm arm, Seen seen, Counted counted)
    {
        await using var faulty = fault == Fault.Refuses ? Upstream.Refusing() : Upstream.Start(Conducts.Of(fault));
        await using var good = Upstream.Always(Conducts.Ok(Conducts.Legit));
        var (baseline, canary) = arm == Arm.Canary ? (good, faulty) : (faulty, good);
        await using var direct = await DirectAsync(fault, seen);
        var patience = fault is Fault.StallsBeforeHead or Fault.StallsInSmallBody or Fault.StallsMidBody ? TimeSpan.FromSeconds(1) : TimeSpan.FromSeconds(30);
        await using var rig = await Rig.StartAsync(baseline, canary, arm, spec => spec with { Timeout = patience });
        await using var caller = await rig.ConnectAsync();
        caller.Reader.OnBody = _ => faulty.Proceed.TrySetResult();

        var answer = await caller.SendAsync(Rig.Head(Body.Length, "x-user: ann\r\nx-country: ID\r\n"), Body);
        var observed = await rig.EndAsync();

        ExpectSeen(seen, answer, direct.Answer);
        Assert.Equal(seen == Seen.StandIn ? 1 : 0, arm == Arm.Canary ? good.Requests.Count : 0);
        Assert.All(faulty.Requests.Concat(good.Requests), request => Assert.Equal(Body, request.Body));
        ExpectToken(rig, answer, arm, seen, counted);
        ExpectCounted(rig, observed, arm, counted);
        Assert.Equal(
            (arm, 1, counted == Counted.Error ? 1 : 0, counted == Counted.Unread ? 1 : 0, seen == Seen.StandIn ? 1 : 0, 0),
            rig.Router.Traffic().Select(t => (t.Arm, (int)t.Exchanges, (int)t.Errors, (int)t.Unread, (int)t.FailedOver, (int)t.Abandoned)).Single());
    }

    // What the version itself answers, asked without a gateway, is what the caller must see.
    private static async Task<Direct> DirectAsync(Fault fault, Seen seen)
    {
        if (seen is not (Seen.Own or Seen.Cut))
        {
            return new(null, null);
        }

        var twin = Upstream.Start(Conducts.Of(fault));
        await using var caller = await Caller.ConnectAsync(new(twin.Address));
        if (fault == Fault.StallsMidBody)
        {
            return new(twin, null);
        }

        caller.Reader.OnBody = _ => twin.Proceed.TrySetResult();
        return new(twin, await caller.SendAsync(Rig.Head(Body.Length), Body));
    }

    private static void ExpectSeen(Seen seen, Answer answer, Answer? direct)
    {
        switch (seen)
        {
            case Seen.Own:
                Assert.NotNull(direct);
                Assert.True(answer.Whole);
                Assert.Equal(direct.Status, answer.Status);
                Assert.Equal(direct.Body, answer.Body);
                string[] ours = ["x-haldane-exchange", "x-haldane-arm", "Date"];
                Assert.Equal(direct.Headers.Order(), answer.Headers.Where(h => !ours.Contains(h.Name)).Order());
                break;
            case Seen.StandIn:
                Assert.Equal((200, Conducts.Legit, true), (answer.Status, answer.Text, answer.Whole));
                Assert.Equal(["application/json"], answer.All("content-type"));
                Assert.Equal([$"{Conducts.Legit.Length}"], answer.All("content-length"));
                break;
            case Seen.Cut:
                Assert.Equal((200, false), (answer.Status, answer.Whole));
                Assert.Equal(answer.Body, (direct?.Body ?? """{"label":"""u8.ToArray())[..answer.Body.Length]);
                break;
            case Seen.Unreachable:
                Assert.Equal((502, """{"error":"the model could not be reached"}""", true), (answer.Status, answer.Text, answer.Whole));
                break;
            case Seen.TooLate:
                Assert.Equal((504, """{"error":"the model did not answer in time"}""", true), (answer.Status, answer.Text, answer.Whole));
                break;
        }
    }

    private static void ExpectToken(Rig rig, Answer answer, Arm arm, Seen seen, Counted counted)
    {
        Assert.Equal(arm == Arm.Canary ? "canary" : "baseline", answer["x-haldane-arm"]);
        Assert.True(Rig.Tokens.TryOpen(answer["x-haldane-exchange"], out var token));
        Assert.Equal((Rig.Run, (byte)Rig.Stage, arm), (token.Run, token.Stage, token.Arm));
        Assert.Equal(new SegmentCells(rig.Model.Spec.Segments).Encode([1, 1]), token.SegmentCode);
        Assert.Equal(seen != Seen.StandIn, token.Counts);
        var whole = counted == Counted.Fraud && answer["content-length"] is not null; // a streamed answer's token is sent before its class is known
        Assert.Equal(whole ? 1 : ExchangeToken.NoClass, token.Class);
        Assert.Equal(whole ? (double?)(190 / 254.0) : null, token.Confidence);
    }

    private static void ExpectCounted(Rig rig, ObservedTraffic observed, Arm arm, Counted counted)
    {
        var (mine, other) = arm == Arm.Canary ? (observed.Canary, observed.Baseline) : (observed.Baseline, observed.Canary);
        Assert.All(other.Cells, cell => Assert.Equal(CellEvidence.Empty, cell));
        Assert.Equal((1, 0), (mine.NewSubjects, other.NewSubjects));
        var names = new SegmentCells(rig.Model.Spec.Segments).Names;
        string[] filled = ["", "country=ID", "device=other"];
        for (var i = 0; i < names.Length; i++)
        {
            var cell = mine.Cells[i];
            var one = filled.Contains(names[i]) ? 1 : 0;
            Assert.Equal(one, cell.Exchanges);
            Assert.Equal(counted == Counted.Error ? one : 0, cell.Errors);
            Assert.Equal(counted == Counted.Unread ? one : 0, cell.Unread);
            Assert.Equal(counted is Counted.Fraud or Counted.Unread ? one : 0, cell.Latency.Total());
            Assert.Equal(cell.Latency.Total(), cell.FirstToken.Total());
            Assert.Equal(counted == Counted.Fraud ? one : 0, cell.Classes.Count > 0 ? cell.Classes[1] : 0);
            Assert.Equal(counted == Counted.Fraud ? one : 0, cell.Classes.Sum());
            Assert.Equal(counted == Counted.Fraud ? one : 0, cell.Confidence.Count > 0 ? cell.Confidence[15] : 0);
        }

        var expected = counted switch { Counted.Error => [(Occurrence.Failure, arm)], Counted.Refused => [(Occurrence.Refused, arm)], _ => Array.Empty<(int, Arm)>() };
        Assert.Equal(expected, observed.Occurrences.Select(o => (o.Event, o.Arm)));
        Assert.Equal(counted == Counted.Refused ? 3 : 0, observed.Events.Count);
        Assert.Equal(counted == Counted.Error ? 0 : 1, mine.AnswersByGroup.Sum());
    }

    private sealed record Direct(Upstream? Twin, Answer? Answer) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Twin?.DisposeAsync() ?? default;
    }
}

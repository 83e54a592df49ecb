using Haldane.Core;
using Haldane.Core.Judging;
using Haldane.Core.Reports;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;

namespace Haldane.Console.Tests.Fakes;

/// <summary>Packs to show.</summary>
internal static class Packs
{
    /// <summary>A pack whose every text is the given one; null for harmless texts.</summary>
    public static EvidencePack Of(string? text = null)
    {
        var at = Views.Noon;
        string Text(string usual) => text ?? usual;
        return new()
        {
            MadeAt = at,
            MadeBy = Text("haldane 0.1.0"),
            Summary = new()
            {
                Rollout = Text("fraud-v2"), Run = 1, Runs = [1], Model = Text("fraud"), Baseline = Text("v1"), Canary = Text("v2"), Outcome = Phase.RolledBack, Why = Text("p99 is higher"), By = Text("judge"), Guard = Text("p99"),
                StartedBy = Text("ann"), StartedAt = at, EndedAt = at.AddSeconds(3), Risk = RiskClass.High, Owner = Text("payments-risk"),
            },
            Change = new()
            {
                About = new() { Owner = Text("payments-risk"), Purpose = Text("finds fraud"), Data = Text("payments") },
                Route = Text("/fraud"), Protocol = Protocol.Http, Subject = Text("the request header x-user"), Segments = [Text("country: MY")], Failover = Text("it is sent to the baseline"),
                Baseline = new(Text("v1"), [Text("http://one/")], [new(Text("model name"), Text("a"))]),
                Canary = new(Text("v2"), [Text("http://two/")], [new(Text("model name"), Text("b"))]),
            },
            Risk = new(0.01, 0.05, [new() { Guard = Text("p99"), Signal = Text("latency-p99"), Promise = Text("p99 latency at most 1.1 times the baseline's"), Unit = GuardUnit.Ratio, Bad = 1.1, Fine = 1.05, RollbackPart = 0.01, Segments = 0, RequiredIn = [0] }]),
            Course = new()
            {
                Entries = [new(1, at, Text("started"), Text("ann"), Text("go"), 0, Share.None, new(1_000), 0, 0) { IsPerson = true }, new(2, at.AddSeconds(3), Text("rolled-back"), Text("judge"), Text("p99 is higher"), 0, new(1_000), Share.None, 1, 3)],
                Stages = [new() { Index = 0, Name = Text("10%"), Kind = StageKind.Split, Share = new(1_000), Bake = TimeSpan.FromSeconds(3), Entered = at, Left = at.AddSeconds(3), LeftBy = Text("judge"), Seconds = 3, Baseline = new(900, 1), Canary = new(100, 2) }],
                Curves = [.. Enumerable.Range(0, 3).Select(i => new CurvePoint(at.AddSeconds(i), at.AddSeconds(i + 1), 0, new(1_000), new(300, 0.01, 0.02, 0.04), new(33, i == 1 ? null : 0.02, 0.03, 0.06)))],
            },
            Guards =
            [
                new()
                {
                    Guard = Text("p99"), Record = 2, Unit = GuardUnit.Ratio, OwnUnit = GuardUnit.Seconds,
                    Verdict = new() { Guard = Text("p99"), Signal = Text("latency-p99"), Kind = VerdictKind.Fail, Reason = Text("p99 is higher"), Aside = Text("worth a look"), Segment = Text("country=MY"), HarmedSegments = [Text("country=MY")], Suspects = [Text("country=ID")], Estimate = 1.5, Low = 1.2, High = 1.9, CountedBy = Text("exchanges") },
                    Band = [new(1, at.AddSeconds(1), VerdictKind.NoData, null, null, null), new(2, at.AddSeconds(2), VerdictKind.Undecided, 1.2, null, 3), new(3, at.AddSeconds(3), VerdictKind.Fail, 1.5, 1.2, 1.9)],
                    Kinds = [new(VerdictKind.Fail, 1)],
                },
            ],
            Gaps = new() { Seconds = 3, Doubts = [new(VerdictKind.NoData, 1)] },
            BlastRadius = new() { Exchanges = 1_000, Canary = new(100, 2), Copies = ArmSum.Nothing, Subjects = 80, Failover = Text("it is sent to the baseline"), Harm = [new(Text("failed"), 100, 2, 0.1, 1.9, 0.3, 6)] },
            People = new() { StartedBy = Text("ann"), StarterIsProven = true, FourEyes = true, Approvals = [new(0, 1, [Text("ben")], [new(2, Text("ben"), at, Text("seen"), false)], false, null)], Actors = [new(Text("ann"), true, Text("started 1"))] },
            Proof = new()
            {
                Records = 2, First = new(1, Text("aa")), Last = new(2, Text("bb")), ChainRecords = 2, ChainProblems = 1, Problems = [Text("record 2: was altered")], HeadsThatFit = 1, SignedBy = new(2, Text("2026-03-04T12:00:00.000Z")), Key = Text("f00"), Slices = 3, Digest = Text("cc"),
                Replay = new(1, 1, false, [Text("record 2: p99: kind is Pass")]),
            },
        };
    }
}

using Haldane.Core.Judging;
using Haldane.Core.Rollouts;
using static Haldane.Core.Tests.Rollouts.Made;

namespace Haldane.Core.Tests.Rollouts;

/// <summary>Every phase has an answer to every signal.</summary>
public sealed class RolloutMachineTable
{
    private static readonly string[] Standings = ["Draft", "Running", "paused", "last stage", "Returning", "last step", "Promoted", "promoted long ago", "RolledBack", "Concluded"];

    // For each signal what it comes to in each of the standings: a move, "-" for nothing, "no" for a refusal.
    private static readonly Dictionary<string, string[]> Answers = new()
    {
        ["start"] = ["Started", "no", "no", "no", "no", "no", "Started", "Started", "Started", "Started"],
        ["roll back"] = ["no", "Returning", "Returning", "Returning", "RolledBack", "RolledBack", "RolledBack", "no", "no", "no"],
        ["pause"] = ["no", "Paused", "no", "Paused", "no", "no", "no", "no", "no", "no"],
        ["resume"] = ["no", "no", "Resumed", "no", "no", "no", "no", "no", "no", "no"],
        ["advance"] = ["no", "StageEntered", "StageEntered", "no", "no", "no", "no", "no", "no", "no"],
        ["advance, frozen"] = ["no", "no", "no", "no", "no", "no", "no", "no", "no", "no"],
        ["approve"] = ["no", "Approved", "Approved", "Approved", "no", "no", "no", "no", "no", "no"],
        ["approve by who started"] = ["no", "no", "no", "no", "no", "no", "no", "no", "no", "no"],
        ["pass, nobody has agreed"] = ["-", "Held", "-", "Held", "-", "-", "-", "-", "-", "-"],
        ["pass, frozen"] = ["-", "Held", "-", "Held", "-", "-", "-", "-", "-", "-"],
        ["fail, frozen"] = ["-", "Returning", "Returning", "Returning", "-", "-", "-", "-", "-", "-"],
        ["time passes"] = ["-", "-", "-", "-", "Returning", "RolledBack", "-", "Retired", "-", "-"],
        ["time passes, ejected"] = ["-", "-", "-", "-", "RolledBack", "RolledBack", "-", "Retired", "-", "-"],
        ["pass"] = ["-", "StageEntered", "-", "Promoted", "-", "-", "-", "-", "-", "-"],
        ["fail"] = ["-", "Returning", "Returning", "Returning", "-", "-", "-", "-", "-", "-"],
        ["undecided"] = ["-", "StageEntered", "-", "Held", "-", "-", "-", "-", "-", "-"], // not required in the first stage
        ["no data"] = ["-", "Held", "-", "Held", "-", "-", "-", "-", "-", "-"],
        ["broken"] = ["-", "Held", "-", "Held", "-", "-", "-", "-", "-", "-"],
        ["ejected"] = ["-", "Held", "Held", "Held", "-", "-", "-", "-", "-", "-"],
        ["ejected for long"] = ["-", "RolledBack", "RolledBack", "RolledBack", "-", "-", "-", "-", "-", "-"],
        ["alert that holds"] = ["-", "Held", "-", "Held", "-", "-", "-", "-", "-", "-"],
        ["alert that takes back"] = ["-", "Returning", "Returning", "Returning", "-", "-", "-", "-", "-", "-"],
        ["advance, alert"] = ["no", "no", "no", "no", "no", "no", "no", "no", "no", "no"],
        ["time passes, alert that holds"] = ["-", "-", "-", "-", "Returning", "RolledBack", "-", "Retired", "-", "-"],
        ["time passes, alert that takes back"] = ["-", "-", "-", "-", "Returning", "RolledBack", "RolledBack", "Retired", "-", "-"],
        ["another stage"] = ["-", "-", "-", "-", "-", "-", "-", "-", "-", "-"],
    };

    public static TheoryData<string, string, string> Table
    {
        get
        {
            var table = new TheoryData<string, string, string>();
            foreach (var (signal, answers) in Answers)
            {
                foreach (var (standing, answer) in Standings.Zip(answers))
                {
                    table.Add(standing, signal, answer);
                }
            }

            return table;
        }
    }

    [Theory]
    [MemberData(nameof(Table))]
    public void Every_phase_has_an_answer_to_every_signal(string standing, string signal, string expected)
    {
        var rollout = Standing(standing);
        if (signal.Contains("agreed", StringComparison.Ordinal) || signal.StartsWith("approve", StringComparison.Ordinal))
        {
            rollout = rollout with { StartedBy = "Ben", StarterIsProven = true, Spec = rollout.Spec with { Stages = [.. rollout.Spec.Stages.Select(s => s with { Approval = new() })] } };
        }

        var moved = RolloutMachine.Next(rollout, SignalOf(signal, rollout), Now);

        Assert.Equal(expected, moved switch { { Refusal: not null } => "no", { Move: Move.None } => "-", _ => moved.Move.ToString() });
        Assert.Equal(expected is not ("no" or "-"), moved.Changes);
        if (!moved.Changes)
        {
            Assert.Equal(rollout with { Reason = moved.Next.Reason }, moved.Next);
        }
    }

    [Fact]
    public void The_table_knows_every_phase_and_every_signal()
    {
        var signals = Answers.Keys.Select(s => SignalOf(s, Standing("Running")).GetType().Name).Distinct();

        Assert.Equal(Enum.GetNames<Phase>().Order(StringComparer.Ordinal), Standings.Select(s => Standing(s).Phase.ToString()).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(typeof(Signal).GetNestedTypes().Select(t => t.Name).Order(StringComparer.Ordinal), signals.Order(StringComparer.Ordinal));
    }

    // Taken back in two steps, a minute each.
    private static Rollout Standing(string name)
    {
        var running = Running(0) with { Spec = Spec with { Return = new([new(500), new(50)], TimeSpan.FromMinutes(1)), Stages = [new(new(900), Bake), new(new(2_000), Bake), new(new(5_000), Bake)] } };
        return name switch
        {
            "Running" => running,
            "paused" => running with { Hold = HoldReason.Paused, Pause = new("ada", "lunch", Bake) },
            "last stage" => running with { Stage = 2 },
            "Returning" => running with { Phase = Phase.Returning, Hold = null, ReturnStep = 0 },
            "last step" => running with { Phase = Phase.Returning, Hold = null, ReturnStep = 1 },
            "Promoted" => running with { Phase = Phase.Promoted, Stage = 2, Hold = null, WarmUntil = Now.AddSeconds(1) },
            "promoted long ago" => running with { Phase = Phase.Promoted, Stage = 2, Hold = null, WarmUntil = Now },
            "Draft" => running with { Phase = Phase.Draft, Run = 0, Hold = null },
            _ => running with { Phase = Enum.Parse<Phase>(name), Hold = null },
        };
    }

    private static Signal SignalOf(string name, Rollout rollout) => name switch
    {
        "start" => new Signal.Start(2, "ada"),
        "roll back" => new Signal.RollBack("ada", "no more"),
        "pause" => new Signal.Pause("ada", "lunch", Bake),
        "resume" => new Signal.Resume("ada", null, Bake),
        "advance" => new Signal.Advance("ada", "quick", Judge(rollout.Stage, VerdictKind.Undecided, VerdictKind.NoData, baked: TimeSpan.Zero)),
        "advance, frozen" => new Signal.Advance("ada", "quick", Judge(rollout.Stage, VerdictKind.Pass, VerdictKind.Pass), Frozen: "frozen by year-end"),
        "approve" => new Signal.Approve(new("ada"), "looks good", FourEyes: true),
        "approve by who started" => new Signal.Approve(new("ben"), "looks good", FourEyes: true),
        "alert that holds" => new Signal.Judged(Judge(rollout.Stage, VerdictKind.Pass, VerdictKind.Pass), Alarm: new(false, "the alert A stands")),
        "alert that takes back" => new Signal.Judged(Judge(rollout.Stage, VerdictKind.Broken, VerdictKind.Pass), Alarm: new(true, "the alert A stands")),
        "advance, alert" => new Signal.Advance("ada", "quick", Judge(rollout.Stage, VerdictKind.Pass, VerdictKind.Pass), Alarm: new(false, "the alert A stands")),
        "time passes, alert that holds" => new Signal.Elapsed(Alarm: new(false, "the alert A stands")),
        "time passes, alert that takes back" => new Signal.Elapsed(Alarm: new(true, "the alert A stands")),
        "pass, frozen" => new Signal.Judged(Judge(rollout.Stage, VerdictKind.Pass, VerdictKind.Pass), Frozen: "frozen by year-end"),
        "fail, frozen" => new Signal.Judged(Judge(rollout.Stage, VerdictKind.Fail, VerdictKind.Pass), Frozen: "frozen by year-end"),
        "time passes" => new Signal.Elapsed(),
        "time passes, ejected" => new Signal.Elapsed(Ejected(1)),
        "pass" or "pass, nobody has agreed" => new Signal.Judged(Judge(rollout.Stage, VerdictKind.Pass, VerdictKind.Pass)),
        "fail" => new Signal.Judged(Judge(rollout.Stage, VerdictKind.Fail, VerdictKind.Pass)),
        "undecided" => new Signal.Judged(Judge(rollout.Stage, VerdictKind.Undecided, VerdictKind.Undecided)),
        "no data" => new Signal.Judged(Judge(rollout.Stage, VerdictKind.NoData, VerdictKind.Pass)),
        "broken" => new Signal.Judged(Judge(rollout.Stage, VerdictKind.Broken, VerdictKind.Pass)),
        "ejected" => new Signal.Judged(Judge(rollout.Stage, VerdictKind.Pass, VerdictKind.Pass), Ejected(1)),
        "ejected for long" => new Signal.Judged(Judge(rollout.Stage, VerdictKind.Pass, VerdictKind.Pass), Ejected(30)),
        _ => new Signal.Judged(Judge(rollout.Stage + 1, VerdictKind.Fail, VerdictKind.Fail)),
    };
}

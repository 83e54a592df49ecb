using Haldane.Core.Rollouts;

namespace Haldane.Demo;

/// <summary>A story that the demo can tell, and how it must end.</summary>
internal sealed record Scenario
{
    /// <summary>Its name on the command line.</summary>
    public required string Name { get; init; }

    /// <summary>What is wrong with the canary, for people.</summary>
    public required string Canary { get; init; }

    /// <summary>The kind of model that the canary is.</summary>
    public string Model { get; init; } = "logistic";

    /// <summary>The canary server's fault switch, or null.</summary>
    public string? Fault { get; init; }

    /// <summary>Whether the canary's process is killed in the 10 % stage.</summary>
    public bool Crash { get; init; }

    /// <summary>Whether the callers stop in the first stage.</summary>
    public bool Silence { get; init; }

    /// <summary>The phase that it must end in.</summary>
    public required Phase Ends { get; init; }

    /// <summary>Guards of which one must have rolled it back; empty when it must not be.</summary>
    public string[] Guards { get; init; } = [];

    /// <summary>The segment that must be named, or null.</summary>
    public string? Segment { get; init; }

    /// <summary>The end in one line.</summary>
    public string Right => Ends switch
    {
        Phase.Promoted => "Promoted",
        Phase.RolledBack => $"RolledBack by {string.Join(" or ", Guards)}" + (Segment is null ? "" : $", naming {Segment}"),
        _ => "still Running, holding for NoData; never promoted",
    };

    /// <summary>All of them.</summary>
    public static readonly Scenario[] All =
    [
        new() { Name = "good", Canary = "the better model", Model = "boosted", Ends = Phase.Promoted },
        new() { Name = "same", Canary = "the same model again (A/A)", Ends = Phase.Promoted },
        new() { Name = "slow", Canary = "p99 is 40 % higher", Fault = "slow-tail:1.4", Ends = Phase.RolledBack, Guards = ["p99"] },
        new() { Name = "errors", Canary = "3 % of answers are 500", Fault = "errors:0.03", Ends = Phase.RolledBack, Guards = ["errors"] },
        new() { Name = "crash", Canary = "the process is killed in the 10 % stage", Crash = true, Ends = Phase.RolledBack, Guards = ["errors"] },
        new() { Name = "drift", Canary = "a feature is read wrongly: the class mix shifts", Fault = "misread-amount", Ends = Phase.RolledBack, Guards = ["mix"] },
        new() { Name = "wrong", Canary = "accuracy is 8 points lower, same mix, same speed", Fault = "wrong:0.08", Ends = Phase.RolledBack, Guards = ["accuracy"] },
        new()
        {
            Name = "segment", Canary = "only one country's answers are wrong", Fault = "wrong-in:ID",
            Ends = Phase.RolledBack, Guards = ["accuracy", "mix"], Segment = "country=ID",
        },
        new() { Name = "silent", Canary = "callers stop in the first stage", Silence = true, Ends = Phase.Running },
    ];
}

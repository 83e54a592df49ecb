namespace Haldane.Characteristics.Peers;

/// <summary>What is wrong with a canary, and the world it meets.</summary>
internal sealed record Harm
{
    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>The canary's error rate over the baseline's.</summary>
    public double Errors { get; init; } = 1;

    /// <summary>The same in the last of the eight segments only.</summary>
    public double ErrorsInSegment { get; init; } = 1;

    /// <summary>The canary's latency over the baseline's, at every quantile.</summary>
    public double Latency { get; init; } = 1;

    /// <summary>Points of accuracy lost, as a fraction.</summary>
    public double Wrong { get; init; }

    /// <summary>Part of the answers whose class changes, from the second class to the first.</summary>
    public double Moved { get; init; }

    /// <summary>Whether load, error rate and latency follow the hour, and both arms' servers stand still or fail for a while now and then.</summary>
    public bool Restless { get; init; }

    /// <summary>Whether there is anything wrong.</summary>
    public bool IsHarm => HarmedPart > 0;

    /// <summary>Which part of the canary's requests ends worse than it would have on the baseline: failed, slower than the baseline's p99, wrong, or another class.</summary>
    public double HarmedPart => Traffic.ErrorRate * (Errors - 1) + Traffic.ErrorRate * (ErrorsInSegment - 1) / Traffic.Segments
        + Traffic.SlowerThanP99(Latency) + Wrong + Moved;

    /// <summary>The five harms of the comparison, some in two sizes; and two worlds without.</summary>
    public static readonly Harm[] All =
    [
        new() { Name = "no change" },
        new() { Name = "no change, restless", Restless = true },
        new() { Name = "errors 1 -> 2 %", Errors = 2 },
        new() { Name = "errors 1 -> 5 %", Errors = 5 },
        new() { Name = "latency + 20 %", Latency = 1.2 },
        new() { Name = "latency + 50 %", Latency = 1.5 },
        new() { Name = "accuracy - 5 points", Wrong = 0.05 },
        new() { Name = "accuracy - 10 points", Wrong = 0.10 },
        new() { Name = "class mix 30 -> 66 %", Moved = 0.36 },
        new() { Name = "3 x errors in 1 of 8 segments", ErrorsInSegment = 3 },
    ];
}

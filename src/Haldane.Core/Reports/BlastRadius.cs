namespace Haldane.Core.Reports;

/// <summary>Who was reached by the canary, and how many are thought to have been harmed.</summary>
public sealed record BlastRadius
{
    /// <summary>The confidence of <see cref="HarmEstimate.Low"/> and <see cref="HarmEstimate.High"/>: with ten kinds of harm, one in twenty of rollouts without any would show one as clear.</summary>
    public const double Confidence = 0.99;

    /// <summary>What both versions served while the canary had a share.</summary>
    public required long Exchanges { get; init; }

    /// <summary>What the canary was asked for callers, also on its way back.</summary>
    public required ArmSum Canary { get; init; }

    /// <summary>Calls that it failed, and whose callers got the baseline's answer all the same.</summary>
    public long FailedOver { get; init; }

    /// <summary>What it was asked with copies, whose answers nobody got.</summary>
    public required ArmSum Copies { get; init; }

    /// <summary>Subjects in the stage that had most of them, estimated from a sample; 0 where requests have none.</summary>
    public required long Subjects { get; init; }

    /// <summary>What became of a call that the canary failed, for people.</summary>
    public required string Failover { get; init; }

    /// <summary>By kind of harm.</summary>
    public required ValueList<HarmEstimate> Harm { get; init; }
}

/// <summary>How many of the canary's exchanges something happened to that the baseline would not have done.</summary>
/// <remarks>
/// By stage, what the canary did beyond the baseline's rate in the same stage. The interval is that of the difference of two proportions (Newcombe 1998, method 10, Statistics in
/// Medicine 17:873-890), added up over stages by the distances from the estimates (Zou and Donner 2008, Statistics in Medicine 27:1693-1702). It takes exchanges for independent and does
/// not allow for when the rollout was stopped: a description, no proof.
/// </remarks>
/// <param name="What">What happened, e.g. <c>failed</c>.</param>
/// <param name="Of">Exchanges of the canary that could be seen.</param>
/// <param name="Seen">Those that it happened to.</param>
/// <param name="Expected">Those that it would have happened to at the baseline's rate.</param>
/// <param name="Excess">The difference; below 0 where it happened less.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
public sealed record HarmEstimate(string What, long Of, long Seen, double Expected, double Excess, double Low, double High)
{
    /// <summary>Whether the whole interval lies above 0.</summary>
    public bool IsClear => Low > 0;
}

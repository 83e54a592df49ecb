namespace Haldane.Core.Ports;

/// <summary>Shows what evaluators do. Any thread.</summary>
public interface IEvaluatorDesk
{
    /// <summary>Each evaluator of each model.</summary>
    IReadOnlyList<EvaluatorView> All { get; }
}

/// <summary>An evaluator as people see it.</summary>
/// <param name="Model">The model.</param>
/// <param name="Evaluator">The evaluator.</param>
/// <param name="Values">The values that it gives.</param>
/// <param name="Baseline">What it did with answers of baselines since the start.</param>
/// <param name="Canary">The same for canaries. Where it fails more often for one arm than for the other, what it scores is no fair sample.</param>
/// <param name="Fault">What went wrong last; null when the last question went well, or none was asked.</param>
/// <param name="RestsUntil">Until when it is asked nothing, because it failed; null when it is asked.</param>
public sealed record EvaluatorView(string Model, string Evaluator, ValueList<string> Values, EvaluatorCounts Baseline, EvaluatorCounts Canary, string? Fault, DateTimeOffset? RestsUntil)
{
    /// <summary>Exchanges of the model that were chosen for its evaluators and are nothing that can be handed on: the answer encoded or larger than 256 KiB, the request larger than 1 MiB.</summary>
    public long Unfit { get; init; }

    /// <summary>Exchanges of the model that were chosen while too much was waiting.</summary>
    public long Full { get; init; }
}

/// <summary>What an evaluator did with the answers of one arm.</summary>
/// <param name="Scored">Answers that it gave scores for.</param>
/// <param name="Known">Those of them that it had scored before, the same answer to the same request, so that it was not asked again.</param>
/// <param name="Refused">It did not want them.</param>
/// <param name="Invalid">It said something that is no scores.</param>
/// <param name="Failed">It failed, or did not answer in time.</param>
/// <param name="Skipped">It was not asked: it was resting after a failure, or had as much under way as it gets.</param>
/// <param name="Lost">Scores that could not be stored.</param>
public sealed record EvaluatorCounts(long Scored, long Known, long Refused, long Invalid, long Failed, long Skipped, long Lost);

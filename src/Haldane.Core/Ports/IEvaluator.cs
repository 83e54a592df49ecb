namespace Haldane.Core.Ports;

/// <summary>Asks evaluators for scores. Any thread.</summary>
public interface IEvaluator
{
    /// <summary>Asks once. Does not throw for what the evaluator or the network does.</summary>
    /// <param name="exchange">What is to be scored, and by whom; which arm answered is not told.</param>
    /// <param name="cancel">Gives it up.</param>
    Task<Evaluation> ScoreAsync(SampledExchange exchange, CancellationToken cancel);
}

/// <summary>What became of a question to an evaluator.</summary>
/// <param name="Kind">How it went.</param>
/// <param name="Scores">By value; empty where it did not go well.</param>
/// <param name="Fault">What went wrong, for people, without addresses, secrets and content; empty when nothing did.</param>
public sealed record Evaluation(EvaluationKind Kind, IReadOnlyDictionary<string, double> Scores, string Fault);

/// <summary>How a question to an evaluator went.</summary>
public enum EvaluationKind
{
    /// <summary>It gave scores, maybe not for every value.</summary>
    Scored,

    /// <summary>It does not want this one (4xx).</summary>
    Refused,

    /// <summary>It said something that is no scores.</summary>
    Invalid,

    /// <summary>It could not be reached, did not answer in time, has too much to do (429) or failed itself (5xx).</summary>
    Failed,
}

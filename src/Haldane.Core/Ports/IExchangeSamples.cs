using Haldane.Core.Exchanges;
using Haldane.Core.Specification;

namespace Haldane.Core.Ports;

/// <summary>Exchanges that were taken for evaluators, as they pass.</summary>
public interface IExchangeSamples
{
    /// <summary>Waits for them. For one reader; what nobody reads in time is dropped and counted.</summary>
    IAsyncEnumerable<SampledExchange> SamplesAsync(CancellationToken cancel);

    /// <summary>What was not taken since the start, by model and why.</summary>
    IReadOnlyList<SampleLoss> Losses();
}

/// <summary>An exchange for an evaluator. Holds what somebody asked: for the evaluator only, never for a log, a store or the admin port.</summary>
/// <param name="Model">The model.</param>
/// <param name="Token">The exchange; says which arm answered, so it is not for the evaluator.</param>
/// <param name="Evaluator">Who is to score it, secrets in their places.</param>
/// <param name="Request">What was asked.</param>
/// <param name="Answer">What came.</param>
public sealed record SampledExchange(string Model, ExchangeToken Token, EvaluatorSpec Evaluator, SampledRequest Request, SampledAnswer Answer)
{
    /// <summary>The model: the rest is nobody's to read.</summary>
    public override string ToString() => Model;
}

/// <summary>A request for an evaluator.</summary>
/// <param name="Path">The path, without the query.</param>
/// <param name="Body">The body.</param>
public sealed record SampledRequest(string Path, ReadOnlyMemory<byte> Body)
{
    /// <summary>Nothing of it.</summary>
    public override string ToString() => "a request";
}

/// <summary>An answer for an evaluator.</summary>
/// <param name="Status">Its status, 200 to 299.</param>
/// <param name="Type">Its content type; empty where it has none.</param>
/// <param name="Body">Its body.</param>
/// <param name="Text">What was generated, where that can be told: the text, then each call of a tool on a line.</param>
public sealed record SampledAnswer(int Status, string Type, ReadOnlyMemory<byte> Body, string? Text)
{
    /// <summary>Nothing of it.</summary>
    public override string ToString() => "an answer";
}

/// <summary>Exchanges that were chosen for evaluators, and did not get to them.</summary>
/// <param name="Model">The model.</param>
/// <param name="Unfit">The answer is encoded, or larger than 256 KiB, or the request than 1 MiB.</param>
/// <param name="Full">Too much was waiting.</param>
public sealed record SampleLoss(string Model, long Unfit, long Full);

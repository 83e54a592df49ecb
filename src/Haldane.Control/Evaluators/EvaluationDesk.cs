using System.Collections.Concurrent;
using Haldane.Control.Rollouts;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Microsoft.Extensions.Logging;

namespace Haldane.Control.Evaluators;

/// <summary>Has a sample of the answers scored, and hands the scores to the rollouts as feedback: as durable, and as late, as what people send.</summary>
/// <remarks>What an evaluator fails at is counted as its own, never as a version's. In memory only, but for the scores.</remarks>
public sealed partial class EvaluationDesk(IExchangeSamples samples, IEvaluator evaluators, RolloutController controller, TimeProvider time, ILogger<EvaluationDesk> logger) : IEvaluatorDesk
{
    /// <summary>Answers whose scores are remembered.</summary>
    internal const int MostKnown = 4_096;

    private readonly ILogger _logger = logger;
    private readonly ConcurrentDictionary<(string Model, string Evaluator), EvaluatorLine> _lines = new();
    private readonly ScoreCache _known = new(MostKnown);

    /// <inheritdoc/>
    public IReadOnlyList<EvaluatorView> All
    {
        get
        {
            var losses = samples.Losses().ToDictionary(l => l.Model);
            return [.. from model in controller.Specification.Models
                       from evaluator in model.Signals.Evaluators
                       select LineOf(model.Name, evaluator).View(model.Name, evaluator, losses.GetValueOrDefault(model.Name))];
        }
    }

    /// <summary>Has samples scored until told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            await foreach (var sample in samples.SamplesAsync(stop))
            {
                var line = LineOf(sample.Model, sample.Evaluator);
                if (line.TryBegin(sample.Token.Arm))
                {
                    _ = ScoreAsync(line, sample, stop);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    private EvaluatorLine LineOf(string model, EvaluatorSpec evaluator) => _lines.GetOrAdd((model, evaluator.Name), _ => new(time));

    private async Task ScoreAsync(EvaluatorLine line, SampledExchange sample, CancellationToken stop)
    {
        var arm = sample.Token.Arm;
        try
        {
            var key = ScoreCache.KeyOf(sample);
            var scores = _known.Find(key);
            if (scores is not null)
            {
                line.EndKnown(arm);
            }
            else
            {
                scores = await AskAsync(line, sample, key, stop);
            }

            if (scores is { Count: > 0 })
            {
                await controller.ScoreAsync(sample, scores, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            line.Forget();
        }
        catch (Exception e) when (e is StoreUnavailableException or FeedbackBusyException)
        {
            line.Count(arm, static c => c with { Lost = c.Lost + 1 });
        }
    }

    // Null where it gave none.
    private async Task<IReadOnlyDictionary<string, double>?> AskAsync(EvaluatorLine line, SampledExchange sample, string key, CancellationToken stop)
    {
        var evaluation = await evaluators.ScoreAsync(sample, stop);
        var scores = evaluation.Kind == EvaluationKind.Scored ? evaluation.Scores : null;
        if (scores is not null)
        {
            _known.Add(key, scores);
        }

        if (line.End(sample.Token.Arm, evaluation))
        {
            Tell(sample, evaluation);
        }

        return scores;
    }

    private void Tell(SampledExchange sample, Evaluation evaluation)
    {
        if (evaluation.Kind == EvaluationKind.Scored)
        {
            Works(sample.Model, sample.Evaluator.Name);
        }
        else
        {
            Fails(sample.Model, sample.Evaluator.Name, evaluation.Fault);
        }
    }

    [LoggerMessage(2031, LogLevel.Warning, "Evaluator {Evaluator} of {Model} gives no scores: {Fault}; no version is charged with it")]
    private partial void Fails(string model, string evaluator, string fault);

    [LoggerMessage(2032, LogLevel.Information, "Evaluator {Evaluator} of {Model} gives scores again")]
    private partial void Works(string model, string evaluator);
}

using System.Net;
using Haldane.Core;
using Haldane.Core.Ports;
using Haldane.Core.Specification;

namespace Haldane.Connect.Evaluators;

/// <summary>Asks evaluators over HTTP. Any thread.</summary>
/// <remarks>Follows no redirect, so that what callers asked goes to the address that was configured; reads at most 64 KiB of an answer.</remarks>
public sealed class HttpEvaluator : IEvaluator, IDisposable
{
    private const int LongestAnswer = 64 << 10;
    private static readonly TimeSpan ToConnect = TimeSpan.FromSeconds(5);

    private readonly HttpClient _client = new(OutsideHandler.New(ToConnect, lifetime: TimeSpan.FromMinutes(5), proxy: false))
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = LongestAnswer,
    };

    /// <inheritdoc/>
    public async Task<Evaluation> ScoreAsync(SampledExchange exchange, CancellationToken cancel)
    {
        var evaluator = exchange.Evaluator;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        patience.CancelAfter(evaluator.Timeout);
        try
        {
            using var question = Question(exchange);
            using var answer = await _client.SendAsync(question, HttpCompletionOption.ResponseHeadersRead, patience.Token);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => await ReadAsync(answer.Content, evaluator.Values, patience.Token),
                HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => Bad(EvaluationKind.Failed, $"it answered {(int)answer.StatusCode}"),
                >= HttpStatusCode.BadRequest => Bad(EvaluationKind.Refused, $"it answered {(int)answer.StatusCode}"),
                >= HttpStatusCode.MultipleChoices => Bad(EvaluationKind.Failed, $"it answered {(int)answer.StatusCode}, a redirect, and redirects are not followed: write the address that it points to"),
                _ => Bad(EvaluationKind.Invalid, $"it answered {(int)answer.StatusCode}; wanted is 200 with {{ \"scores\": {{ … }} }}"),
            };
        }
        catch (HttpRequestException e)
        {
            return e.HttpRequestError == HttpRequestError.ConfigurationLimitExceeded
                ? Bad(EvaluationKind.Invalid, "its answer is longer than 64 KiB")
                : Bad(EvaluationKind.Failed, HttpFaults.Explained(e.HttpRequestError));
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return Bad(EvaluationKind.Failed, $"it did not answer within {Durations.Show(evaluator.Timeout)}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static HttpRequestMessage Question(SampledExchange exchange)
    {
        var question = new HttpRequestMessage(HttpMethod.Post, exchange.Evaluator.Url) { Content = new ByteArrayContent(EvaluatorMessage.Of(exchange)) };
        question.Content.Headers.ContentType = new("application/json");
        question.Set(exchange.Evaluator.Headers);
        return question;
    }

    private static async Task<Evaluation> ReadAsync(HttpContent content, ValueList<string> values, CancellationToken cancel)
    {
        await content.LoadIntoBufferAsync(LongestAnswer, cancel);
        return EvaluatorMessage.TryRead(await content.ReadAsByteArrayAsync(cancel), values, out var scores) is { } fault
            ? Bad(EvaluationKind.Invalid, fault)
            : new(EvaluationKind.Scored, scores, "");
    }

    private static Evaluation Bad(EvaluationKind kind, string fault) => new(kind, NoScores, fault);

    private static readonly IReadOnlyDictionary<string, double> NoScores = new Dictionary<string, double>();
}

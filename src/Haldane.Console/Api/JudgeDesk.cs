using Haldane.Core.Ports;
using Haldane.Core.Series;

namespace Haldane.Console.Api;

/// <summary>Judges series for callers of the API, few at a time so that page, feedback and metrics stay quick. Any thread.</summary>
/// <param name="judge">The judge.</param>
/// <param name="source">The store of metrics that the operator named; null when queries are not answered.</param>
/// <param name="time">What time it is, for windows up to now.</param>
public sealed class JudgeDesk(ISeriesJudge judge, IMetricSource? source, TimeProvider time) : IDisposable
{
    private static readonly TimeSpan QueueWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WorkWait = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _places = new(Math.Max(1, Environment.ProcessorCount / 2));

    /// <summary>What came of a request: a verdict, mistakes, or neither when the desk is busy or it took too long.</summary>
    /// <param name="Verdict">The verdict.</param>
    /// <param name="Mistakes">What is wrong with the request.</param>
    /// <param name="Waiting">Why there is no answer now; asking again may help.</param>
    internal sealed record Outcome(SeriesVerdict? Verdict, IReadOnlyList<string> Mistakes, string? Waiting = null);

    /// <inheritdoc/>
    public void Dispose() => _places.Dispose();

    /// <summary>Asks the store for what the request left to it, and judges.</summary>
    internal async Task<Outcome> JudgeAsync(SeriesJsonReader.Asked asked, SeriesBuilder into, CancellationToken left)
    {
        if (asked.Queries.Count > 0 && source is null)
        {
            into.Mistake($"{asked.Queries[0].Place}: is a query, and this Haldane was started without --prometheus");
        }

        if (into.Mistakes.Count > 0)
        {
            return new(null, into.Mistakes);
        }

        if (!await _places.WaitAsync(QueueWait, left))
        {
            return new(null, [], "other series are being judged");
        }

        try
        {
            using var patience = new CancellationTokenSource(WorkWait, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(left, patience.Token);
            try
            {
                return await WorkAsync(asked, into, either.Token);
            }
            catch (OperationCanceledException) when (!left.IsCancellationRequested)
            {
                return new(null, [], $"it took more than {WorkWait.TotalSeconds:0} s; send fewer metrics or points");
            }
        }
        finally
        {
            _places.Release();
        }
    }

    private async Task<Outcome> WorkAsync(SeriesJsonReader.Asked asked, SeriesBuilder into, CancellationToken cancel)
    {
        if (asked.Queries.Count > 0 && asked.Window.At(time.GetUtcNow(), into) is { } range)
        {
            await SeriesQueries.AskAsync(asked.Queries, range, source!, into, cancel);
        }

        var request = into.Build(asked.FalseRollback, asked.FalsePromotion, asked.Seed);
        return request is null
            ? new(null, into.Mistakes)
            : new(await Task.Run(() => judge.Judge(request, cancel), cancel), []);
    }
}

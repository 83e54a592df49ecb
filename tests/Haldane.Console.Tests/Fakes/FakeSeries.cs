using Haldane.Core.Judging;
using Haldane.Core.Ports;
using Haldane.Core.Series;

namespace Haldane.Console.Tests.Fakes;

/// <summary>A judge that says what a test wants, and a store of metrics with four points. Any thread.</summary>
internal sealed class FakeSeries : ISeriesJudge, IMetricSource
{
    public VerdictKind Says { get; set; } = VerdictKind.Pass;

    public SeriesRequest? Judged { get; private set; }

    public List<(string Query, MetricRange Range)> Asked { get; } = [];

    public Exception? Failure { get; set; }

    /// <summary>Held while a request is being judged; null for no wait.</summary>
    public Func<CancellationToken, bool>? While { get; set; }

    public SeriesVerdict Judge(SeriesRequest request, CancellationToken cancel)
    {
        Judged = request;
        While?.Invoke(cancel);
        return new()
        {
            Verdict = Says,
            Reason = "as told",
            Score = Says == VerdictKind.Pass ? 100 : 0,
            FalseRollback = request.FalseRollback,
            FalsePromotion = request.FalsePromotion,
            Seed = request.Seed,
            Metrics = [.. request.Metrics.Select(m => new MetricVerdict { Name = m.Name, Kind = Says, Reason = "as told", BaselineCount = m.Baseline.Count, CanaryCount = m.Canary.Count })],
        };
    }

    public Task<IReadOnlyList<SeriesPoint>> RangeAsync(string query, MetricRange range, CancellationToken cancel)
    {
        lock (Asked)
        {
            Asked.Add((query, range));
        }

        return Failure is { } failure
            ? Task.FromException<IReadOnlyList<SeriesPoint>>(failure)
            : Task.FromResult<IReadOnlyList<SeriesPoint>>([.. Enumerable.Range(0, 4).Select(i => new SeriesPoint(i, i))]);
    }
}

using Haldane.Core.Series;

namespace Haldane.Core.Ports;

/// <summary>A store of metrics that somebody configured; any thread.</summary>
public interface IMetricSource
{
    /// <summary>Evaluates a query at every step of a range. What is missing is left out.</summary>
    /// <exception cref="MetricSourceException">It does not answer, refuses, or gives more than one series.</exception>
    Task<IReadOnlyList<SeriesPoint>> RangeAsync(string query, MetricRange range, CancellationToken cancel);
}

/// <summary>From when to when, and how often.</summary>
/// <param name="From">The first evaluation.</param>
/// <param name="To">The last evaluation is at or before this.</param>
/// <param name="Step">Between two evaluations; above 0.</param>
public readonly record struct MetricRange(DateTimeOffset From, DateTimeOffset To, TimeSpan Step);

/// <summary>A store of metrics gave no usable answer; the message says what to do.</summary>
public sealed class MetricSourceException(string message, Exception? inner = null) : Exception(message, inner);

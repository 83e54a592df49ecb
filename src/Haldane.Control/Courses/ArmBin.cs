using Haldane.Core.Evidence;
using Haldane.Core.Reports;

namespace Haldane.Control.Courses;

/// <summary>What an arm did in a stretch of time. For one thread.</summary>
internal sealed class ArmBin
{
    private readonly StepCounts _latency = new(), _firstToken = new();
    private long _exchanges, _errors;

    /// <summary>Adds what a slice has of everyone.</summary>
    public void Add(CellEvidence everyone)
    {
        _exchanges += everyone.Exchanges;
        _errors += everyone.Errors;
        _latency.Add(everyone.Latency);
        _firstToken.Add(everyone.FirstToken);
    }

    /// <summary>Adds the stretch that follows.</summary>
    public void Add(ArmBin next)
    {
        _exchanges += next._exchanges;
        _errors += next._errors;
        _latency.Add(next._latency);
        _firstToken.Add(next._firstToken);
    }

    /// <summary>Latencies of successful answers.</summary>
    public StepCounts Latency => _latency;

    /// <summary>As a chart shows it.</summary>
    /// <param name="seconds">How long the stretch was.</param>
    public ArmCurve Curve(double seconds) => new(
        seconds > 0 ? _exchanges / seconds : 0, _exchanges > 0 ? (double)_errors / _exchanges : null, _latency.Quantile(0.5), _latency.Quantile(0.99))
    {
        P95 = _latency.Quantile(0.95),
        FirstToken = _firstToken.Quantile(0.95),
    };
}

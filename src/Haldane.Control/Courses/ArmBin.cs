using Haldane.Core.Evidence;
using Haldane.Core.Reports;

namespace Haldane.Control.Courses;

/// <summary>What an arm did in a stretch of time. For one thread.</summary>
internal sealed class ArmBin
{
    private readonly StepCounts _firstToken = new();

    /// <summary>Latencies of successful answers.</summary>
    public StepCounts Latency { get; } = new();

    /// <summary>Exchanges, and those that failed.</summary>
    public ArmSum Sum { get; private set; } = ArmSum.Nothing;

    /// <summary>Failures of the canary whose callers got the baseline's answer.</summary>
    public long FailedOver { get; private set; }

    /// <summary>Adds what a slice has of everyone.</summary>
    public void Add(CellEvidence everyone)
    {
        Sum += new ArmSum(everyone.Exchanges, everyone.Errors);
        FailedOver += everyone.FailedOver;
        Latency.Add(everyone.Latency);
        _firstToken.Add(everyone.FirstToken);
    }

    /// <summary>Adds the stretch that follows.</summary>
    public void Add(ArmBin next)
    {
        Sum += next.Sum;
        FailedOver += next.FailedOver;
        Latency.Add(next.Latency);
        _firstToken.Add(next._firstToken);
    }

    /// <summary>As a chart shows it.</summary>
    /// <param name="seconds">How long the stretch was.</param>
    public ArmCurve Curve(double seconds) => new(
        seconds > 0 ? Sum.Exchanges / seconds : 0, Sum.Exchanges > 0 ? (double)Sum.Errors / Sum.Exchanges : null, Latency.Quantile(0.5), Latency.Quantile(0.99))
    {
        P95 = Latency.Quantile(0.95),
        FirstToken = _firstToken.Quantile(0.95),
    };
}

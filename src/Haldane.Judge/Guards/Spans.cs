using Haldane.Core;
using Haldane.Core.Evidence;

namespace Haldane.Judge.Guards;

/// <summary>Makes one number of a gauge out of all readings of ten seconds, or of as long as it takes until there is one.</summary>
/// <remarks>Readings come in any rhythm and from any number of servers; whoever reads ten times as often must not prove ten times as much. For one thread.</remarks>
/// <param name="gauge">The gauge.</param>
/// <param name="isPaired">Whether a span takes readings of both arms.</param>
internal sealed class Spans(string gauge, bool isPaired)
{
    /// <summary>How long a span lasts at least.</summary>
    public static readonly TimeSpan Least = TimeSpan.FromSeconds(10);

    private TimeSpan _length;
    private int _stage = -1;
    private (double Sum, long Count) _baseline, _canary;

    /// <summary>Readings of the baseline.</summary>
    public long BaselineReadings { get; private set; }

    /// <summary>Readings of the canary.</summary>
    public long CanaryReadings { get; private set; }

    /// <summary>Takes a slice; gives the span that it ends, if it ends one.</summary>
    public Span? Add(EvidenceSlice slice)
    {
        // Another share is another load: what was read under both is of neither.
        if (slice.Stage != _stage)
        {
            (_stage, _length, _baseline, _canary) = (slice.Stage, TimeSpan.Zero, default, default);
        }

        _length += slice.Length;
        foreach (var readings in slice.Gauges.AsSpan())
        {
            if (readings.Name != gauge)
            {
                continue;
            }

            if (readings.Arm == Arm.Canary)
            {
                _canary = (_canary.Sum + readings.Sum, _canary.Count + readings.Count);
                CanaryReadings += readings.Count;
            }
            else
            {
                _baseline = (_baseline.Sum + readings.Sum, _baseline.Count + readings.Count);
                BaselineReadings += readings.Count;
            }
        }

        if (_length < Least || _canary.Count == 0 || (isPaired && _baseline.Count == 0))
        {
            return null;
        }

        var span = new Span(_baseline.Count > 0 ? _baseline.Sum / _baseline.Count : null, _canary.Sum / _canary.Count);
        (_length, _baseline, _canary) = (TimeSpan.Zero, default, default);
        return span;
    }

    /// <summary>The means of a span.</summary>
    /// <param name="Baseline">Null without a reading.</param>
    /// <param name="Canary">The canary's.</param>
    internal readonly record struct Span(double? Baseline, double Canary);
}

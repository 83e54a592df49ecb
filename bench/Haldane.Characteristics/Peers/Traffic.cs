using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Tests.Worlds;
using MathNet.Numerics.Distributions;

namespace Haldane.Characteristics.Peers;

/// <summary>Two hours of callers under one share, minute by minute: as slices for the judge while it is undecided, and as totals for everyone else.</summary>
/// <remarks>
/// 200 requests a second, no subjects. Errors 1 %; latency log-normal, median 100 ms, sigma 0.5 (p99 320 ms); two classes, the first 30 %; 10 % of answers wrong; three in ten
/// answers get a label, a minute later; eight segments of equal size. Restless: load 1 to 3, errors 1 to 2 and latency 1 to 1.3 over each hour; on both arms together some two incidents an hour
/// of 20 seconds with five times the errors; and each arm on its own stands still in one of 200 slices, with a tenth of the slice's answers 4.7 times as slow.
/// </remarks>
internal sealed class Traffic
{
    /// <summary>How long the stage lasts at most.</summary>
    public const int Minutes = 120;

    /// <summary>Segments, of equal size.</summary>
    public const int Segments = 8;

    /// <summary>Requests a second.</summary>
    public const double PerSecond = 200;

    /// <summary>The baseline's.</summary>
    public const double ErrorRate = 0.01;

    /// <summary>Part of the baseline's answers that are wrong.</summary>
    public const double WrongRate = 0.1;

    /// <summary>Part of the baseline's answers in the first class.</summary>
    public const double FirstClass = 0.3;

    /// <summary>Part of the answers that get a label.</summary>
    public const double Labelled = 0.3;

    private const double Median = 0.1, Sigma = 0.5;
    private const int SliceSeconds = 5, SlicesPerMinute = 60 / SliceSeconds;

    // Edges of the rhythm; latency moves by whole buckets, 22 of them are 30 %.
    private const double MostLoad = 3, MostErrors = 2, IncidentErrors = 5, IncidentsPerSlice = 2.0 * SliceSeconds / 3600;
    private const int MostShift = 22, IncidentSlices = 20 / SliceSeconds;
    private const double StallChance = 1.0 / 200;

    private static readonly AliasTable Usual = Latencies.LogNormal(Median, Sigma);

    private readonly Harm _harm;
    private readonly Share _share;
    private readonly Random _random;
    private readonly int _slower;
    private readonly Queue<LabelCounts[]> _labels = new();
    private long _number;
    private int _incident;

    public Traffic(Harm harm, int sharePercent, Random random)
    {
        (_harm, _share, _random) = (harm, new(sharePercent * 100), random);
        _slower = (int)Math.Round(Math.Log(harm.Latency) / LatencyBuckets.LogRatio);
    }

    /// <summary>The p99 of the baseline, seconds.</summary>
    public static double BaselineP99 => LogNormal.InvCDF(Math.Log(Median), Sigma, 0.99);

    /// <summary>Which part of answers becomes slower than the baseline's p99 when all are so much slower.</summary>
    public static double SlowerThanP99(double latency) => latency > 1
        ? 0.99 - LogNormal.CDF(Math.Log(Median * latency), Sigma, BaselineP99)
        : 0;

    /// <summary>The next minute.</summary>
    /// <param name="judged">Takes slices in turn; returns whether it wants more. Null: nobody wants slices.</param>
    public Minute Next(Func<EvidenceSlice, bool>? judged)
    {
        var minute = new Minute();
        for (var i = 0; i < SlicesPerMinute; i++)
        {
            _number++;
            var rhythm = _harm.Restless ? 0.5 - 0.5 * Math.Cos(2 * Math.PI * _number * SliceSeconds / 3600) : 0;
            _incident = _harm.Restless && _random.NextDouble() < IncidentsPerSlice ? IncidentSlices : Math.Max(0, _incident - 1);
            var errors = ErrorRate * (1 + rhythm * (MostErrors - 1)) * (_incident > 0 ? IncidentErrors : 1);
            var shift = (int)Math.Round(rhythm * MostShift);
            var requests = _random.Arrivals(PerSecond * SliceSeconds * (1 + rhythm * (MostLoad - 1)));
            var canary = _random.Successes(requests, _share.Fraction);
            var tallies = new[] { new Tally(judged is not null), new Tally(judged is not null) };
            tallies[0].Draw(_random, requests - canary, errors, Harm.All[0], Usual, shift, Stands());
            tallies[1].Draw(_random, canary, errors, _harm, Usual, shift + _slower, Stands());
            minute.Baseline.Add(tallies[0]);
            minute.Canary.Add(tallies[1]);
            if (judged is not null)
            {
                _labels.Enqueue([.. tallies[0].Labels(Arm.Baseline), .. tallies[1].Labels(Arm.Canary)]);
                judged = judged(Slice(tallies)) ? judged : null;
            }
        }

        return minute;
    }

    private bool Stands() => _harm.Restless && _random.NextDouble() < StallChance;

    private EvidenceSlice Slice(Tally[] tallies) => new()
    {
        Number = _number,
        Stage = 0,
        Share = _share,
        From = Slices.Start.AddSeconds(_number * SliceSeconds),
        Length = TimeSpan.FromSeconds(SliceSeconds),
        Baseline = tallies[0].Evidence(),
        Canary = tallies[1].Evidence(),
        Labels = _labels.Count > SlicesPerMinute ? _labels.Dequeue().ToValueList() : [],
    };
}

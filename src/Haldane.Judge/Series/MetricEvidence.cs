using Haldane.Core.Series;
using MathNet.Numerics.Distributions;

namespace Haldane.Judge.Series;

/// <summary>All that the judge finds out about one metric before it knows how sure it must be.</summary>
internal sealed class MetricEvidence
{
    /// <summary>Fewer cells than this say nothing: the most that ten flips can prove is one in a thousand.</summary>
    public const int FewestCells = 10;

    // A statistic that is nearly the largest names the aspect, in the order in which engineers look.
    private const double NearlyLargest = 0.85;

    private readonly List<ScoreSeries> _harm = [];

    private MetricEvidence(MetricSeries metric, Residuals residuals)
    {
        (Metric, Residuals) = (metric, residuals);
        var questions = new Questions(residuals);
        Lines = MetricLines.Of(metric, residuals);
        int[] signs = metric.Direction switch { HarmDirection.Increase => [1], HarmDirection.Decrease => [-1], _ => [1, -1] };
        var ownLevel = questions.BaselineScores(SeriesAspect.Level);
        var ownSpread = questions.BaselineScores(SeriesAspect.Spread);
        var neutral = questions.Level(1, 0);
        LevelInflation = Inflation.Of(neutral, ownLevel);
        var spread = residuals.IsSparse ? [] : questions.Spread(1);
        var spreadInflation = residuals.IsSparse ? 1 : Inflation.Of(spread, ownSpread);
        Healed = Math.Max(Healing.Of(neutral, LevelInflation), residuals.IsSparse ? 0 : Healing.Of(spread, spreadInflation));
        foreach (var sign in signs)
        {
            _harm.Add(new(SeriesAspect.Level, questions.Level(sign, Lines.Fine), LevelInflation, Healed));
            var fence = questions.Fence(sign, Lines.Fine);
            _harm.Add(new(SeriesAspect.Tail, fence, Inflation.Of(fence, ownSpread), Healed));
            if (!residuals.IsSparse)
            {
                _harm.Add(new(SeriesAspect.Tail, questions.Top(sign, Lines.Fine, MetricLines.SpreadFine), spreadInflation, Healed));
            }
        }

        if (!residuals.IsSparse)
        {
            _harm.Add(new(SeriesAspect.Spread, questions.Spread(MetricLines.SpreadFine), spreadInflation, Healed));
        }

        Largest = Strongest();
        Small = [.. signs.Select(s => new ScoreSeries(SeriesAspect.Level, questions.Level(s, UnitFree.OnGrid(Lines.Fine / 2)), LevelInflation, Healed))];
        PassPValue = signs.Max(s => PassOf(questions, s, spreadInflation));
    }

    /// <summary>What was measured.</summary>
    public MetricSeries Metric { get; }

    /// <summary>Its points.</summary>
    public Residuals Residuals { get; }

    /// <summary>The lines of its level.</summary>
    public MetricLines Lines { get; }

    /// <summary>The first cell after a disturbance that healed; 0 when there was none.</summary>
    public int Healed { get; }

    /// <summary>By how much sums of the level vary more than independent points would let them.</summary>
    public double LevelInflation { get; }

    /// <summary>The strongest sign of harm: how many standard deviations, in which aspect, from which cell on.</summary>
    public (double Value, SeriesAspect Aspect, int From) Largest { get; }

    /// <summary>The level against half of fine, for each direction that is harm: what joint evidence adds up.</summary>
    public ScoreSeries[] Small { get; }

    /// <summary>Chance of so good a look if the metric were bad in some aspect.</summary>
    public double PassPValue { get; }

    /// <summary>Cells that count.</summary>
    public int Cells => Residuals.Cells.Count - Healed;

    /// <summary>Measures; null when there are too few cells.</summary>
    public static MetricEvidence? Of(MetricSeries metric, TimeCells cells) => cells.Count < FewestCells ? null : new(metric, Residuals.Of(cells));

    /// <summary>Chance of the strongest sign of harm, in any aspect and window, when the canary is on the fine lines.</summary>
    public double PValue(int flips, SeededRandom random, CancellationToken cancel) => SignFlips.PValue(_harm, Largest.Value, flips, random, cancel);

    private (double Value, SeriesAspect Aspect, int From) Strongest()
    {
        var all = _harm.SelectMany(h => h.Observed().Select((value, w) => (
            Value: value,
            Aspect: h.Aspect == SeriesAspect.Level && w > 0 ? SeriesAspect.LateChange : h.Aspect,
            From: w < h.Starts.Length ? h.Starts[w] : h.Starts[h.Starts.Length / 2]))).ToList();
        var largest = all.Max(s => s.Value);
        var named = all.Where(s => s.Value >= NearlyLargest * largest).OrderBy(s => s.Aspect).ThenByDescending(s => s.Value).First();
        return (Math.Max(0, largest), named.Aspect, named.From);
    }

    // Bad in any one aspect must be excluded: the largest of the chances counts (an intersection-union test: Berger, Technometrics 24 (1982)).
    private double PassOf(Questions questions, int sign, double spreadInflation)
    {
        var level = new ScoreSeries(SeriesAspect.Level, questions.Level(sign, Lines.Bad), LevelInflation, Healed);
        var worst = Chance(level.Observed()[0], level.Norms[0]);

        // In the last third there are a third of the points, so there the line stands further out by the root of three.
        var late = new ScoreSeries(SeriesAspect.Level, questions.Level(sign, UnitFree.OnGrid(Lines.Bad * Math.Sqrt(3))), LevelInflation, Healed + Cells * 2 / 3);
        worst = Math.Max(worst, Chance(late.Observed()[0], late.Norms[0]));
        if (!Residuals.IsSparse)
        {
            var spread = new ScoreSeries(SeriesAspect.Spread, questions.Spread(MetricLines.SpreadBad), spreadInflation, Healed);
            worst = Math.Max(worst, Chance(spread.Observed()[0], spread.Norms[0]));
        }

        return Math.Max(worst, TailChance(questions.Fence(sign, Lines.Fine), spreadInflation));
    }

    // Agresti and Caffo, The American Statistician 54 (2000): one more of each kind in each arm.
    private double TailChance(double[] fence, double inflation)
    {
        double more = 0, beyond = 0, n = Cells;
        for (var k = Healed; k < fence.Length; k++)
        {
            more += fence[k];
            beyond += Math.Abs(fence[k]);
        }

        double canary = ((beyond + more) / 2 + 1) / (n + 2), baseline = ((beyond - more) / 2 + 1) / (n + 2);
        var error = Math.Sqrt(inflation * (canary * (1 - canary) + baseline * (1 - baseline)) / (n + 2));
        return Normal.CDF(0, 1, (canary - baseline - MetricLines.TailBad) / error);
    }

    // Without any score nothing differs at all.
    private static double Chance(double statistic, double norm) => norm > 0 ? Normal.CDF(0, 1, statistic) : 0;
}

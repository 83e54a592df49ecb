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

    private const double Lopsided = 2.2;

    private readonly List<ScoreSeries> _harm = [];

    private MetricEvidence(MetricSeries metric, TimeCells whole)
    {
        Metric = metric;
        Healed = HealedAt(whole);
        Window = whole.Count;
        Residuals = Residuals.Of(whole.Since(Healed));
        var questions = new Questions(Residuals);
        Lines = MetricLines.Of(metric, Residuals);
        int[] signs = metric.Direction switch { HarmDirection.Increase => [1], HarmDirection.Decrease => [-1], _ => [1, -1] };
        var ownSpread = questions.BaselineScores(SeriesAspect.Spread);
        LevelInflation = Inflation.Of(questions.Level(1, 0), questions.BaselineScores(SeriesAspect.Level));
        var spreadInflation = Residuals.IsSparse ? 1 : Inflation.Of(questions.Spread(1), ownSpread);
        foreach (var sign in signs)
        {
            _harm.Add(new(SeriesAspect.Level, questions.Level(sign, Lines.Fine), LevelInflation));
            var fence = questions.Fence(sign, Lines.Fine);
            _harm.Add(new(SeriesAspect.Tail, fence, Inflation.Of(fence, ownSpread)));
            if (!Residuals.IsSparse)
            {
                _harm.Add(new(SeriesAspect.Tail, questions.Top(sign, Lines.Fine, Lines.SpreadFine), Math.Max(LevelInflation, spreadInflation)));
            }
        }

        if (!Residuals.IsSparse)
        {
            _harm.Add(new(SeriesAspect.Spread, questions.Spread(Lines.SpreadFine), spreadInflation));
        }

        Largest = Strongest();
        Small = [.. signs.Select(s => new ScoreSeries(SeriesAspect.Level, questions.Level(s, UnitFree.OnGrid(Lines.Fine / 2)), LevelInflation))];
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

    /// <summary>Cells before a disturbance was left out.</summary>
    public int Window { get; }

    /// <summary>Cells that count.</summary>
    public int Cells => Residuals.Cells.Count;

    /// <summary>Measures; null when there are too few cells.</summary>
    public static MetricEvidence? Of(MetricSeries metric, TimeCells cells) => cells.Count < FewestCells ? null : new(metric, cells);

    /// <summary>Chance of the strongest sign of harm, in any aspect and window, when the canary is on the fine lines.</summary>
    public double PValue(int flips, SeededRandom random, CancellationToken cancel) => SignFlips.PValue(_harm, Largest.Value, flips, random, cancel);

    // First in the level; then, in what is left, in the fluctuation, whose measure a shifted part would spoil.
    private static int HealedAt(TimeCells whole)
    {
        var questions = new Questions(Residuals.Of(whole));
        var level = questions.Level(1, 0);
        var healed = Healing.Of(level, Inflation.Of(level, questions.BaselineScores(SeriesAspect.Level)));
        var rest = whole.Since(healed);
        var residuals = Residuals.Of(rest);
        if (residuals.IsSparse)
        {
            return healed;
        }

        questions = new(residuals);
        var spread = questions.Spread(1);
        return healed + Healing.Of(spread, Inflation.Of(spread, questions.BaselineScores(SeriesAspect.Spread)));
    }

    private (double Value, SeriesAspect Aspect, int From) Strongest()
    {
        var all = _harm.SelectMany(h => h.Observed().Select((value, w) => (
            Value: value,
            Aspect: h.Aspect == SeriesAspect.Level && w > 0 ? SeriesAspect.LateChange : h.Aspect,
            From: w < h.Starts.Length ? h.Starts[w] : h.Starts[h.Starts.Length / 2]))).ToList();
        var largest = all.Max(s => s.Value);
        var named = all.Where(s => s.Value >= Math.Min(NearlyLargest * largest, largest)).OrderBy(s => s.Aspect).ThenByDescending(s => s.Value).First();
        return (Math.Max(0, largest), named.Aspect, named.From);
    }

    // Bad in any one aspect must be excluded: the largest of the chances counts (an intersection-union test: Berger, Technometrics 24 (1982)).
    private double PassOf(Questions questions, int sign, double spreadInflation)
    {
        var worst = Chance(new(SeriesAspect.Level, questions.Level(sign, Lines.Bad), LevelInflation));

        // In the last third there are a third of the points, so there the line stands further out by the root of three.
        var late = questions.Level(sign, UnitFree.OnGrid(Lines.Bad * Math.Sqrt(3)))[(Cells * 2 / 3)..];
        worst = late.Length < FewestCells ? worst : Math.Max(worst, Chance(new(SeriesAspect.Level, late, LevelInflation)));
        if (!Residuals.IsSparse)
        {
            worst = Math.Max(worst, Chance(new(SeriesAspect.Spread, questions.Spread(Lines.SpreadBad), spreadInflation)));
        }

        return Math.Max(worst, TailChance(questions.Fence(sign, Lines.Fine), spreadInflation));
    }

    // Agresti and Caffo, The American Statistician 54 (2000): one more of each kind in each arm.
    private double TailChance(double[] fence, double inflation)
    {
        double more = 0, beyond = 0, n = Cells;
        for (var k = 0; k < fence.Length; k++)
        {
            more += fence[k];
            beyond += Math.Abs(fence[k]);
        }

        // Five extreme points against none say nothing certain, but nobody should be told that the tail is fine.
        if (more >= Lopsided * Math.Sqrt(beyond) && more > 0)
        {
            return 1;
        }

        double canary = ((beyond + more) / 2 + 1) / (n + 2), baseline = ((beyond - more) / 2 + 1) / (n + 2);
        var error = Math.Sqrt(inflation * (canary * (1 - canary) + baseline * (1 - baseline)) / (n + 2));
        return Normal.CDF(0, 1, (canary - baseline - MetricLines.TailBad) / error);
    }

    // Without any score nothing differs at all.
    private static double Chance(ScoreSeries scores) => Array.TrueForAll(scores.Scores, s => s == 0) ? 0 : Normal.CDF(0, 1, scores.Whole());
}

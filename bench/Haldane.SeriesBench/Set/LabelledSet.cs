using Haldane.Core.Series;

namespace Haldane.Series.Set;

/// <summary>A self-made labelled set: families of harm and of harmlessness, over kinds of noise and lengths.</summary>
/// <remarks>
/// Sizes are what an engineer sees on a graph: larger with few points, smaller with many, in standard deviations of the noise. The set knows nothing of the judge's lines.
/// </remarks>
internal static class LabelledSet
{
    public static readonly int[] Lengths = [30, 60, 120, 500, 2_000];

    /// <summary>The families that were looked at while the judge was made.</summary>
    public static readonly string[] Families =
    [
        "level", "spread", "tail", "late change", "slow ramp", "small shifts together", "rare errors rise", "level with gaps", "one of several",
        "no change", "high noise", "healed", "healed slowly", "outlier in the baseline", "outlier in the canary", "gaps", "several, no change", "tiny but certain",
        "improvement", "slow wander, no change",
    ];

    /// <summary>Families of which no result was looked at while anything could still be changed for them, but for one first look at the first eight.</summary>
    public static readonly string[] HeldOut =
    [
        "growing bursts", "level under a shared incident", "heavier right side", "late spread", "drop to zero", "offset clocks, level", "shared incident",
        "baseline incident, healed", "rounded values, no change", "different step, no change",
        "two humps", "ramp in one of several", "half the points missing, level", "half the points missing, no change", "better and calmer",
    ];

    /// <summary>Families in which the arms are drawn alike from the same process, so that any Fail is a false alarm.</summary>
    public static readonly string[] Alike = ["no change", "high noise", "gaps", "several, no change", "rounded values, no change", "different step, no change", "half the points missing, no change"];

    /// <summary>Draws cases of each family.</summary>
    /// <param name="seed">Where chance starts.</param>
    /// <param name="each">Cases for each family, kind of noise and length.</param>
    /// <param name="families">Which.</param>
    /// <param name="lengths">Points in each arm.</param>
    public static IEnumerable<LabelledCase> Draw(int seed, int each, IReadOnlyList<string> families, IReadOnlyList<int> lengths)
    {
        for (var f = 0; f < families.Count; f++)
        {
            foreach (var length in lengths)
            {
                foreach (var noise in Enum.GetValues<NoiseKind>())
                {
                    for (var i = 0; i < each; i++)
                    {
                        var random = new Random(HashCode(seed, families[f], length, (int)noise, i));
                        yield return Make(families[f], random, noise, length);
                    }
                }
            }
        }
    }

    private static LabelledCase Make(string family, Random random, NoiseKind noise, int n)
    {
        var arms = Arms.Draw(random, noise, n, Between(random, 0.03, 0.15));
        var (b, c, sd) = (arms.Baseline, arms.Canary, arms.Deviation);
        // What a graph of so many points shows: about six standard errors of the level, and never less than 0.7 deviations.
        var clear = Math.Max(0.7, 6 * Math.Sqrt(2.0 / n)) * Between(random, 1, 1.6) * (noise == NoiseKind.Resembling ? 1.7 : 1);
        var random01 = random.NextDouble();
        return family switch
        {
            "level" => One(true, b, Add(c, _ => clear * sd * (random01 < 0.3 && noise != NoiseKind.Counts ? -1 : 1))),
            "spread" => One(true, b, About(c, arms, Between(random, 1.8, 3) + (n <= 60 ? 0.7 : 0))),
            "tail" => One(true, b, Spikes(random, c, sd, Math.Max(0.06, 9.0 / n) * Between(random, 1, 1.6))),
            "late change" => One(true, b, LateShift(random, c, sd * clear * 1.6)),
            "slow ramp" => One(true, b, Add(c, i => 2.2 * clear * sd * i / n)),
            "small shifts together" => Together(random, noise, n, clear),
            "rare errors rise" => RareErrors(random, n),
            "level with gaps" => One(true, Gaps(random, b), Gaps(random, Add(c, _ => 1.2 * clear * sd))),
            "one of several" => Several(random, noise, n, Between(random, 1, 1.3) * clear),
            "no change" => One(false, b, c),
            "high noise" => High(random, noise, n),
            "healed" => Healed(random, b, c, sd),
            "outlier in the baseline" => One(false, Outliers(random, b, sd), c),
            "outlier in the canary" => One(false, b, Outlier(random, c, sd)),
            "gaps" => One(false, Gaps(random, b), Gaps(random, c)),
            "several, no change" => Several(random, noise, n, 0),
            "tiny but certain" => Tiny(random, n),
            "improvement" => One(false, b, Add(c, _ => -clear * sd), HarmDirection.Increase),
            _ => HeldOutFamilies.Make(family, random, noise, n, arms, clear),
        } with { Family = family, Length = n, Noise = noise };
    }

    public static double Between(Random random, double low, double high) => low + (high - low) * random.NextDouble();

    public static LabelledCase One(bool isBad, double[] baseline, double[] canary, HarmDirection direction = HarmDirection.Either) =>
        new("", isBad, 0, default, [Metric("m", baseline, canary, direction)]);

    public static MetricSeries Metric(string name, double[] baseline, double[] canary, HarmDirection direction = HarmDirection.Either) =>
        new() { Name = name, Baseline = Points(baseline), Canary = Points(canary), Direction = direction };

    public static double[] Add(double[] values, Func<int, double> shift) => [.. values.Select((v, i) => v + shift(i))];

    private static SeriesPoint[] Points(double[] values) => [.. values.Select(v => new SeriesPoint(null, v))];

    // Counts cannot fall below 0, so their fluctuation grows by bursts of the same mean.
    private static double[] About(double[] values, Arms arms, double factor)
    {
        return [.. values.Select((v, i) => arms.Middle(i) is var middle && arms.IsCount ? Math.Max(0, middle + (v - middle) * factor) : middle + (v - middle) * factor)];
    }

    private static double[] Spikes(Random random, double[] values, double sd, double part)
    {
        var size = Between(random, 6, 12) * sd;
        return Add(values, _ => random.NextDouble() < part ? size * Between(random, 0.7, 1.5) : 0);
    }

    private static double[] LateShift(Random random, double[] values, double shift)
    {
        var start = Between(random, values.Length < 60 ? 0.5 : 0.6, 0.8) * values.Length;
        return Add(values, i => i >= start ? shift : 0);
    }

    private static LabelledCase Together(Random random, NoiseKind noise, int n, double clear)
    {
        var count = random.Next(5, 9);
        return new("", true, 0, default, [.. Enumerable.Range(0, count).Select(m =>
        {
            var arms = Arms.Draw(random, noise, n, Between(random, 0.03, 0.15));
            return Metric($"m{m}", arms.Baseline, Add(arms.Canary, _ => 0.5 * clear * arms.Deviation));
        })]);
    }

    private static LabelledCase RareErrors(Random random, int n)
    {
        var (before, after) = (Between(random, 0, 0.08), Math.Max(0.3, 16.0 / n) * Between(random, 1, 1.5));
        return One(true, [.. Enumerable.Range(0, n).Select(_ => Arms.Poisson(random, before))], [.. Enumerable.Range(0, n).Select(_ => Arms.Poisson(random, after))]);
    }

    private static double[] Gaps(Random random, double[] values)
    {
        var part = Between(random, 0, 0.3);
        return [.. values.Select(v => random.NextDouble() < part ? double.NaN : v)];
    }

    private static LabelledCase Several(Random random, NoiseKind noise, int n, double shift)
    {
        var count = random.Next(3, 9);
        return new("", shift != 0, 0, default, [.. Enumerable.Range(0, count).Select(m =>
        {
            var arms = Arms.Draw(random, noise, n, Between(random, 0.03, 0.15));
            return Metric($"m{m}", arms.Baseline, m == 1 ? Add(arms.Canary, _ => shift * arms.Deviation) : arms.Canary);
        })]);
    }

    private static LabelledCase High(Random random, NoiseKind noise, int n)
    {
        var arms = Arms.Draw(random, noise, n, Between(random, 0.4, 1.2));
        return One(false, arms.Baseline, arms.Canary);
    }

    private static LabelledCase Healed(Random random, double[] b, double[] c, double sd)
    {
        var (end, size) = (Between(random, 0.1, 0.4) * c.Length, Between(random, 3, 9) * sd);
        return One(false, b, Add(c, i => i < end ? size : 0));
    }

    private static double[] Outliers(Random random, double[] values, double sd)
    {
        var (result, count) = ((double[])values.Clone(), random.Next(1, 4));
        for (var i = 0; i < count; i++)
        {
            result[random.Next(result.Length)] += Between(random, 10, 100) * sd;
        }

        return result;
    }

    private static double[] Outlier(Random random, double[] values, double sd)
    {
        var result = (double[])values.Clone();
        result[random.Next(result.Length)] += Between(random, 10, 100) * sd;
        return result;
    }

    // Half a percent of the level, with so little noise that it is certain: nobody would take a release back for it.
    private static LabelledCase Tiny(Random random, int n) => One(
        false,
        [.. Enumerable.Range(0, n).Select(_ => 100 + 0.3 * Arms.Gauss(random))],
        [.. Enumerable.Range(0, n).Select(_ => 100.5 + 0.3 * Arms.Gauss(random))]);

    // string.GetHashCode differs between runs.
    private static int HashCode(int seed, string family, int length, int noise, int index)
    {
        var hash = 2166136261u;
        foreach (var part in $"{seed}|{family}|{length}|{noise}|{index}")
        {
            hash = (hash ^ part) * 16777619;
        }

        return (int)(hash & 0x7fffffff);
    }
}

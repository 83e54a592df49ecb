namespace Haldane.Series.Set;

/// <summary>Families that were written after the judge was finished, to see what it does with what it was not made for.</summary>
internal static class HeldOutFamilies
{
    public static LabelledCase Make(string family, Random random, NoiseKind noise, int n, Arms arms, double clear)
    {
        var (b, c, sd) = (arms.Baseline, arms.Canary, arms.Deviation);
        return family switch
        {
            "level under a shared incident" => Shared(random, b, LabelledSet.Add(c, _ => clear * sd), sd, true),
            "shared incident" => Shared(random, b, c, sd, false),
            "growing bursts" => LabelledSet.One(true, b, LabelledSet.Add(c, i => random.NextDouble() < 0.05 + 0.3 * i / n ? 8 * sd * random.NextDouble() : 0)),
            "heavier right side" => LabelledSet.One(true, b, LabelledSet.Add(c, _ => -Math.Log(1 - random.NextDouble()) * clear * 1.3 * sd)),
            "late spread" => LabelledSet.One(true, b, LabelledSet.Add(c, i => i > 0.6 * n ? 3.5 * sd * Arms.Gauss(random) : 0)),
            "drop to zero" => LabelledSet.One(true, b, [.. c.Select((v, i) => i > 0.7 * n ? 0 : v)]),
            "offset clocks, level" => Offset(arms, LabelledSet.Add(c, _ => clear * sd)),
            "healed slowly" => LabelledSet.One(false, b, LabelledSet.Add(c, i => 6 * sd * Math.Exp(-i / (0.06 * n)))),
            "baseline incident, healed" => LabelledSet.One(false, LabelledSet.Add(b, i => i < 0.25 * n ? 5 * sd : 0), c),
            "rounded values, no change" => LabelledSet.One(false, Rounded(b, sd), Rounded(c, sd)),
            "different step, no change" => LabelledSet.One(false, b, [.. c.Where((_, i) => i % 2 == 0)]),
            "slow wander, no change" => LabelledSet.One(false, Wander(random, n, sd, arms.Level), Wander(random, n, sd, arms.Level)),
            "two humps" => LabelledSet.One(true, b, LabelledSet.Add(c, _ => random.NextDouble() < 0.4 ? 2.5 * clear * sd : 0)),
            "ramp in one of several" => new("", true, 0, default, [.. Enumerable.Range(0, 5).Select(m =>
            {
                var other = Arms.Draw(random, noise, n, LabelledSet.Between(random, 0.03, 0.15));
                return LabelledSet.Metric($"m{m}", other.Baseline, m == 3 ? LabelledSet.Add(other.Canary, i => 2.6 * clear * other.Deviation * i / n) : other.Canary);
            })]),
            "half the points missing, level" => LabelledSet.One(true, Half(random, b), Half(random, LabelledSet.Add(c, _ => 1.5 * clear * sd))),
            "half the points missing, no change" => LabelledSet.One(false, Half(random, b), Half(random, c)),
            "better and calmer" => LabelledSet.One(false, b, [.. c.Select((v, i) => arms.Middle(i) - clear * sd + 0.6 * (v - arms.Middle(i)))], Core.Series.HarmDirection.Increase),
            _ => throw new ArgumentOutOfRangeException(nameof(family), family, "no such family"),
        };
    }

    // Both arms suffer from the same outage in the middle of the window.
    private static LabelledCase Shared(Random random, double[] b, double[] c, double sd, bool isBad)
    {
        var (start, size) = (LabelledSet.Between(random, 0.2, 0.6) * b.Length, LabelledSet.Between(random, 5, 20) * sd);
        double Outage(int i) => i >= start && i < start + 0.2 * b.Length ? size : 0;
        return LabelledSet.One(isBad, LabelledSet.Add(b, Outage), LabelledSet.Add(c, Outage));
    }

    // Scraped every 60 s, the canary 17 s after the baseline.
    private static LabelledCase Offset(Arms arms, double[] canary)
    {
        var made = LabelledSet.One(true, arms.Baseline, canary);
        return made with
        {
            Metrics = [.. made.Metrics.Select(m => m with
            {
                Baseline = [.. m.Baseline.Select((p, i) => p with { Time = 60.0 * i })],
                Canary = [.. m.Canary.Select((p, i) => p with { Time = 60.0 * i + 17 })],
            })],
        };
    }

    private static double[] Half(Random random, double[] values) => [.. values.Select(v => random.NextDouble() < 0.5 ? double.NaN : v)];

    private static double[] Rounded(double[] values, double sd) => [.. values.Select(v => Math.Round(v / sd) * sd)];

    // Resemblance over a tenth of the window, under noise of its own.
    private static double[] Wander(Random random, int n, double sd, double level)
    {
        var (values, state, decay) = (new double[n], Arms.Gauss(random), Math.Exp(-1 / Math.Max(2, n / 20.0)));
        for (var i = 0; i < n; i++)
        {
            state = decay * state + Math.Sqrt(1 - decay * decay) * Arms.Gauss(random);
            values[i] = level + sd * (0.7 * state + 0.7 * Arms.Gauss(random));
        }

        return values;
    }
}

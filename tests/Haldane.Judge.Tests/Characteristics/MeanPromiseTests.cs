using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests.Characteristics;

/// <summary>The same for means of numbers that come as feedback.</summary>
public sealed class MeanPromiseTests(ITestOutputHelper output) : PromiseFixture(output)
{
    [Theory]
    [InlineData(Scale.Ratio, 0.9, false)]
    [InlineData(Scale.Difference, -1.0, false)]
    [InlineData(Scale.Ratio, 0.9, true)]
    public void Means_at_a_line_are_rarely_called_beyond_it(Scale scale, double bad, bool heavyUsers)
    {
        // Revenue: 10 % buy, log-normal with a mean of about 10 for those who do, held to 500. The canary's worth is scaled.
        var guard = Slices.Guard(SignalKind.Mean, scale, bad, name: "revenue") with { AtLeast = true };
        const double mean = 3.0;
        double[] worth = scale == Scale.Ratio ? [Math.Sqrt(bad), bad] : [(mean + bad / 2) / mean, (mean + bad) / mean];
        Func<Random, int, int, EvidenceSlice> At(double times) => (r, n, s) => Revenue(r, n, s, 30, 600, times * mean / 1.0027, heavyUsers);

        Hold($"mean of revenue, {scale}{(heavyUsers ? ", heavy users" : "")}", guard, [30], 60, At(worth[0]), At(worth[1]));
        if (!heavyUsers)
        {
            Decide("half the revenue", VerdictKind.Fail, guard, 30, 25, At(0.5));
        }
    }

    [Fact]
    public void A_mean_at_its_limit_is_rarely_called_beyond_it()
    {
        var guard = Slices.Guard(SignalKind.Mean, Scale.Value, 0.8, name: "score") with { AtLeast = true };
        static EvidenceSlice World(Random r, int n, int s, double mean) => Scores(r, n, s, 20, 100, mean);

        Hold("mean of a score at its limit", guard, [20], 80, (r, n, s) => World(r, n, s, 0.8), (r, n, s) => World(r, n, s, 0.8));
        Decide("a score of 0.7", VerdictKind.Fail, guard, 20, 40, (r, n, s) => World(r, n, s, 0.7));
        Decide("a score of 0.9", VerdictKind.Pass, guard, 20, 40, (r, n, s) => World(r, n, s, 0.9));
    }

    private static EvidenceSlice Revenue(Random random, int number, int stage, int share, int values, double worth, bool heavyUsers) =>
        Valued(random, number, stage, share, values, "revenue", (arm, group) =>
        {
            // A heavy user's values all fall into one group and resemble each other.
            var taste = heavyUsers ? 0.7 + 0.6 * (((uint)(group + 1) * 2654435761u >> 8) % 1000 / 1000.0) : 1;
            return random.NextDouble() < 0.1
                ? Math.Min(500, taste * (arm == Arm.Canary ? worth : 3.0 / 1.0027) * 10 * Math.Exp(0.8 * random.Normal() - 0.32))
                : 0;
        });

    private static EvidenceSlice Scores(Random random, int number, int stage, int share, int values, double mean) =>
        Valued(random, number, stage, share, values, "score", (_, _) => random.NextDouble() < mean ? 1 : 0);

    private static EvidenceSlice Valued(Random random, int number, int stage, int share, int values, string name, Func<Arm, int, double> draw)
    {
        var moments = new Dictionary<(Arm, int), (long Count, long NonZero, double Sum, double Squares)>();
        for (var i = 0; i < values; i++)
        {
            var (arm, group) = (random.Next(100) < share ? Arm.Canary : Arm.Baseline, random.Next(SubjectGroups.Count));
            var x = draw(arm, group);
            var (count, nonZero, sum, squares) = moments.GetValueOrDefault((arm, group));
            moments[(arm, group)] = (count + 1, nonZero + (x != 0 ? 1 : 0), sum + x, squares + x * x);
        }

        return Slices.Slice(number, stage, share, Slices.Counts(values), Slices.Counts(values)) with
        {
            Values = moments.Select(m => new ValueMoments(name, stage, m.Key.Item1, 0, m.Key.Item2, m.Value.Count, m.Value.NonZero, m.Value.Sum, m.Value.Squares)).ToValueList(),
        };
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Specification;
using Haldane.Simulation.Tests.Support;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Tests.Traffic;

/// <summary>Random slices have the moments that were asked for, and their parts fit together.</summary>
public sealed class RandomTrafficTests
{
    private static readonly Share Tenth = new(1_000);

    [Theory]
    [InlineData(40)]
    [InlineData(2_000)]
    [InlineData(200_000)]
    public void Every_count_of_a_slice_fits_the_others(double rate)
    {
        var traffic = new RandomTraffic(World.AsBaseline(Worlds.Traffic(rate, Worlds.Country, Worlds.Device)), 1);

        for (var n = 0; n < 20; n++)
        {
            var slice = traffic.Next(0, Tenth);
            foreach (var arm in new[] { slice.Baseline, slice.Canary })
            {
                foreach (var cell in arm.Cells)
                {
                    Assert.True(cell.Errors <= cell.Exchanges && cell.ErrorSubjects <= cell.Errors);
                    Assert.Equal(cell.Latency.Total(), cell.Classes.Sum());
                    Assert.Equal(cell.Latency.Total(), cell.Confidence.Sum());
                    Assert.Equal(cell.Latency.Total(), cell.FirstToken.Total());
                    Assert.True(cell.Latency.Total() <= cell.Exchanges - cell.Errors);
                }

                foreach (var (first, count) in new[] { (1, 4), (5, 2) })
                {
                    Assert.Equal(arm.Cells[0].Exchanges, arm.Cells.Skip(first).Take(count).Sum(c => c.Exchanges));
                    Assert.Equal(arm.Cells[0].Errors, arm.Cells.Skip(first).Take(count).Sum(c => c.Errors));
                    Assert.Equal(arm.Cells[0].Classes[1], arm.Cells.Skip(first).Take(count).Sum(c => c.Classes[1]));
                    Assert.Equal(Dense(arm.Cells[0]), arm.Cells.Skip(first).Take(count).Select(Dense).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]));
                }

                Assert.Equal(arm.Cells[0].Latency.Total(), arm.AnswersByGroup.Sum());
            }
        }
    }

    [Fact]
    public void Random_slices_have_the_moments_that_were_asked_for()
    {
        const int slices = 400;
        var asked = Worlds.Traffic(2_000, Worlds.Country, Worlds.Device);
        var traffic = new RandomTraffic(World.AsBaseline(asked), 2);
        List<EvidenceSlice> seen = [];
        for (var n = 0; n < slices; n++)
        {
            seen.Add(traffic.Next(0, Tenth));
        }

        double all = seen.Sum(s => s.Baseline.Cells[0].Exchanges + s.Canary.Cells[0].Exchanges), canary = seen.Sum(s => s.Canary.Cells[0].Exchanges);
        Chi.Near(2_000, Math.Sqrt(2_000), all / slices, slices);
        Chi.Near(0.1, 0.3, canary / all, (long)all);
        Chi.Near(0.01, 0.1, seen.Sum(s => s.Baseline.Cells[0].Errors + s.Canary.Cells[0].Errors) / all, (long)all);

        // Latency, classes and confidence in one cell of the canary, where counts are small.
        var cells = seen.Select(s => s.Canary.Cells[3]).ToList();
        double answers = cells.Sum(c => c.Latency.Total());
        Chi.Near(asked.CellParts[3] * 0.98 * 0.99, 0.5, answers / canary, (long)canary);
        var latency = cells.Select(Dense).Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]);
        Chi.Fits([.. Enumerable.Range(0, latency.Length).Select(i => answers * asked.Baseline.Latency.ChanceOf(i))], [.. latency.Select(l => (double)l)]);
        Chi.Fits([.. asked.Baseline.Classes.Select(c => answers * c)], [.. Enumerable.Range(0, 3).Select(i => (double)cells.Sum(c => c.Classes[i]))]);
        Chi.Fits([.. asked.Baseline.Confidence.Select(c => answers * c)], [.. Enumerable.Range(0, 20).Select(i => (double)cells.Sum(c => c.Confidence[i]))]);

        // Feedback: labels after three seconds, values after two, conversions after one.
        double due = seen.SkipLast(3).Sum(s => s.Baseline.Cells[0].Latency.Total()), labels = Sum(seen, Arm.Baseline, l => l.Labelled);
        Chi.Near(0.3, 0.46, labels / due, (long)due);
        Chi.Near(0.4, 0.49, Sum(seen, Arm.Baseline, l => l.Wrong) / labels, (long)labels);
        Assert.All(seen.Take(3), s => Assert.Empty(s.Labels));
        Assert.Equal(labels, seen.SelectMany(s => s.Calibration).Where(c => c is { Arm: Arm.Baseline, Cell: 0 }).Sum(c => c.Labelled));
        var values = seen.SelectMany(s => s.Values).Where(v => v is { Arm: Arm.Baseline, Cell: 0 }).ToList();
        double count = values.Sum(v => v.Count);
        Chi.Near(0.25, 0.44, values.Sum(v => v.NonZero) / count, (long)count);
        Assert.InRange(values.Sum(v => v.Sum) / count, 2.8, 3.1); // a little below 3, because some are held to 100
        Assert.Equal(count, seen.SelectMany(s => s.Values).Where(v => v is { Arm: Arm.Baseline, Cell: >= 1 and <= 4 }).Sum(v => v.Count));
        double converted = seen.SelectMany(s => s.Events).Where(e => e is { Name: "conversion", Arm: Arm.Baseline, Cell: 0 }).Sum(e => e.Count);
        Chi.Near(0.03, 0.17, converted / seen.SkipLast(1).Sum(s => s.Baseline.Cells[0].Latency.Total()), (long)due);
        double refused = seen.SelectMany(s => s.Events).Where(e => e is { Name: GatewayEvents.Refused, Cell: 0 }).Sum(e => e.Count);
        Chi.Near(0.02, 0.14, refused / (all * 0.99), (long)all);
    }

    [Fact]
    public void Harm_in_one_segment_stays_there()
    {
        var asked = Worlds.Traffic(20_000, Worlds.Country);
        var world = new World { Traffic = asked, Canary = asked.Baseline with { Errors = 0.5 }, OnlyIn = 3 };

        var slice = new RandomTraffic(world, 3).Next(0, new(5_000));

        double Rate(int cell) => slice.Canary.Cells[cell].Errors / (double)slice.Canary.Cells[cell].Exchanges;
        Assert.InRange(Rate(3), 0.45, 0.55);
        Assert.InRange(Rate(2), 0, 0.03);
        Assert.InRange(slice.Canary.Cells[3].Exchanges / (double)slice.Canary.Cells[0].Exchanges, 0.27, 0.33);
        Assert.InRange(slice.Baseline.Cells[3].Errors / (double)slice.Baseline.Cells[3].Exchanges, 0, 0.03);
    }

    [Fact]
    public void The_same_seed_gives_the_same_evidence()
    {
        EvidenceSlice Third(ulong seed)
        {
            var traffic = new RandomTraffic(World.AsBaseline(Worlds.Traffic(500, Worlds.Country)), seed);
            _ = (traffic.Next(0, Tenth), traffic.Next(0, Tenth));
            return traffic.Next(1, new(5_000), TimeSpan.FromSeconds(3));
        }

        Assert.Equal(Third(7), Third(7));
        Assert.NotEqual(Third(7), Third(8));
    }

    [Fact]
    public void Only_what_the_guards_read_is_made()
    {
        var traffic = new RandomTraffic(World.AsBaseline(Worlds.Traffic()), 1, [new SignalSpec(SignalKind.ErrorRate)]);

        var cell = traffic.Next(0, Tenth).Baseline.Cells[0];

        Assert.True(cell.Exchanges > 0);
        Assert.Equal((0, 0L), (cell.Latency.Buckets.Count, cell.Classes.Sum()));
    }

    private static long[] Dense(CellEvidence cell)
    {
        var row = new long[LatencyBuckets.Count];
        for (var i = 0; i < cell.Latency.Buckets.Count; i++)
        {
            row[cell.Latency.Buckets[i]] = cell.Latency.Counts[i];
        }

        return row;
    }

    private static double Sum(List<EvidenceSlice> seen, Arm arm, Func<LabelCounts, long> count) =>
        seen.SelectMany(s => s.Labels).Where(l => l.Arm == arm && l.Cell == 0).Sum(count);
}

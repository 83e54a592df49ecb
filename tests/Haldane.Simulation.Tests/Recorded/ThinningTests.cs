using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Core.Rollouts;
using Haldane.Simulation.Chance;
using Haldane.Simulation.Recorded;
using Haldane.Simulation.Tests.Support;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Tests.Recorded;

/// <summary>Recorded evidence of the baseline, divided and compared with itself.</summary>
public sealed class ThinningTests(ITestOutputHelper output)
{
    private static readonly Share Fifth = new(2_000);

    [Fact]
    public void The_parts_are_the_whole_again()
    {
        var traffic = new RandomTraffic(World.AsBaseline(Worlds.Traffic(800, Worlds.Country, Worlds.Device)), 1);
        var thinning = new Thinning(new(Worlds.Model(Worlds.Country, Worlds.Device).Segments), 2);
        for (var n = 0; n < 12; n++)
        {
            var recorded = traffic.Next(0, new(100));
            var divided = thinning.Divide(recorded, 1, Fifth);

            Assert.Equal((n + 1L, 1, Fifth), (divided.Number, divided.Stage, divided.Share));
            for (var cell = 0; cell < recorded.Baseline.Cells.Count; cell++)
            {
                CellEvidence all = recorded.Baseline.Cells[cell], a = divided.Baseline.Cells[cell], b = divided.Canary.Cells[cell];
                Assert.Equal((all.Exchanges, all.Errors, all.Unread), (a.Exchanges + b.Exchanges, a.Errors + b.Errors, a.Unread + b.Unread));
                Assert.Equal(all.Latency.Total(), a.Latency.Total() + b.Latency.Total());
                Assert.Equal(all.FirstToken.Total(), a.FirstToken.Total() + b.FirstToken.Total());
                Assert.Equal(all.Classes, a.Classes.Zip(b.Classes, (x, y) => x + y).ToValueList());
                Assert.Equal(all.Confidence, a.Confidence.Zip(b.Confidence, (x, y) => x + y).ToValueList());
                Assert.True(b.ErrorSubjects <= b.Errors && a.ErrorSubjects <= a.Errors);
            }

            var canary = divided.Canary.Cells;
            Assert.Equal(canary[0].Exchanges, canary.Skip(1).Take(4).Sum(c => c.Exchanges));
            Assert.Equal(canary[0].Latency.Total(), canary.Skip(5).Take(2).Sum(c => c.Latency.Total()));
            foreach (var cell in new[] { 0, 2, 6 })
            {
                long Count(IEnumerable<LabelCounts> labels) => labels.Where(l => l.Cell == cell).Sum(l => l.Labelled);
                Assert.Equal(Count(recorded.Labels.Where(l => l.Arm == Arm.Baseline)), Count(divided.Labels));
                double Sum(IEnumerable<ValueMoments> values) => values.Where(v => v.Cell == cell).Sum(v => v.Sum);
                Assert.Equal(Sum(recorded.Values.Where(v => v.Arm == Arm.Baseline)), Sum(divided.Values), 6);
            }

            Assert.Equal(recorded.Events.Where(e => e.Arm == Arm.Baseline).Sum(e => e.Count), divided.Events.Sum(e => e.Count));
            Assert.Equal(recorded.Baseline.AnswersByGroup.Sum(), divided.Baseline.AnswersByGroup.Sum() + divided.Canary.AnswersByGroup.Sum());
        }
    }

    [Fact]
    public void The_canary_gets_its_share()
    {
        var traffic = new RandomTraffic(World.AsBaseline(Worlds.Traffic(2_000, Worlds.Country)), 3);
        var thinning = new Thinning(new(Worlds.Model(Worlds.Country).Segments), 4);
        long all = 0, canary = 0;
        for (var n = 0; n < 100; n++)
        {
            var recorded = traffic.Next(0, new(100));
            all += recorded.Baseline.Cells[3].Exchanges;
            canary += thinning.Divide(recorded, 0, Fifth).Canary.Cells[3].Exchanges;
        }

        Chi.Near(0.2, 0.4, canary / (double)all, all);
    }

    [Fact]
    public void A_subject_with_errors_goes_to_one_arm_and_counts_once()
    {
        var thinning = new Thinning(new([]), 5);
        EvidenceSlice Failing(long number) => new()
        {
            Number = number,
            Stage = 0,
            Share = new(100),
            From = RandomTraffic.Start.AddSeconds(number),
            Length = TimeSpan.FromSeconds(1),
            Baseline = new() { Cells = [new() { Exchanges = 50, Errors = 40, ErrorSubjects = 40 }], ErrorSubjects = [.. Enumerable.Range(0, 40).Select(i => (uint)i)] },
            Canary = ArmEvidence.Empty(1),
        };

        var first = thinning.Divide(Failing(1), 0, Fifth);
        var again = thinning.Divide(Failing(2), 0, Fifth);
        var next = thinning.Divide(Failing(3), 1, Fifth);

        Assert.Equal(40, first.Baseline.Cells[0].ErrorSubjects + first.Canary.Cells[0].ErrorSubjects);
        Assert.Equal(0, again.Baseline.Cells[0].ErrorSubjects + again.Canary.Cells[0].ErrorSubjects);
        Assert.Equal(0, next.Baseline.Cells[0].ErrorSubjects + next.Canary.Cells[0].ErrorSubjects);
    }

    [Fact]
    public void What_was_recorded_says_what_the_traffic_is_like()
    {
        var asked = Worlds.Traffic(1_000, Worlds.Country);
        var recorded = new RecordedTraffic(asked.Model);
        var traffic = new RandomTraffic(World.AsBaseline(asked), 6);
        for (var n = 0; n < 300; n++)
        {
            recorded.Add(traffic.Next(n / 150, n < 150 ? new(100) : new(5_000)));
        }

        var found = recorded.Estimate(out var problem)!;

        Assert.Null(problem);
        Assert.InRange(found.RatePerSecond, 990, 1_010);
        Assert.InRange(found.Baseline.Errors, 0.0095, 0.0105);
        Assert.InRange(found.Baseline.Latency.Quantile(0.99), 0.078, 0.082);
        Assert.InRange(found.Baseline.Classes[0], 0.098, 0.102);
        Assert.InRange(found.Baseline.Accuracy, 0.595, 0.605);
        Assert.InRange(found.LabelCoverage, 0.29, 0.31);
        Assert.Equal(asked.LabelDelay, found.LabelDelay);
        Assert.InRange(found.CellParts[4], 0.395, 0.405);
        Assert.InRange(found.Baseline.ChanceOf("conversion"), 0.028, 0.032);
        Assert.InRange(found.Baseline.ChanceOf(GatewayEvents.Refused), 0.019, 0.021);
        Assert.InRange(found.Values.Single().Coverage, 0.095, 0.105);
        Assert.InRange(ValueShapes.HeldMean(found.Baseline.Values.Single()), 2.7, 3.3);
    }

    [Fact]
    public void A_record_of_next_to_nothing_says_nothing()
    {
        var recorded = new RecordedTraffic(Worlds.Model());
        recorded.Add(new RandomTraffic(World.AsBaseline(Worlds.Traffic(50)), 7).Next(0, Fifth));

        Assert.Null(recorded.Estimate(out var problem));
        Assert.Matches("^the recorded run has [0-9]+ exchanges of the baseline, 1,000 are the least", problem);
    }

    [Fact]
    public void The_baseline_is_rarely_worse_than_itself()
    {
        var (model, rollout) = Plans.Read(
            "rate: 400/s, errors: 2%, classes: { legit: 90% }, labels: { coverage: 50%, accuracy: 90% }", "{ share: 10%, bake: 20s }, { share: 50%, bake: 20s }",
            $"{Plans.Errors}, {{ name: p95, signal: latency-p95, atMost: {{ ratio: 1.10 }} }}, {{ name: mix, signal: prediction-drift, atMost: {{ jensenShannon: 0.05 }} }}, "
            + "{ name: accuracy, signal: accuracy, atLeast: { difference: -4pp } }",
            "{ name: country, header: X-Country, values: [MY, SG] }");
        var traffic = new RandomTraffic(World.AsBaseline(model), 8);
        var comparison = new SelfComparison(model.Model, rollout, [.. Enumerable.Range(0, 240).Select(_ => traffic.Next(0, new(100)))]);

        var outcomes = Enumerable.Range(0, 60).Select(run => comparison.Run(Dice.SeedOf(3, (ulong)run))).ToList();

        output.WriteLine(string.Join(", ", outcomes.GroupBy(o => o.Phase).Select(g => $"{g.Key} {g.Count()}")));
        Assert.True(outcomes.Count(o => o.Phase == Phase.RolledBack) <= 60 * 0.01 + 3 * Math.Sqrt(60 * 0.01));
        Assert.True(outcomes.Count(o => o.Phase == Phase.Promoted) > 40);
        Assert.True(outcomes.Select(o => o.CanaryExchanges).Distinct().Count() > 30); // each division is another one
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Simulation.Tests.Support;
using Haldane.Simulation.Traffic;

namespace Haldane.Simulation.Tests.Traffic;

/// <summary>Rough weather does to slices what it says.</summary>
public sealed class ConditionsTests
{
    private static readonly Share Half = new(5_000);

    [Fact]
    public void Rates_and_errors_swing_with_the_day_and_grow_with_the_hours()
    {
        var slices = Run(new() { DailyRate = 0.5, DailyErrors = 3, ErrorsPerHour = 1.1 }, 24, TimeSpan.FromHours(1), rate: 20);

        Chi.Near(20 * 3600 * 1.5, 350, slices[5].Baseline.Cells[0].Exchanges + slices[5].Canary.Cells[0].Exchanges, 1);
        Chi.Near(20 * 3600 * 0.5, 200, slices[17].Baseline.Cells[0].Exchanges + slices[17].Canary.Cells[0].Exchanges, 1);
        double RateOf(EvidenceSlice s) => s.Baseline.Cells[0].Errors / (double)s.Baseline.Cells[0].Exchanges;
        Assert.InRange(RateOf(slices[5]), 0.045, 0.055); // 1 % x 3 x 1.1^5.5 = 5.1 %
        Assert.InRange(RateOf(slices[17]), 0.015, 0.021); // 1 % / 3 x 1.1^17.5 = 1.8 %
    }

    [Fact]
    public void A_stall_makes_the_answers_of_one_moment_slow()
    {
        var slices = Run(new() { Stalls = new(0.1, 0.5, 10) }, 300, TimeSpan.FromSeconds(1));

        var slow = LatencyBuckets.IndexOf(0.15);
        var struck = slices.Select(s => Part(s.Baseline.Cells[0].Latency, slow)).Where(part => part > 0.1).ToList();
        Assert.InRange(struck.Count, 15, 50);
        Assert.All(struck, part => Assert.InRange(part, 0.3, 0.6));
    }

    [Fact]
    public void An_outage_strikes_both_arms_at_once()
    {
        var slices = Run(new() { Outages = new(0.1, 0.8) }, 200, TimeSpan.FromSeconds(1));

        var struck = slices.Where(s => s.Baseline.Cells[0].Errors > 0.5 * s.Baseline.Cells[0].Exchanges).ToList();
        Assert.InRange(struck.Count, 8, 36);
        Assert.All(struck, s => Assert.True(s.Canary.Cells[0].Errors > 0.5 * s.Canary.Cells[0].Exchanges));
    }

    [Fact]
    public void A_cold_canary_is_slow_at_first()
    {
        var slices = Run(new() { ColdStart = new(TimeSpan.FromSeconds(5), 3) }, 10, TimeSpan.FromSeconds(1));

        var middle = LatencyBuckets.IndexOf(0.04);
        Assert.All(slices.Take(5), s => Assert.True(Part(s.Canary.Cells[0].Latency, middle) > 0.6));
        Assert.All(slices.Skip(5), s => Assert.True(Part(s.Canary.Cells[0].Latency, middle) < 0.3));
        Assert.All(slices, s => Assert.True(Part(s.Baseline.Cells[0].Latency, middle) < 0.3));
    }

    [Fact]
    public void Feedback_may_be_late_and_come_in_batches()
    {
        var slices = Run(new() { FeedbackSpread = TimeSpan.FromSeconds(10), FeedbackEvery = TimeSpan.FromSeconds(6) }, 30, TimeSpan.FromSeconds(1));

        var came = slices.Where(s => s.Labels.Count > 0).Select(s => s.Number).ToList();
        Assert.Equal([6, 12, 18, 24, 30], came);
    }

    [Fact]
    public void Repeats_of_failed_exchanges_are_errors_more_but_no_subjects_more()
    {
        var slices = Run(new() { Retries = new(1, 1) }, 50, TimeSpan.FromSeconds(1));

        long errors = slices.Sum(s => s.Baseline.Cells[0].Errors), subjects = slices.Sum(s => s.Baseline.Cells[0].ErrorSubjects);
        Assert.Equal(errors, 2 * subjects);
    }

    [Fact]
    public void Regular_subjects_are_new_once_and_fail_first_once()
    {
        const int count = 2_000;
        var slices = Run(new() { Regulars = new(count, Zipf: 0.8, ErrorProne: 0.05) }, 100, TimeSpan.FromSeconds(1));

        var fresh = slices.Sum(s => s.Baseline.NewSubjects + s.Canary.NewSubjects);
        var failed = slices.Sum(s => s.Baseline.Cells[0].ErrorSubjects + s.Canary.Cells[0].ErrorSubjects);
        var errors = slices.Sum(s => s.Baseline.Cells[0].Errors + s.Canary.Cells[0].Errors);
        Assert.InRange(fresh, 0.8 * count / 16, count / 16.0 + 1);
        Assert.InRange(failed, 1, 0.08 * count);
        Assert.InRange(errors / (100 * 2_000.0), 0.008, 0.012); // error-prone subjects make all errors, and as many as asked
    }

    [Fact]
    public void Subjects_that_are_all_alike_are_seen_as_often_as_chance_says()
    {
        const int count = 100_000;
        var slices = Run(new() { Regulars = new(count) }, 50, TimeSpan.FromSeconds(1));

        // 100,000 requests of 100,000 subjects: all but e^-1 of them were seen; of some 1,000 with errors nearly all failed once.
        double fresh = slices.Sum(s => s.Baseline.NewSubjects + s.Canary.NewSubjects), errors = slices.Sum(s => s.Baseline.Cells[0].Errors + s.Canary.Cells[0].Errors);
        Assert.InRange(fresh / count, 0.625, 0.640);
        Assert.InRange(slices.Sum(s => s.Baseline.Cells[0].ErrorSubjects + s.Canary.Cells[0].ErrorSubjects) / errors, 0.985, 1);
        Assert.InRange(slices.Sum(s => s.Canary.Cells[0].Exchanges) / 100_000.0, 0.49, 0.51);
    }

    private static List<EvidenceSlice> Run(Conditions conditions, int slices, TimeSpan length, double rate = 2_000)
    {
        var traffic = new RandomTraffic(World.AsBaseline(Worlds.Traffic(rate) with { Conditions = conditions }), 11);
        return [.. Enumerable.Range(0, slices).Select(_ => traffic.Next(0, Half, length))];
    }

    private static double Part(SparseCounts counts, int above)
    {
        var over = 0L;
        for (var i = 0; i < counts.Buckets.Count; i++)
        {
            over += counts.Buckets[i] > above ? counts.Counts[i] : 0;
        }

        return over / (double)counts.Total();
    }
}

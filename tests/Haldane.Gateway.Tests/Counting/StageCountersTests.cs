using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Core.Specification;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Tests.Counting;

public sealed class StageCountersTests
{
    private static readonly SegmentSpec[] Segments = [new("country", "x-country", ["MY", "ID"]), new("device", "x-device", ["phone"])];

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Nothing_is_lost_under_eight_threads_while_it_is_collected(int cores)
    {
        const int Threads = 8, Each = 30_000;
        var cells = new SegmentCells(Segments);
        var counters = new StageCounters(cells, 2, confidence: true, cores);
        long exchanges = 0, errors = 0, unread = 0, latencies = 0, classes = 0, confidences = 0;

        var recording = Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                var arm = (Arm)(i & 1);
                switch (i % 4)
                {
                    case 0:
                        counters.Failed(arm, i % 6, (uint)i);
                        break;
                    case 1:
                        counters.Answered(arm, i % 6, 0.001 * thread, Prediction.Unread);
                        break;
                    default:
                        counters.Answered(arm, i % 6, double.NaN, new(i % 3, 1.0));
                        break;
                }
            }
        })).ToArray();
        var done = Task.WhenAll(recording);
        while (!done.IsCompleted)
        {
            Add();
            await Task.Yield();
        }

        await done;
        Add();

        const long All = (long)Threads * Each;
        Assert.Equal((All, All / 4, All / 4, All / 4, All / 2, All / 2), (exchanges, errors, unread, latencies, classes, confidences));

        void Add()
        {
            var (baseline, canary, _) = counters.Collect();
            foreach (var evidence in (ArmEvidence[])[baseline, canary])
            {
                var everyone = evidence.Cells[SegmentCells.Everyone];
                exchanges += everyone.Exchanges;
                errors += everyone.Errors;
                unread += everyone.Unread;
                latencies += everyone.Latency.Total();
                classes += everyone.Classes.Sum();
                confidences += everyone.Confidence.Sum();
            }
        }
    }

    [Fact]
    public void Every_exchange_is_in_one_cell_of_each_segment()
    {
        var cells = new SegmentCells(Segments);
        var counters = new StageCounters(cells, 0, confidence: false, 2);
        for (var code = 0; code < 6; code++)
        {
            counters.Answered(Arm.Canary, code, 0.1, null);
        }

        var (baseline, canary, _) = counters.Collect();

        Assert.All(baseline.Cells, cell => Assert.Same(CellEvidence.Empty, cell));
        Assert.Equal([6, 2, 2, 2, 3, 3], canary.Cells.Select(c => c.Exchanges));
        Assert.All(canary.Cells, cell => Assert.Empty(cell.Classes));
    }

    [Fact]
    public void A_collection_hands_out_each_thing_once()
    {
        var counters = new StageCounters(new([]), 2, confidence: true, 2);
        counters.Answered(Arm.Canary, 0, 0.1, new(1, 0.5));
        counters.Failed(Arm.Baseline, 0, 7);
        counters.Subject(Arm.Canary, 1u << 20);

        var first = counters.Collect();
        var second = counters.Collect();

        Assert.Equal((1, 1, 1, 1), (first.Canary.Cells[0].Exchanges, first.Baseline.Cells[0].Errors, first.Canary.NewSubjects, first.Failures.Count));
        Assert.Equal((CellEvidence.Empty, CellEvidence.Empty, 0, 0), (second.Canary.Cells[0], second.Baseline.Cells[0], second.Canary.NewSubjects, second.Failures.Count));
    }

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(0.049, 0)]
    [InlineData(0.05, 1)]
    [InlineData(0.5, 10)]
    [InlineData(0.999, 19)]
    [InlineData(1.0, 19)]
    public void Confidence_falls_in_its_bin(double confidence, int bin)
    {
        var counters = new StageCounters(new([]), 2, confidence: true, 1);
        counters.Answered(Arm.Baseline, 0, 0.1, new(0, confidence));

        Assert.Equal(bin, counters.Collect().Baseline.Cells[0].Confidence.ToList().IndexOf(1));
    }

    [Fact]
    public void Confidence_is_counted_without_a_class()
    {
        var counters = new StageCounters(new([]), 0, confidence: true, 1);
        counters.Answered(Arm.Canary, 0, 0.1, new(ExchangeToken.NoClass, 0.5));

        var everyone = counters.Collect().Canary.Cells[0];

        Assert.Equal((1, 0, 1), (everyone.Exchanges, everyone.Unread, everyone.Confidence[10]));
    }

    [Fact]
    public void Past_the_limit_failures_are_left_out_of_the_list_and_still_counted()
    {
        var counters = new StageCounters(new([]), 0, confidence: false, 2);
        for (var i = 0; i < 20_000; i++)
        {
            counters.Failed((Arm)(i & 1), 0, (uint)i);
        }

        var first = counters.Collect();
        counters.Failed(Arm.Canary, 0, 5);

        Assert.Equal((10_000, 10_000), (first.Baseline.Cells[0].Errors, first.Canary.Cells[0].Errors));
        Assert.Equal(8_192, first.Failures.Count);
        Assert.Equal(4_096, first.Failures.Count(f => f.Arm == Arm.Canary)); // whatever their arm
        Assert.Equal(5u, Assert.Single(counters.Collect().Failures).Subject);
    }

    [Fact]
    public void A_subject_counts_once_and_both_arms_are_thinned_alike()
    {
        // So many subjects that half of them fall on a place that is taken; a tenth goes to the canary.
        const int Subjects = 200_000;
        var counters = new StageCounters(new([]), 0, confidence: false, 2);
        var assigner = new Assigner("fraud", "move");
        var seen = new long[2];
        for (var i = 0; i < Subjects; i++)
        {
            var hash = assigner.HashOf($"subject {i}");
            var arm = Assigner.ArmOf(hash, new(1_000));
            seen[(int)arm]++;
            counters.Subject(arm, Assigner.IdentityOf(hash));
            counters.Subject(arm, Assigner.IdentityOf(hash));
        }

        var first = counters.Collect();

        var counted = (double)(first.Baseline.NewSubjects + first.Canary.NewSubjects);
        Assert.InRange(counted, 100_000, 106_000); // 131,072 places, each taken with chance 1 - exp(-200,000 / 131,072) = 0.78
        var error = 4 * Math.Sqrt(0.1 * 0.9 / counted);
        Assert.Equal(seen[1] / (double)Subjects, first.Canary.NewSubjects / counted, error);

        for (var i = 0; i < Subjects; i++)
        {
            var hash = assigner.HashOf($"subject {i}");
            counters.Subject(Assigner.ArmOf(hash, new(1_000)), Assigner.IdentityOf(hash));
        }

        var second = counters.Collect();
        Assert.Equal((0, 0), (second.Baseline.NewSubjects, second.Canary.NewSubjects));
    }

    [Fact]
    public void Counting_an_answer_allocates_nothing()
    {
        var counters = new StageCounters(new(Segments), 2, confidence: true, 2);
        Prediction? prediction = new Prediction(1, 0.5);
        for (var i = 0; i < 1_000; i++)
        {
            counters.Answered(Arm.Canary, i % 6, 0.01, prediction);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 10_000; i++)
        {
            counters.Answered(Arm.Canary, i % 6, 0.01, prediction);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}

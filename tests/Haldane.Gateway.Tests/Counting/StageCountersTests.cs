using Haldane.Core;
using Haldane.Core.Assignment;
using Haldane.Core.Evidence;
using Haldane.Core.Exchanges;
using Haldane.Core.Ports;
using Haldane.Core.Specification;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Tests.Counting;

public sealed class StageCountersTests
{
    private static readonly Share Half = new(5_000);

    private static readonly SegmentSpec[] Segments = [new("country", "x-country", ["MY", "ID"]), new("device", "x-device", ["phone"])];

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Nothing_is_lost_under_eight_threads_while_it_is_collected(int cores)
    {
        const int Threads = 8, Each = 30_000;
        var counters = Counters(Segments, 2, true, cores);
        long exchanges = 0, errors = 0, unread = 0, latencies = 0, firsts = 0, classes = 0, confidences = 0, groups = 0;
        var events = new Dictionary<(string, Arm, int), long>();

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
                        counters.Answered(new(arm, (uint)i, i % 6) { Latency = 0.001 * thread, Prediction = Prediction.Unread });
                        break;
                    default:
                        counters.Answered(new(arm, (uint)i, i % 6) { FirstToken = 0.001, Events = (AnswerEvents)(1 << (i % 4 - 2)), Prediction = new(i % 3, 1.0) });
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
        Assert.Equal((All, All / 4, All / 4, All / 4, All / 2), (exchanges, errors, unread, latencies, firsts));
        Assert.Equal((All / 2, All / 2, 3 * All / 4), (classes, confidences, groups));
        Assert.Equal((All / 4, All / 4), (events[(GatewayEvents.Refused, Arm.Baseline, 0)], events[(GatewayEvents.Empty, Arm.Canary, 0)]));
        Assert.Equal(3 * All / 2, events.Values.Sum()); // everyone, and one cell of each of two segments

        void Add()
        {
            var observed = counters.Collect(1, Half);
            foreach (var evidence in (ArmEvidence[])[observed.Baseline, observed.Canary])
            {
                var everyone = evidence.Cells[SegmentCells.Everyone];
                exchanges += everyone.Exchanges;
                errors += everyone.Errors;
                unread += everyone.Unread;
                latencies += everyone.Latency.Total();
                firsts += everyone.FirstToken.Total();
                groups += evidence.AnswersByGroup.Sum();
                classes += everyone.Classes.Sum();
                confidences += everyone.Confidence.Sum();
            }

            foreach (var e in observed.Events)
            {
                Assert.Equal((1, 0), (e.Stage, e.Subjects));
                events[(e.Name, e.Arm, e.Cell)] = events.GetValueOrDefault((e.Name, e.Arm, e.Cell)) + e.Count;
            }
        }
    }

    [Fact]
    public void Every_exchange_is_in_one_cell_of_each_segment()
    {
        var counters = Counters(Segments, 0, false, 2);
        for (var code = 0; code < 6; code++)
        {
            counters.Answered(new(Arm.Canary, (uint)code, code) { Latency = 0.1 });
        }

        var observed = counters.Collect(1, Half);

        Assert.All(observed.Baseline.Cells, cell => Assert.Same(CellEvidence.Empty, cell));
        Assert.Equal([6, 2, 2, 2, 3, 3], observed.Canary.Cells.Select(c => c.Exchanges));
        Assert.All(observed.Canary.Cells, cell => Assert.Empty(cell.Classes));
    }

    [Fact]
    public void A_collection_hands_out_each_thing_once()
    {
        var counters = Counters([], 2, true, 2);
        counters.Answered(new(Arm.Canary, 7, 0) { Latency = 0.1, Prediction = new(1, 0.5) });
        counters.Failed(Arm.Baseline, 0, 7);
        counters.Subject(Arm.Canary, 1u << 20);

        var first = counters.Collect(1, Half);
        var second = counters.Collect(1, Half);

        Assert.Equal((1, 1, 1, 1), (first.Canary.Cells[0].Exchanges, first.Baseline.Cells[0].Errors, first.Canary.NewSubjects, first.Occurrences.Count));
        Assert.Equal((CellEvidence.Empty, CellEvidence.Empty, 0, 0), (second.Canary.Cells[0], second.Baseline.Cells[0], second.Canary.NewSubjects, second.Occurrences.Count));
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
        var counters = Counters([], 2, true, 1);
        counters.Answered(new(Arm.Baseline, 7, 0) { Latency = 0.1, Prediction = new(0, confidence) });

        Assert.Equal(bin, counters.Collect(1, Half).Baseline.Cells[0].Confidence.ToList().IndexOf(1));
    }

    [Fact]
    public void Confidence_is_counted_without_a_class()
    {
        var counters = Counters([], 0, true, 1);
        counters.Answered(new(Arm.Canary, 7, 0) { Latency = 0.1, Prediction = new(ExchangeToken.NoClass, 0.5) });

        var everyone = counters.Collect(1, Half).Canary.Cells[0];

        Assert.Equal((1, 0, 1), (everyone.Exchanges, everyone.Unread, everyone.Confidence[10]));
    }

    [Fact]
    public void Past_the_limit_failures_are_left_out_of_the_list_and_still_counted()
    {
        var counters = Counters([], 0, false, 2);
        for (var i = 0; i < 20_000; i++)
        {
            counters.Failed((Arm)(i & 1), 0, (uint)i);
        }

        var first = counters.Collect(1, Half);
        counters.Failed(Arm.Canary, 0, 5);

        Assert.Equal((10_000, 10_000), (first.Baseline.Cells[0].Errors, first.Canary.Cells[0].Errors));
        Assert.Equal(8_192, first.Occurrences.Count);
        Assert.Equal(4_096, first.Occurrences.Count(f => f.Arm == Arm.Canary)); // whatever their arm
        Assert.Equal(5u, Assert.Single(counters.Collect(1, Half).Occurrences).Subject);
    }

    [Fact]
    public void A_flood_of_refusals_does_not_hide_failures()
    {
        var counters = Counters([], 0, false, 2);
        for (var i = 0; i < 20_000; i++)
        {
            counters.Answered(new(Arm.Canary, (uint)i, 0) { Events = AnswerEvents.Refused });
        }

        counters.Failed(Arm.Canary, 0, 5);
        counters.Answered(new(Arm.Canary, 6, 0) { Events = AnswerEvents.Empty });

        var observed = counters.Collect(1, Half);
        Assert.Equal([20_000, 1], observed.Events.Select(e => e.Count));
        Assert.Equal(
            [(Occurrence.Failure, 1), (Occurrence.Refused, 8_192), (Occurrence.Empty, 1)],
            observed.Occurrences.GroupBy(o => o.Event).Select(g => (g.Key, g.Count())).Order());
    }

    [Fact]
    public void The_indices_of_occurrences_are_those_of_the_names()
    {
        Assert.Equal([GatewayEvents.Refused, GatewayEvents.Empty], [GatewayEvents.All[Occurrence.Refused], GatewayEvents.All[Occurrence.Empty]]);
        Assert.Equal(
            GatewayEvents.All.Select(name => name.Replace("-", "", StringComparison.Ordinal)),
            Enum.GetValues<AnswerEvents>().Except([AnswerEvents.None]).Order().Select(e => e.ToString()), StringComparer.OrdinalIgnoreCase);
    }

    [Fact]
    public void Groups_of_subjects_are_of_one_size_and_say_nothing_about_the_arm()
    {
        const int Subjects = 640_000;
        var assigner = new Assigner("fraud", "move");
        var canaries = new int[SubjectGroups.Count];
        var all = new int[SubjectGroups.Count];
        for (var i = 0; i < Subjects; i++)
        {
            var hash = assigner.HashOf($"subject {i}");
            var group = SubjectGroups.Of(Assigner.IdentityOf(hash));
            all[group]++;
            canaries[group] += Assigner.ArmOf(hash, new(1_000)) == Arm.Canary ? 1 : 0;
        }

        // Chi-square with 63 degrees of freedom: above 115.6 once in 20,000.
        const double Line = 115.6, Each = Subjects / (double)SubjectGroups.Count;
        Assert.InRange(all.Sum(n => Math.Pow(n - Each, 2) / Each), 20, Line);
        Assert.InRange(canaries.Sum(n => Math.Pow(n - Each / 10, 2) / (Each / 10)), 20, Line);
    }

    [Fact]
    public void Without_a_guard_that_needs_it_there_is_no_room_for_the_time_to_the_first_byte()
    {
        var counters = new StageCounters(new([]), new(1, default, firstToken: false), 1, groups: null);
        counters.Answered(new(Arm.Canary, 7, 0) { Latency = 0.2, FirstToken = 0.1 });

        var everyone = counters.Collect(1, Half).Canary.Cells[0];

        Assert.Equal((1, 0), (everyone.Latency.Total(), everyone.FirstToken.Total()));
        Assert.Equal(2L * LatencyBuckets.Count, new CellLayout(1, default, true).Length - new CellLayout(1, default, false).Length);
    }

    [Fact]
    public void A_subject_counts_once_and_both_arms_are_thinned_alike()
    {
        // So many subjects that half of them fall on a place that is taken; a tenth goes to the canary.
        const int Subjects = 200_000;
        var counters = Counters([], 0, false, 2);
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

        var first = counters.Collect(1, Half);

        var counted = (double)(first.Baseline.NewSubjects + first.Canary.NewSubjects);
        Assert.InRange(counted, 100_000, 106_000); // 131,072 places, each taken with chance 1 - exp(-200,000 / 131,072) = 0.78
        var error = 4 * Math.Sqrt(0.1 * 0.9 / counted);
        Assert.Equal(seen[1] / (double)Subjects, first.Canary.NewSubjects / counted, error);

        for (var i = 0; i < Subjects; i++)
        {
            var hash = assigner.HashOf($"subject {i}");
            counters.Subject(Assigner.ArmOf(hash, new(1_000)), Assigner.IdentityOf(hash));
        }

        var second = counters.Collect(1, Half);
        Assert.Equal((0, 0), (second.Baseline.NewSubjects, second.Canary.NewSubjects));
    }

    [Fact]
    public void Counting_an_answer_allocates_nothing()
    {
        var counters = Counters(Segments, 2, true, 2);
        Prediction? prediction = new Prediction(1, 0.5);
        for (var i = 0; i < 1_000; i++)
        {
            counters.Answered(new(Arm.Canary, (uint)i, i % 6) { Latency = 0.01, Prediction = prediction });
        }

        // The runtime takes a little of its own when it compiles the method anew; what each answer takes, every round shows.
        Assert.Equal(0, Enumerable.Range(0, 5).Min(_ => Count()));

        long Count()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10_000; i++)
            {
                counters.Answered(new(Arm.Canary, (uint)i, i % 6) { Latency = 0.01, FirstToken = 0.005, Prediction = prediction });
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static StageCounters Counters(SegmentSpec[] segments, int classes, bool confidence, int cores)
    {
        var cells = new SegmentCells(segments);
        MixSizes mixes = new(classes == 0 ? 0 : classes + 1, confidence ? ConfidenceBins.Count : 0, 0);
        return new(cells, new(cells.Count, mixes, firstToken: true), cores, new(cells.Count, mixes, firstToken: true, cores));
    }
}

using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Gateway.Counting;
using Haldane.Gateway.Observation;

namespace Haldane.Gateway.Tests.Counting;

public sealed class GroupCountersTests
{
    private static readonly Share Half = new(5_000);

    private static readonly MixSizes Mixes = new(4, ConfidenceBins.Count, 0);

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public async Task Every_answer_is_reported_once_under_eight_threads_but_for_those_since_the_last_report(int cores)
    {
        const int Threads = 8, Each = 30_000;
        var counters = Counters(cores);
        var recording = Enumerable.Range(0, Threads).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < Each; i++)
            {
                counters.Answered(new((Arm)(i & 1), (uint)(i >> 1), 0) { Latency = 0.001 * (1 + thread), FirstToken = 0.001, Prediction = new(i % 3, 0.97) });
            }
        })).ToArray();
        var done = Task.WhenAll(recording);
        var sums = new Dictionary<(Arm, string), long>();
        var reports = 0;
        while (!done.IsCompleted)
        {
            Take();
            await Task.Yield();
        }

        await done;
        Take();

        // The rest, until so many more come that it is due again.
        for (var i = 0; i < Threads * Each; i++)
        {
            counters.Answered(new((Arm)(i & 1), 0, 0) { Latency = 0.001, FirstToken = 0.001, Prediction = new(0, 0.97) });
        }

        Take();
        foreach (var arm in (Arm[])[Arm.Baseline, Arm.Canary])
        {
            foreach (var what in (string[])["answers", "latency", "first", "classes", "confidence"])
            {
                Assert.Equal((long)Threads * Each, sums[(arm, what)]);
            }
        }

        Assert.InRange(reports, 4, 140); // each arm's grow by a quarter from 1 to 240,000: at most 56 times

        void Take()
        {
            var observed = counters.Collect(1, Half);
            foreach (var (arm, evidence) in ((Arm, ArmEvidence)[])[(Arm.Baseline, observed.Baseline), (Arm.Canary, observed.Canary)])
            {
                if (evidence.ByGroup is not { } groups)
                {
                    continue;
                }

                reports++;
                foreach (var (what, counts) in ((string, SparseCounts)[])[("answers", groups.Answers), ("latency", groups.Latency), ("first", groups.FirstToken), ("classes", groups.Classes), ("confidence", groups.Confidence)])
                {
                    sums[(arm, what)] = sums.GetValueOrDefault((arm, what)) + counts.Total();
                }
            }
        }
    }

    [Fact]
    public void An_answer_stands_under_what_it_was_like_and_its_subjects_group()
    {
        var counters = Counters(2);
        counters.Answered(new(Arm.Canary, 64 + 7, 0) { Latency = 0.0213, FirstToken = 0.0100, Prediction = new(1, 0.93) });

        var observed = counters.Collect(1, Half);

        Assert.Null(observed.Baseline.ByGroup);
        var groups = observed.Canary.ByGroup!;
        Assert.Equal((LatencySteps.Of(LatencyBuckets.IndexOf(0.0213)), 7), Only(groups.Latency));
        Assert.Equal((LatencySteps.Of(LatencyBuckets.IndexOf(0.0100)), 7), Only(groups.FirstToken));
        Assert.Equal((1, 7), Only(groups.Classes));
        Assert.Equal((18, 7), Only(groups.Confidence));

        static (int, int) Only(SparseCounts counts) => SubjectGroups.Parts(Assert.Single(counts.Buckets));
    }

    [Fact]
    public void What_was_not_read_or_took_no_time_is_not_counted()
    {
        var counters = Counters(2);
        counters.Answered(new(Arm.Canary, 7, 0) { Prediction = Prediction.Unread });
        counters.Answered(new(Arm.Canary, 8, 0));

        var groups = counters.Collect(1, Half).Canary.ByGroup!;

        Assert.Equal(2, groups.Answers.Total());
        Assert.All([groups.Latency, groups.FirstToken, groups.Classes, groups.Confidence], counts => Assert.Equal(0, counts.Total()));
    }

    [Fact]
    public void Answers_stand_under_each_of_their_cells()
    {
        var cells = new SegmentCells([new("country", "x-country", ["MY", "SG"])]);
        var counters = new StageCounters(cells, new(cells.Count, default, firstToken: false), 1, new(cells.Count, default, firstToken: false, 1));
        counters.Answered(new(Arm.Canary, 7, cells.Encode([1])) { Latency = 0.02 });

        var answers = counters.Collect(1, Half).Canary.ByGroup!.Answers;

        Assert.Equal([SubjectGroups.Key(0, 7), SubjectGroups.Key(2, 7)], answers.Buckets);
    }

    [Fact]
    public void Refusals_do_not_keep_latencies_waiting()
    {
        var counters = Counters(2);
        for (var i = 0; i < 1_000; i++)
        {
            counters.Answered(new(Arm.Canary, (uint)i, 0));
        }

        counters.Collect(1, Half);
        counters.Answered(new(Arm.Canary, 7, 0) { Latency = 0.02 });

        Assert.Equal(1, counters.Collect(1, Half).Canary.ByGroup?.Latency.Total());
    }

    [Fact]
    public void A_report_comes_when_answers_have_grown_by_a_quarter()
    {
        var counters = Counters(1);
        var reported = new List<long>();
        for (var i = 1; i <= 40; i++)
        {
            counters.Answered(new(Arm.Baseline, (uint)i, 0) { Latency = 0.02 });
            if (counters.Collect(1, Half).Baseline.ByGroup is { } groups)
            {
                reported.Add(groups.Latency.Total());
            }
        }

        Assert.Equal([1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 8], reported);
    }

    [Fact]
    public void Where_each_request_is_assigned_on_its_own_there_are_no_groups()
    {
        var counters = new StageCounters(new([]), new(1, default, firstToken: false), 1, groups: null);
        counters.Answered(new(Arm.Canary, 7, 0) { Latency = 0.2 });

        Assert.Null(counters.Collect(1, Half).Canary.ByGroup);
    }

    private static StageCounters Counters(int cores) =>
        new(new([]), new(1, Mixes, firstToken: true), cores, new(1, Mixes, firstToken: true, cores));
}

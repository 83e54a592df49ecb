using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Judge.Tests.Worlds;
using Haldane.Judge.Totals;

namespace Haldane.Judge.Tests.Totals;

/// <summary>What a stage has brought, by arm and cell, and what is forgotten when it ends.</summary>
public sealed class StageTotalsTests
{
    private const int Segment = 1;

    private static readonly MixSizes Mixes = new(3, ConfidenceBins.Count, 2);

    // Even groups are all of the first kind, odd ones of the second: users who are alike. Ten answers each.
    private static readonly SparseCounts Alike = ByGroup((0, group => group % 2 == 0 ? 10 : 0), (1, group => group % 2 == 0 ? 0 : 10));

    [Fact]
    public void Slices_add_up_by_arm_and_cell()
    {
        var totals = new StageTotals(2, Mixes);

        totals.Add(Slice(Cells(100, 200), Cells(1, 2)));
        totals.Add(Slice(Cells(10, 20), Cells(3, 4)));

        Assert.Equal([110L, 220, 4, 6], All(totals, t => t.Exchanges));
        Assert.Equal([2L, 2, 2, 2], All(totals, t => t.Errors));
        Assert.Equal([108L, 218, 2, 4], All(totals, t => t.Answers));
        Assert.Equal([10L, 10, 10, 10], All(totals, t => t.Unread));
        Assert.Equal([(110L, 220L, 2L), (220, 440, 2), (4, 8, 2), (6, 12, 2)], All(totals, t => (t.Counts(Mix.Classes)[0], t.Counts(Mix.Classes)[1], t.Counts(Mix.Classes)[2])));
        Assert.Equal([(110L, 8L), (220, 8), (4, 8), (6, 8)], All(totals, t => (t.Counts(Mix.Attribution)[0], t.Counts(Mix.Attribution)[1])));
        Assert.Equal([(330L, 2L), (660, 2), (12, 2), (18, 2)], All(totals, t => (t.Counts(Mix.Confidence)[0], t.Counts(Mix.Confidence)[19])));
    }

    [Fact]
    public void Groups_of_subjects_are_those_of_everyone()
    {
        var totals = new StageTotals(2, Mixes);
        var slice = Slice(Cells(100, 200), Cells(1, 2));

        totals.Add(slice with { Baseline = slice.Baseline with { AnswersByGroup = Groups(7) }, Canary = slice.Canary with { AnswersByGroup = Groups(5) } });
        totals.Add(slice with { Baseline = slice.Baseline with { AnswersByGroup = Groups(1) } });

        Assert.Equal([8L, 0, 5, 0], All(totals, t => t.Groups[0]));
        Assert.Equal([8L + 63 + 63, 0, 5 + 63, 0], All(totals, t => t.Groups[63]));
    }

    [Fact]
    public void Times_are_kept_by_clock_from_the_first_time_that_somebody_asks()
    {
        var totals = new StageTotals(2, Mixes);
        totals.Add(Slice(Cells(100, 200), Cells(1, 2)));
        LatencyHistogram last = totals.Of(Arm.Canary, Segment).Times(Clock.LastByte), first = totals.Of(Arm.Canary, Segment).Times(Clock.FirstByte);
        Assert.Equal((0L, 0L), (last.Total, first.Total));

        totals.Add(Slice(Cells(10, 20), Cells(3, 4)));

        Assert.Same(last, totals.Of(Arm.Canary, Segment).Times(Clock.LastByte));
        Assert.Same(first, totals.Of(Arm.Canary, Segment).Times(Clock.FirstByte));
        Assert.Equal((4L, 700, 8L, 600), (last.Total, last.First, first.Total, first.First));
        Assert.Equal(0, totals.Of(Arm.Baseline, Segment).Times(Clock.LastByte).Total);
    }

    [Fact]
    public void A_new_stage_forgets_everything_but_the_canary_s_times_of_every_stage()
    {
        var totals = new StageTotals(2, Mixes);
        LatencyHistogram last = totals.CanaryInEveryStage(Clock.LastByte, Segment), first = totals.CanaryInEveryStage(Clock.FirstByte, SegmentCells.Everyone);
        Assert.Equal([0L, 0, 0, 0], All(totals, t => t.Times(Clock.LastByte).Total + t.Times(Clock.FirstByte).Total));
        var slice = Slice(Cells(100, 200), Cells(1, 2));
        totals.Add(slice with { Baseline = slice.Baseline with { AnswersByGroup = Groups(7) }, Canary = slice.Canary with { AnswersByGroup = Groups(5) } });

        totals.Clear();

        Assert.All(All(totals, t => (t.Exchanges, t.Errors, t.Unread)), counts => Assert.Equal((0L, 0L, 0L), counts));
        Assert.All(All(totals, t => t.Counts(Mix.Classes).ToArray().Sum() + t.Counts(Mix.Confidence).ToArray().Sum() + t.Counts(Mix.Attribution).ToArray().Sum() + t.Groups.ToArray().Sum()), sum => Assert.Equal(0, sum));
        Assert.Equal([0L, 0, 0, 0], All(totals, t => t.Times(Clock.LastByte).Total + t.Times(Clock.FirstByte).Total));
        totals.Add(Slice(Cells(10, 20), Cells(3, 4)));
        Assert.Equal((2L + 4, 2L + 6), (last.Total, first.Total));
        Assert.Same(last, totals.CanaryInEveryStage(Clock.LastByte, Segment));
        Assert.Same(first, totals.CanaryInEveryStage(Clock.FirstByte, SegmentCells.Everyone));
        Assert.Equal(20, totals.Of(Arm.Baseline, Segment).Times(Clock.LastByte).Total);
    }

    [Theory]
    [InlineData("classes")]
    [InlineData("confidence")]
    [InlineData("attribution")]
    [InlineData("latency")]
    [InlineData("first token")]
    public void Each_kind_of_likeness_is_that_of_its_own_report(string what)
    {
        var totals = new StageTotals(2, Mixes);
        var lone = new SubjectSpread(3);
        lone.Add(640, Alike);
        var (expected, mix) = (lone.Above(0), lone.Mix);

        totals.Add(WithCanary(Reports(what)));

        double Effect(string of) => of == what ? expected : 1;
        var canary = totals.Of(Arm.Canary, SegmentCells.Everyone);
        Assert.InRange(expected, 5, 11);
        Assert.Equal((Effect("classes"), Effect("confidence"), Effect("attribution")), (canary.Spread(Mix.Classes).Above(0), canary.Spread(Mix.Confidence).Above(0), canary.Spread(Mix.Attribution).Above(0)));
        Assert.Equal((what == "classes" ? mix : 1, what == "confidence" ? mix : 1), (canary.Spread(Mix.Classes).Mix, canary.Spread(Mix.Confidence).Mix));
        Assert.Equal((Effect("latency"), Effect("first token")), (Users(canary.Times(Clock.LastByte)), Users(canary.Times(Clock.FirstByte))));

        // A segment whose groups have no answer cannot tell; the other arm has reported nothing.
        Assert.Equal(what == "classes" ? double.PositiveInfinity : 1, totals.Of(Arm.Canary, Segment).Spread(Mix.Classes).Above(0));
        Assert.Equal(what == "first token" ? double.PositiveInfinity : 1, Users(totals.Of(Arm.Canary, Segment).Times(Clock.FirstByte)));
        var baseline = totals.Of(Arm.Baseline, SegmentCells.Everyone);
        Assert.Equal([1.0, 1, 1, 1], [baseline.Spread(Mix.Classes).Mix, baseline.Spread(Mix.Confidence).Mix, Users(baseline.Times(Clock.LastByte)), Users(baseline.Times(Clock.FirstByte))]);

        // A new stage has no report yet: everybody counts, and so does each segment.
        totals.Clear();
        Assert.Equal([1.0, 1, 1, 1], [canary.Spread(Mix.Classes).Mix, canary.Spread(Mix.Confidence).Mix, Users(canary.Times(Clock.LastByte)), Users(canary.Times(Clock.FirstByte))]);
    }

    [Fact]
    public void Each_arm_has_users_of_its_own()
    {
        var totals = new StageTotals(2, Mixes);
        var slice = WithCanary(Reports("classes"));

        totals.Add(slice with { Baseline = slice.Canary, Canary = slice.Baseline });

        Assert.InRange(totals.Of(Arm.Baseline, SegmentCells.Everyone).Spread(Mix.Classes).Mix, 5, 12);
        Assert.Equal(1, totals.Of(Arm.Canary, SegmentCells.Everyone).Spread(Mix.Classes).Mix);
        totals.Clear();
        Assert.Equal(1, totals.Of(Arm.Baseline, SegmentCells.Everyone).Spread(Mix.Classes).Mix);
    }

    [Fact]
    public void How_uneven_subjects_are_is_counted_anew_in_each_stage()
    {
        // In the segment one group was heavy once; now a quarter of them is busy.
        StageTotals known = new(2, Mixes), fresh = new(2, Mixes);
        known.Add(WithCanary(new() { Answers = ByGroup((SegmentCells.Everyone, _ => 10), (Segment, group => group == 0 ? 900 : 10)) }));
        known.Clear();

        foreach (var totals in (StageTotals[])[known, fresh])
        {
            totals.Add(WithCanary(new() { Answers = ByGroup((SegmentCells.Everyone, _ => 10), (Segment, group => group % 4 == 0 ? 10 : 0)), Classes = Alike }));
        }

        Assert.Equal(fresh.Of(Arm.Canary, Segment).Spread(Mix.Classes).Mix, known.Of(Arm.Canary, Segment).Spread(Mix.Classes).Mix, 12);
        Assert.InRange(known.Of(Arm.Canary, Segment).Spread(Mix.Classes).Mix, 2, 1e9);
    }

    [Fact]
    public void What_is_kept_over_all_stages_begins_when_it_is_first_asked_for()
    {
        StageTotals early = new(2, Mixes), late = new(2, Mixes);
        var times = early.CanaryInEveryStage(Clock.LastByte, SegmentCells.Everyone);

        early.Add(WithCanary(Reports("latency")));
        late.Add(WithCanary(Reports("latency")));
        early.Clear();

        Assert.InRange(Users(times), 5, 11); // unlike the stage's own, it goes on
        Assert.Equal(1, Users(early.CanaryInEveryStage(Clock.FirstByte, SegmentCells.Everyone)));
        Assert.Equal(1, Users(late.CanaryInEveryStage(Clock.LastByte, SegmentCells.Everyone)));
    }

    [Theory]
    [InlineData("classes")]
    [InlineData("confidence")]
    [InlineData("attribution")]
    [InlineData("latency")]
    [InlineData("first token")]
    public void Answers_since_the_last_report_count_like_those_before(string what)
    {
        var totals = new StageTotals(2, Mixes);
        totals.Add(WithCanary(Reports(what)));
        double Now() => what switch
        {
            "classes" => totals.Of(Arm.Canary, 0).Spread(Mix.Classes).Mix,
            "confidence" => totals.Of(Arm.Canary, 0).Spread(Mix.Confidence).Mix,
            "attribution" => totals.Of(Arm.Canary, 0).Spread(Mix.Attribution).Mix,
            "latency" => Users(totals.Of(Arm.Canary, 0).Times(Clock.LastByte)),
            _ => Users(totals.Of(Arm.Canary, 0).Times(Clock.FirstByte)),
        };
        var before = Now();

        totals.Add(WithCanary(null));

        Assert.Equal(1 + 2 * (before - 1), Now(), 9);
    }

    [Fact]
    public void Clocks_have_words_and_times_of_their_own()
    {
        CellEvidence cell = new() { Latency = new([1], [2]), FirstToken = new([3], [4]) };

        Assert.Equal(("", " of the time to the first byte"), (Clock.LastByte.Said(), Clock.FirstByte.Said()));
        Assert.Same(cell.Latency, cell.TimesOf(Clock.LastByte));
        Assert.Same(cell.FirstToken, cell.TimesOf(Clock.FirstByte));
    }

    private static double Users(LatencyHistogram times) => times.Effect(3).Users;

    private static T[] All<T>(StageTotals totals, Func<ArmTotals, T> of) =>
        [of(totals.Of(Arm.Baseline, 0)), of(totals.Of(Arm.Baseline, 1)), of(totals.Of(Arm.Canary, 0)), of(totals.Of(Arm.Canary, 1))];

    private static ArmEvidence Cells(params ReadOnlySpan<long> exchanges) => new()
    {
        Cells = exchanges.ToArray().Select(n => new CellEvidence
        {
            Exchanges = n,
            Errors = 1,
            Unread = 5,
            Latency = new([700], [n]),
            FirstToken = new([600], [2 * n]),
            Classes = [n, 2 * n, 1],
            Confidence = [3 * n, .. new long[18], 1],
            Attribution = [n, 4],
        }).ToValueList(),
    };

    private static EvidenceSlice Slice(ArmEvidence baseline, ArmEvidence canary) =>
        Slices.Slice(1, 0, 50, CellEvidence.Empty, CellEvidence.Empty) with { Baseline = baseline, Canary = canary };

    // 640 answers of everyone by each measure, with or without a report of who gave them.
    private static EvidenceSlice WithCanary(GroupedAnswers? report)
    {
        CellEvidence everyone = new() { Exchanges = 640, Latency = new([0, 5], [320, 320]), FirstToken = new([0, 5], [320, 320]), Classes = [320, 320, 0], Confidence = [320, 320], Attribution = [320, 320] };
        return Slice(ArmEvidence.Empty(2), new() { Cells = [everyone, CellEvidence.Empty], ByGroup = report });
    }

    private static GroupedAnswers Reports(string what) => new()
    {
        Answers = ByGroup((SegmentCells.Everyone, _ => 10)),
        Classes = what == "classes" ? Alike : SparseCounts.Empty,
        Confidence = what == "confidence" ? Alike : SparseCounts.Empty,
        Attribution = what == "attribution" ? Alike : SparseCounts.Empty,
        Latency = what == "latency" ? Alike : SparseCounts.Empty,
        FirstToken = what == "first token" ? Alike : SparseCounts.Empty,
    };

    private static ValueList<long> Groups(long first) => Enumerable.Range(0, SubjectGroups.Count).Select(group => first + group).ToValueList();

    private static SparseCounts ByGroup(params (int Kind, Func<int, long> Count)[] kinds)
    {
        var row = new long[2 * SubjectGroups.Count];
        foreach (var (kind, count) in kinds)
        {
            for (var group = 0; group < SubjectGroups.Count; group++)
            {
                row[SubjectGroups.Key(kind, group)] = count(group);
            }
        }

        return SparseCounts.Of(row);
    }
}

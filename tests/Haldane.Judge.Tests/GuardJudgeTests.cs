using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Guards;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests;

public sealed class GuardJudgeTests
{
    private static readonly Budget Lines = new(FailAt: 5, SegmentFailAt: 7, PassAt: 3);

    // Every combination of what may be the case; worst first: Broken, Fail, NoData, Undecided, Pass.
    [Theory]
    [InlineData(false, false, false, false, false, VerdictKind.Undecided)]
    [InlineData(false, false, false, false, true, VerdictKind.NoData)]
    [InlineData(false, false, false, true, false, VerdictKind.Pass)]
    [InlineData(false, false, false, true, true, VerdictKind.Pass)]
    [InlineData(false, false, true, false, false, VerdictKind.Fail)]
    [InlineData(false, false, true, false, true, VerdictKind.Fail)]
    [InlineData(false, false, true, true, false, VerdictKind.Pass)]
    [InlineData(false, false, true, true, true, VerdictKind.Pass)]
    [InlineData(false, true, false, false, false, VerdictKind.Fail)]
    [InlineData(false, true, false, false, true, VerdictKind.Fail)]
    [InlineData(false, true, false, true, false, VerdictKind.Fail)]
    [InlineData(false, true, false, true, true, VerdictKind.Fail)]
    [InlineData(false, true, true, false, false, VerdictKind.Fail)]
    [InlineData(false, true, true, false, true, VerdictKind.Fail)]
    [InlineData(false, true, true, true, false, VerdictKind.Fail)]
    [InlineData(false, true, true, true, true, VerdictKind.Fail)]
    [InlineData(true, false, false, false, false, VerdictKind.Broken)]
    [InlineData(true, false, false, true, true, VerdictKind.Broken)]
    [InlineData(true, true, true, true, true, VerdictKind.Broken)]
    public void The_worst_that_is_the_case_is_the_verdict(bool broken, bool segmentFails, bool fails, bool passes, bool missing, VerdictKind expected)
    {
        var everyone = new Told { Fail = fails ? 5 : 4, Pass = passes ? 3 : 2, WhatIsMissing = missing ? "labels" : null, WhatIsBroken = broken ? "torn" : null };
        var judge = Of(everyone, new Told { Fail = segmentFails ? 7.5 : 3.4 });

        var verdict = judge.Judge(null, default);

        Assert.Equal(expected, verdict.Kind);
        Assert.Equal(expected == VerdictKind.Fail && segmentFails ? "country=ID" : null, verdict.Segment);
    }

    [Theory]
    [InlineData(3.4, VerdictKind.Pass)]
    [InlineData(3.5, VerdictKind.Undecided)]
    [InlineData(6.9, VerdictKind.Undecided)]
    [InlineData(7, VerdictKind.Fail)]
    public void What_passes_for_everyone_waits_while_a_segment_is_half_way_to_proven_harm(double segment, VerdictKind expected)
    {
        var verdict = Of(new Told { Pass = 3 }, new Told { Fail = segment }).Judge(null, default);

        Assert.Equal(expected, verdict.Kind);
        Assert.Equal(expected == VerdictKind.Undecided, verdict.Reason.EndsWith("; waits while country=ID looks harmed", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(6, 9, "country=ID")]
    [InlineData(8, 9, null)]
    public void When_everyone_and_a_segment_fail_the_one_further_past_its_line_is_named(double everyone, double segment, string? named)
    {
        var verdict = Of(new Told { Fail = everyone }, new Told { Fail = segment }).Judge(null, default);

        Assert.Equal((VerdictKind.Fail, named), (verdict.Kind, verdict.Segment));
        Assert.Equal(named is null ? (everyone, 5) : (segment, 7), (verdict.FailEvidence, verdict.FailAt));
    }

    [Fact]
    public void Both_proven_is_Pass_and_the_sentence_says_worse_within_the_margin()
    {
        var verdict = Of(new Told { Fail = 6, Pass = 4, Estimate = 1.8 }).Judge(null, default);

        Assert.Equal(VerdictKind.Pass, verdict.Kind);
        Assert.Contains("worse than the baseline, within the margin", verdict.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_canary_that_passed_and_now_fails_and_looks_bad_has_changed_and_fails()
    {
        var verdict = Of(new Told { Fail = 6, Pass = 4, Estimate = 2.4 }).Judge(null, default);

        Assert.Equal(VerdictKind.Fail, verdict.Kind);
    }

    [Fact]
    public void Evidence_is_sticky()
    {
        var told = new Told { Fail = 6 };
        var judge = Of(told);

        told.Fail = -20;
        judge.Add(Slices.Slice(2, 0, 10, CellEvidence.Empty, CellEvidence.Empty));

        Assert.Equal((VerdictKind.Fail, 6.0), (judge.Judge(null, default).Kind, judge.Judge(null, default).FailEvidence));
    }

    [Fact]
    public void A_measurement_that_is_not_a_number_proves_nothing_and_does_not_leave_the_judge()
    {
        var verdict = Of(new Told { Fail = double.NaN, Pass = double.NaN, Estimate = double.NaN }).Judge(null, default);

        Assert.Equal((VerdictKind.Undecided, 0.0, 0.0, null), (verdict.Kind, verdict.FailEvidence, verdict.PassEvidence, verdict.Estimate));
    }

    [Fact]
    public void The_budget_of_false_rollback_is_spent_once_over_guards_and_segments()
    {
        var guards = new[] { 1.0, 2, 5 }.Select(w => Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2) with { Weight = w }).ToArray();
        var rollout = Slices.Rollout([.. guards], 10);
        int[] cells = [0, 4, 7];

        var spent = guards.Zip(cells, (guard, n) => Budget.Of(rollout, guard, n)).Zip(cells, (b, n) => Math.Exp(-b.FailAt) + n * Math.Exp(-b.SegmentFailAt));

        Assert.Equal(rollout.Promise.FalseRollback, spent.Sum(), 12);
    }

    [Fact]
    public void A_guard_that_scans_no_segment_gives_everything_to_everyone_and_each_guard_uses_all_of_false_promotion()
    {
        var guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2);
        var rollout = Slices.Rollout([guard, guard with { Name = "other" }], 10);

        Assert.Equal(Math.Log(200), Budget.Of(rollout, guard, 0).FailAt, 12);
        Assert.Equal(Math.Log(400), Budget.Of(rollout, guard, 4).FailAt, 12);
        Assert.Equal(Math.Log(1600), Budget.Of(rollout, guard, 4).SegmentFailAt, 12);
        Assert.Equal(Math.Log(20), Budget.Of(rollout, guard, 4).PassAt, 12);
    }

    private static GuardJudge Of(Told everyone, params Told[] segments)
    {
        var judge = new GuardJudge(Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2), Lines, everyone, segments.Select(s => ("country=ID", (Measurement)s)));
        judge.Add(Slices.Slice(1, 0, 10, CellEvidence.Empty, CellEvidence.Empty));
        return judge;
    }

    /// <summary>A measurement that says what it is told.</summary>
    private sealed class Told() : Measurement(Any)
    {
        private static readonly Question Any = new()
        {
            Guard = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2),
            Cell = 0,
            Where = "",
            Stages = [],
            BySubject = true,
            Classes = [],
            FailAt = Lines.FailAt,
            PassAt = Lines.PassAt,
            Signals = new(),
            Totals = new(1, default),
            Shares = new(),
        };

        public double Fail { get; set; }

        public double Pass { get; init; }

        public double Estimate { get; init; } = 1;

        public string? WhatIsMissing { get; init; }

        public string? WhatIsBroken { get; init; }

        protected override string Margin => "2 times is the margin";

        protected override void Take(EvidenceSlice slice)
        {
        }

        protected override Guards.Evidence Weigh(double factor) => new(factor * Fail, factor * Pass);

        public override Reading Read() => new() { Estimate = Estimate };

        public override string? Missing() => WhatIsMissing;

        public override string? Broken() => WhatIsBroken;

        protected override string Headline(Reading reading) => "told";

        protected override string Amount(double value) => Say.Times(value);
    }
}

using Haldane.Core.Evidence;
using Haldane.Core.Judging;
using Haldane.Core.Specification;
using Haldane.Judge.Statistics;
using Haldane.Judge.Tests.Worlds;

namespace Haldane.Judge.Tests;

/// <summary>Which slices a rollout takes, which segments its guards scan, and what a judgement tells beside the verdicts.</summary>
public sealed class RolloutShapeTests
{
    private static readonly GuardSpec Errors = Slices.Guard(SignalKind.ErrorRate, Scale.Ratio, 2);
    private static readonly SegmentSpec Tier = new("tier", "x-tier", ["free"]);

    [Theory]
    [InlineData(5, 1)]
    [InlineData(4, 1)]
    [InlineData(6, 0)]
    [InlineData(6, 2)]
    public void A_slice_that_cannot_follow_is_refused_by_name(int number, int stage)
    {
        var judge = New(Errors);
        judge.Add(Slices.Slice(5, 1, 10, Slices.Counts(90), Slices.Counts(10)));

        var refused = Assert.Throws<ArgumentException>(() => judge.Add(Slices.Slice(number, stage, 10, Slices.Counts(90), Slices.Counts(10))));

        Assert.StartsWith($"Slice {number} of stage {stage} cannot follow slice 5 of stage 1 in a rollout of 2 stages.", refused.Message, StringComparison.Ordinal);
        Assert.Equal("slice", refused.ParamName);
        Assert.Equal(5, judge.Evaluate().UpToSlice);
    }

    [Fact]
    public void A_slice_may_leave_out_numbers_and_go_on_in_the_last_stage()
    {
        var judge = New(Errors);

        judge.Add(Slices.Slice(5, 1, 10, Slices.Counts(90), Slices.Counts(10)));
        judge.Add(Slices.Slice(9, 1, 10, Slices.Counts(90), Slices.Counts(10)));

        Assert.Equal((9L, 1, 20L), (judge.Evaluate().UpToSlice, judge.Evaluate().Stage, judge.Evaluate().CanaryExchanges));
    }

    [Fact]
    public void Cells_that_are_not_those_of_the_model_are_refused_on_either_arm()
    {
        var slice = Slices.Slice(1, 0, 10, CellEvidence.Empty, CellEvidence.Empty);

        foreach (var wrong in new[] { slice with { Baseline = ArmEvidence.Empty(2) }, slice with { Canary = ArmEvidence.Empty(2) } })
        {
            var refused = Assert.Throws<ArgumentException>(() => New(Errors).Add(wrong));
            Assert.StartsWith("Slice 1 must have 1 cells in each arm, as the model's segments ask.", refused.Message, StringComparison.Ordinal);
            Assert.Equal("slice", refused.ParamName);
        }
    }

    [Fact]
    public void Classes_that_are_not_those_of_the_model_are_refused_on_either_arm()
    {
        CellEvidence good = new() { Exchanges = 3, Classes = [1, 2] }, wrong = new() { Exchanges = 3, Classes = [1, 1, 1] };

        foreach (var slice in new[] { Slices.Slice(1, 0, 10, wrong, good), Slices.Slice(1, 0, 10, good, wrong) })
        {
            var refused = Assert.Throws<ArgumentException>(() => New(Errors).Add(slice));
            Assert.StartsWith("Slice 1 must count 2 classes, as the model's prediction signal asks.", refused.Message, StringComparison.Ordinal);
            Assert.Equal("slice", refused.ParamName);
        }

        New(Errors).Add(Slices.Slice(1, 0, 10, good, CellEvidence.Empty));
        Assert.Throws<ArgumentException>(() => new RolloutJudge(Slices.Model() with { Signals = new() }, Slices.Rollout([Errors], 1, 10)).Add(Slices.Slice(1, 0, 10, good, good)));
    }

    [Fact]
    public void Other_mixes_that_are_not_those_of_the_model_are_refused_too()
    {
        foreach (var (wrong, says) in new (CellEvidence, string)[]
        {
            (new() { Exchanges = 3, Confidence = [1, 2] }, "Slice 1 must count 20 bins, as the model's confidence signal asks."),
            (new() { Exchanges = 3, Attribution = [1, 2] }, "Slice 1 must count 3 features, as the model's attribution signal asks."),
        })
        {
            Assert.StartsWith(says, Assert.Throws<ArgumentException>(() => New(Errors).Add(Slices.Slice(1, 0, 10, CellEvidence.Empty, wrong))).Message, StringComparison.Ordinal);
        }

        var slice = Slices.Slice(1, 0, 10, CellEvidence.Empty, CellEvidence.Empty);
        EvidenceSlice Reporting(int bucket) => slice with { Canary = slice.Canary with { ByGroup = new() { Attribution = new([bucket], [1]) } } };
        New(Errors).Add(Reporting(3 * SubjectGroups.Count - 1));
        Assert.Contains("2 classes, 20 confidences or 3 features", Assert.Throws<ArgumentException>(() => New(Errors).Add(Reporting(3 * SubjectGroups.Count))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Ten_canary_exchanges_in_the_stage_are_data()
    {
        var judge = New(Errors);
        judge.Add(Slices.Slice(1, 0, 1, Slices.Counts(900), Slices.Counts(10)));
        var first = judge.Evaluate();
        judge.Add(Slices.Slice(2, 1, 1, Slices.Counts(900), Slices.Counts(9)));

        Assert.Null(first.NoData);
        Assert.Equal("9 canary exchanges in this stage, 10 are the least", judge.Evaluate().NoData);
    }

    [Fact]
    public void A_guard_scans_the_segments_that_it_names()
    {
        GuardSpec all = Errors with { Segments = SegmentScan.All }, tier = Errors with { Segments = new(false, ["tier"]) };

        // Of 1 %, half for everyone; the other half for 6 cells (three countries, a tier, and two others), for 2, or for none.
        foreach (var (guard, fail, segment) in new[] { (all, 200, 200 * 6), (tier, 200, 200 * 2), (Errors, 100, 0) })
        {
            var verdict = Split(guard).Evaluate().Verdicts[0];

            Assert.Equal((VerdictKind.Fail, segment == 0 ? null : "tier=free"), (verdict.Kind, verdict.Segment));
            Assert.Equal(Math.Log(segment == 0 ? fail : segment), verdict.FailAt, 9);
            Assert.Equal(segment == 0 ? 0 : 1, verdict.HarmedSegments.Count(s => s == "tier=free"));
            Assert.Contains(segment == 0 ? " canary exchanges failed" : " canary exchanges in tier=free failed", verdict.Reason, StringComparison.Ordinal);
        }

        // The bounds of a segment are as sure as its proof must be.
        var profile = new RateRatioProfile();
        profile.Add(RateRatioProfile.PerEvent(0.1), 20 * 17, 20 * 20);
        Assert.Equal(profile.BoundsAt(Math.Log(400), 0).Low!.Value, Split(tier).Evaluate().Verdicts[0].Low!.Value, 9);
        Assert.NotEqual(profile.BoundsAt(Math.Log(200), 0).Low, profile.BoundsAt(Math.Log(400), 0).Low);

        Assert.DoesNotContain(Split(tier).Evaluate().Verdicts[0].HarmedSegments, s => s.StartsWith("country", StringComparison.Ordinal));
        Assert.Contains("country=SG", Split(all).Evaluate().Verdicts[0].HarmedSegments);
    }

    [Fact]
    public void Forecasts_are_given_unless_nobody_wants_them_and_rest_on_all_stages()
    {
        var judge = New(Errors);
        for (var n = 1; n <= 8; n++)
        {
            judge.Add(Slices.Slice(n, n / 5, 10, Slices.Counts(900, 9), Slices.Counts(100, 1)));
        }

        var forecast = judge.Evaluate().Verdicts[0].Forecast!;
        Assert.Null(judge.Evaluate(forecast: false).Verdicts[0].Forecast);
        Assert.Equal(VerdictKind.Pass, forecast.Toward);

        // 800 exchanges were served in all, 400 of them in this stage within 4 s; time goes on as in this stage.
        Assert.Equal(Math.Ceiling(forecast.CanaryExchanges / 100.0), forecast.Time!.Value.TotalSeconds, 1.0);
        for (var n = 9; n <= 8 + (forecast.CanaryExchanges + 99) / 100; n++)
        {
            judge.Add(Slices.Slice(n, 1, 10, Slices.Counts(900, 9), Slices.Counts(100, 1)));
        }

        Assert.Equal(VerdictKind.Pass, judge.Evaluate().Verdicts[0].Kind);
    }

    private static RolloutJudge New(GuardSpec guard) => new(Slices.Model(), Slices.Rollout([guard], 1, 10));

    // Harm in one country and, worse, in one tier: cells of everyone, MY, SG, ID, other, free, other.
    private static RolloutJudge Split(GuardSpec guard)
    {
        var judge = new RolloutJudge(Slices.Model(Slices.Country, Tier), Slices.Rollout([guard], 10));
        for (var n = 1; n <= 20; n++)
        {
            var slice = Slices.Slice(n, 0, 10, CellEvidence.Empty, CellEvidence.Empty);
            judge.Add(slice with
            {
                Baseline = new() { Cells = [.. new long[] { 40, 10, 10, 10, 10, 20, 20 }.Select(errors => Slices.Counts(100 * errors, errors))] },
                Canary = new() { Cells = [.. new long[] { 18, 1, 6, 1, 1, 17, 1 }.Select(errors => Slices.Counts(200, errors))] },
            });
        }

        return judge;
    }
}

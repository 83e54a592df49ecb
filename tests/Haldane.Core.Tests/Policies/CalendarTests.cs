using Haldane.Core.Policies;
using Haldane.Core.Rollouts;
using Haldane.Core.Specification;
using Haldane.Core.Tests.Rollouts;

namespace Haldane.Core.Tests.Policies;

public sealed class CalendarTests
{
    private static readonly DateTimeOffset Noon = new(2026, 12, 24, 12, 0, 0, TimeSpan.Zero);

    private static readonly FreezeSpec YearEnd = new() { Name = "year-end", From = new(2026, 12, 18), To = new(2027, 1, 4), Why = "closing" };

    private static readonly Rollout Fraud = Made.Running(0);

    [Theory]
    [InlineData("2026-12-17T23:59:59Z", false)]
    [InlineData("2026-12-18T00:00:00Z", true)]
    [InlineData("2027-01-03T23:59:59Z", true)]
    [InlineData("2027-01-04T00:00:00Z", false)]
    public void A_freeze_holds_from_its_first_moment_until_its_end(string now, bool holds) =>
        Assert.Equal(holds, Of(new() { Name = "house", Freezes = [YearEnd] }).At(DateTimeOffset.Parse(now, System.Globalization.CultureInfo.InvariantCulture)).Frozen(Fraud) is not null);

    [Fact]
    public void A_freeze_counts_by_the_clocks_of_its_zone()
    {
        var tokyo = YearEnd with { Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo") };

        Assert.Equal(new(2027, 1, 3, 15, 0, 0, TimeSpan.Zero), tokyo.Window(Noon)!.Value.Until);
    }

    [Fact]
    public void Windows_that_begin_before_the_last_ended_hold_without_a_break()
    {
        Assert.True(CronTimes.TryParse("0 0 * * *", out var daily));
        var freeze = new FreezeSpec { Name = "long", Times = daily, For = TimeSpan.FromHours(30) };

        Assert.Equal(Noon.Date.AddHours(30), freeze.Window(Noon)!.Value.Until.UtcDateTime);
        Assert.All(Enumerable.Range(0, 48), hour => Assert.NotNull(freeze.Window(Noon.AddHours(hour))));
    }

    [Fact]
    public void A_policy_holds_its_models_only()
    {
        var calendar = Of(new() { Name = "house", Models = ["chat"], Freezes = [YearEnd] });

        Assert.Null(calendar.At(Noon).Frozen(Fraud));
        Assert.Equal("frozen by year-end until 2027-01-04 00:00 UTC: closing", calendar.At(Noon).Frozen(Fraud with { Spec = Fraud.Spec with { Model = "chat" } }));
    }

    [Theory]
    [InlineData("2026-12-24T07:59:59Z", false)] // nine in Berlin
    [InlineData("2026-12-24T08:00:00Z", true)]
    [InlineData("2026-12-24T15:59:59Z", true)]
    [InlineData("2026-12-24T16:00:00Z", false)]
    [InlineData("2026-12-26T10:00:00Z", true)] // a Saturday has an hour of its own
    [InlineData("2026-12-27T10:00:00Z", false)]
    public void A_stage_is_left_at_the_times_of_its_schedule(string at, bool open)
    {
        var now = DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture);
        var rollout = Scheduled(new("0 9 * * 1-5", TimeSpan.FromHours(8), "Europe/Berlin"), new("0 10 * * 6", TimeSpan.FromHours(2), "UTC"));

        Assert.Equal(open ? null : "frozen by the schedule of its stage, 0 9 * * 1-5 for 8h (Europe/Berlin) or 0 10 * * 6 for 2h (UTC)", Calendar.Empty.At(now).Frozen(rollout));
        Assert.Null(Calendar.Empty.At(now).Frozen(rollout with { Phase = Phase.Draft })); // it may start at any time
        Assert.Null(Calendar.Empty.At(now).Frozen(rollout with { Stage = 1 }));
    }

    [Fact]
    public void A_schedule_that_was_set_aside_stays_so_for_this_stage()
    {
        var rollout = Scheduled(new WindowSpec("0 9 * * *", TimeSpan.FromHours(1), "UTC"));
        var aside = Calendar.Empty with { Overrides = [new(rollout.Name, [.. Calendar.Empty.At(Noon).Holding(rollout).Select(f => new OverriddenFreeze(f.Name, f.Since))], "ada", "the fix")] };

        Assert.Null(aside.At(Noon.AddDays(1)).Frozen(rollout));
        Assert.NotNull(aside.At(Noon.AddDays(1)).Frozen(rollout with { Since = rollout.Since.AddHours(1) }));
    }

    [Fact]
    public void Where_the_zone_is_not_known_any_more_it_waits() =>
        Assert.NotNull(Calendar.Empty.At(Noon).Frozen(Scheduled(new WindowSpec("* * * * *", TimeSpan.FromHours(1), "Atlantis/Poseidonis"))));

    private static Rollout Scheduled(params WindowSpec[] schedule) => Fraud with { Spec = Fraud.Spec with { Stages = [Fraud.Spec.Stages[0] with { Schedule = [.. schedule] }, .. Fraud.Spec.Stages.AsSpan()[1..]] } };

    [Fact]
    public void An_ordered_freeze_holds_until_it_ends_or_is_lifted()
    {
        var calendar = Calendar.Empty with { Ordered = [new("incident", ["fraud"], Noon, Noon.AddHours(1), "ada", "an outage"), new("for-ever", ["chat"], Noon, null, "ada", "gone")] };

        Assert.NotNull(calendar.At(Noon.AddHours(-1)).Frozen(Fraud)); // a clock that was set back
        Assert.Equal("frozen by incident until 2026-12-24 13:00 UTC: ada: an outage", calendar.At(Noon).Frozen(Fraud));
        Assert.Null(calendar.At(Noon.AddHours(1)).Frozen(Fraud));
        Assert.Equal("frozen by for-ever: ada: gone", calendar.At(Noon.AddYears(9)).Frozen(Fraud with { Spec = Fraud.Spec with { Model = "chat" } }));
    }

    [Fact]
    public void A_freeze_that_is_set_aside_holds_again_in_its_next_window()
    {
        Assert.True(CronTimes.TryParse("0 0 * * *", out var daily));
        var calendar = Of(new() { Name = "house", Freezes = [new() { Name = "nights", Times = daily, For = TimeSpan.FromHours(14) }] });
        var aside = calendar with { Overrides = [new("fraud-v2", [.. calendar.At(Noon).Holding(Fraud).Select(f => new OverriddenFreeze(f.Name, f.Since))], "ada", "a fix")] };

        Assert.NotNull(calendar.At(Noon).Frozen(Fraud));
        Assert.Null(aside.At(Noon).Frozen(Fraud));
        Assert.NotNull(aside.At(Noon).Frozen(Fraud with { Spec = Fraud.Spec with { Name = "fraud-v3" } }));
        Assert.NotNull(aside.At(Noon.AddDays(1)).Frozen(Fraud));
    }

    [Fact]
    public void A_freeze_that_is_ordered_anew_is_another_one()
    {
        var first = Calendar.Empty with { Ordered = [new("incident", [], Noon, null, "ada", "x")], Overrides = [new("fraud-v2", [new("incident", Noon)], "ada", "a fix")] };

        Assert.Null(first.At(Noon.AddDays(9)).Frozen(Fraud));
        Assert.NotNull((first with { Ordered = [new("incident", [], Noon.AddDays(3), null, "ada", "y")] }).At(Noon.AddDays(9)).Frozen(Fraud));
    }

    [Theory]
    [InlineData(1, "the policy house lets 1 rollout move at once, and 1 moves: other-1")]
    [InlineData(2, "the policy house lets 2 rollouts move at once, and 2 move: other-1, other-2")]
    public void As_many_rollouts_move_as_the_policy_lets(int atMost, string expected)
    {
        var calendar = Of(new() { Name = "house", AtMost = atMost });
        Rollout[] others = [.. Enumerable.Range(1, 3).Select(i => Fraud with { Phase = i <= atMost ? Phase.Running : Phase.Promoted, Spec = Fraud.Spec with { Name = $"other-{i}", Model = $"m{i}" } })];

        Assert.Equal(expected, calendar.At(Noon).Crowded(Fraud, others, _ => true));
        Assert.DoesNotContain("other", calendar.At(Noon).Crowded(Fraud, others, _ => false), StringComparison.Ordinal);
        Assert.Null(calendar.At(Noon).Crowded(Fraud, others[1..], _ => true));
        Assert.Null(Of(new() { Name = "house", AtMost = atMost, Models = ["m1", "m2"] }).At(Noon).Crowded(Fraud, others, _ => true)); // not its models
    }

    private static Calendar Of(PolicySpec policy) => new([policy], [], []);
}

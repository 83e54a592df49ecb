using Haldane.Core.Evidence;

namespace Haldane.Judge.Tests;

/// <summary>How many subjects a canary has served, from a bitmap that both arms fill.</summary>
public sealed class SubjectCountTests
{
    [Theory]
    [InlineData(100, 0.5)]
    [InlineData(10_000, 0.1)]
    [InlineData(200_000, 0.01)]
    [InlineData(500_000, 0.95)]
    public void It_is_told_within_a_few_percent(int subjects, double share)
    {
        var random = new Random(1);
        var (places, count) = (new bool[SubjectPlaces.Count], new SubjectCount());
        var served = 0;
        for (var slice = 1; slice <= 10; slice++)
        {
            var (baseline, canary) = (0, 0);
            for (var s = 0; s < subjects / 10; s++)
            {
                var isCanary = random.NextDouble() < share;
                served += isCanary ? 1 : 0;
                ref var place = ref places[random.Next(SubjectPlaces.Count)];
                (baseline, canary) = place ? (baseline, canary) : isCanary ? (baseline, canary + 1) : (baseline + 1, canary);
                place = true;
            }

            count.Add(Slice(slice, 0, baseline, canary));
        }

        Assert.InRange(count.Canary, 0.95 * served - 3, 1.05 * served + 3);
    }

    [Fact]
    public void After_a_restart_the_larger_count_stands_and_a_new_stage_begins_anew()
    {
        var count = new SubjectCount();
        count.Add(Slice(1, 0, 900, 100));
        count.Add(Slice(2, 0, 450, 50, fresh: true));
        var after = count.Canary;
        count.Add(Slice(3, 0, 1350, 150));
        var more = count.Canary;
        count.Add(Slice(4, 1, 0, 0));

        Assert.Equal((100, 201, 0), (after, more, count.Canary)); // 200 of 2,000 places, two of which were taken twice
    }

    [Fact]
    public void Without_subjects_there_are_none() => Assert.Equal(0, new SubjectCount().Canary);

    [Fact]
    public void Where_every_place_is_taken_it_is_that_many_at_least() => Assert.InRange(SubjectPlaces.Estimate(SubjectPlaces.Count), SubjectPlaces.Count, double.MaxValue);

    private static EvidenceSlice Slice(long number, int stage, long baseline, long canary, bool fresh = false) => new()
    {
        Number = number,
        Stage = stage,
        Share = new(1_000),
        From = default,
        Length = TimeSpan.FromSeconds(1),
        Fresh = fresh,
        Baseline = ArmEvidence.Empty(1) with { NewSubjects = baseline },
        Canary = ArmEvidence.Empty(1) with { NewSubjects = canary },
    };
}

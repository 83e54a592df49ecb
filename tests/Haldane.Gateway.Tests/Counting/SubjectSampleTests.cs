using Haldane.Core;
using Haldane.Core.Evidence;
using Haldane.Gateway.Counting;

namespace Haldane.Gateway.Tests.Counting;

/// <summary>Whom the sample of subjects counts, and when.</summary>
public sealed class SubjectSampleTests
{
    [Fact]
    public void A_subject_counts_once_on_the_arm_that_it_was_seen_on()
    {
        var sample = new SubjectSample();
        See(sample, Arm.Canary, 1);
        See(sample, Arm.Canary, 1);
        See(sample, Arm.Baseline, 2);
        See(sample, Arm.Baseline, 3);

        var first = sample.TakeNew();
        See(sample, Arm.Baseline, 1);
        var second = sample.TakeNew();

        Assert.Equal((2, 1), first);
        Assert.Equal((0, 0), second);
    }

    /// <summary>Taken one after the other, the arms lay dozens of subjects apart whenever the thread that took them was interrupted, and a sound split was called broken.</summary>
    [Fact]
    public async Task Both_arms_are_taken_at_one_moment()
    {
        var sample = new SubjectSample();
        var seeing = Task.Run(() =>
        {
            for (uint i = 0; i < SubjectPlaces.Count; i++)
            {
                See(sample, i % 2 == 0 ? Arm.Canary : Arm.Baseline, i);
            }
        });

        var ahead = new List<long>();
        var (baseline, canary) = (0L, 0L);
        for (var last = false; !last;)
        {
            last = seeing.IsCompleted;
            var taken = sample.TakeNew();
            (baseline, canary) = (baseline + taken.Baseline, canary + taken.Canary);
            ahead.Add(canary - baseline);
        }

        await seeing;
        Assert.All(ahead, a => Assert.InRange(a, 0, 1));
        Assert.Equal((SubjectPlaces.Count / 2, SubjectPlaces.Count / 2), (baseline, canary));
    }

    private static void See(SubjectSample sample, Arm arm, uint place) => sample.See(arm, place << (32 - SubjectPlaces.Bits));
}
